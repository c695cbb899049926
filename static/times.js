// Moments in the reader's own time in place of UTC, with the day where it is not today; also those that come later.
const hours = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

function localise() {
  for (const time of document.querySelectorAll("time[datetime]:not([title])")) {
    const moment = new Date(time.dateTime);
    const today = moment.toDateString() === new Date().toDateString();
    time.title = time.textContent;
    time.textContent = today ? hours.format(moment) : `${days.format(moment)}, ${hours.format(moment)}`;
  }
}

localise();
new MutationObserver(localise).observe(document.body, { childList: true, subtree: true });
