// Evidence is attached and withdrawn in a sheet over the page; files may be dropped on a question.
const sheet = document.getElementById("sheet");
const body = document.getElementById("sheet-body");
const announce = (words) => (document.getElementById("announce").textContent = words);
let article = null; // the question that the sheet is about
let dropped = null; // files that wait for the form to be there

function words(text) {
  const told = document.createElement("p");
  told.textContent = text;
  return told;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-sheet]");
  if (link) {
    article = link.closest("[data-question]");
    document.getElementById("sheet-title").textContent = link.dataset.sheet;
    body.replaceChildren(words("Loading…"));
    sheet.showModal();
  }
  if (sheet.contains(event.target) && event.target.closest("[data-close]")) {
    event.preventDefault();
    sheet.close();
  }
});

body.addEventListener("htmx:afterSwap", (event) => {
  if (event.target !== body) return;
  const files = body.querySelector("[type=file]");
  if (dropped && files) files.files = dropped;
  body.querySelector(dropped ? "[name=title]" : "input, textarea")?.focus();
  dropped = null;
});

for (const failure of ["htmx:sendError", "htmx:responseError"])
  document.addEventListener(failure, (event) => {
    const link = event.target.closest?.("[data-sheet]");
    if (link) body.replaceChildren(words("This cannot be opened at the moment. Close it, and try again in a while."));
    const form = event.target.closest?.("[data-evidence]");
    if (!form) return;
    const told = form.querySelector(".trouble");
    if (failure === "htmx:sendError")
      told.replaceChildren(words("Not sent: no connection. What you filled in stays here; try again when it is back."));
    else if (event.detail.xhr.status === 401)
      told.replaceChildren(words("Not sent: your session is over. Sign in in a new tab, then send this again."));
  });

body.addEventListener("htmx:xhr:progress", (event) => {
  const bar = body.querySelector("progress");
  if (!bar || !event.detail.lengthComputable) return;
  bar.hidden = false;
  bar.value = (100 * event.detail.loaded) / event.detail.total;
});

body.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("[data-evidence]");
  if (form && event.detail.successful && !form.dataset.more) finish();
});

function finish() {
  sheet.close();
  announce("The evidence of this question has changed.");
  article?.focus({ preventScroll: true });
}

// Several files go out one after the other, so that each may be as large as one may be and tells its own trouble.
body.addEventListener(
  "submit",
  async (event) => {
    const form = event.target.closest("[data-evidence]");
    const files = [...(form?.querySelector("[type=file]")?.files ?? [])];
    if (files.length < 2 || form.elements.kind.value !== "document") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const left = new DataTransfer();
    form.dataset.more = "yes";
    for (const file of files) {
      const ended = new Promise((done) => form.addEventListener("htmx:afterRequest", done, { once: true }));
      const target = form.querySelector(".trouble");
      const one = { source: form, target, swap: "innerHTML", values: { file, title: "" } };
      htmx.ajax("POST", form.getAttribute("action"), one);
      if (!(await ended).detail.successful) left.items.add(file);
    }
    delete form.dataset.more;
    form.elements.file.files = left.files;
    if (left.files.length === 0) finish();
    const names = [...left.files].map((file) => file.name).join(", ");
    if (names) form.querySelector(".trouble").prepend(words(`Not attached: ${names}.`));
  },
  { capture: true },
);

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

for (const question of document.querySelectorAll("[data-question]")) {
  const area = question.querySelector("[data-drop]");
  if (!area) continue;
  area.querySelector("[data-scripted]").hidden = false;
  question.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    area.classList.add("over");
  });
  question.addEventListener("dragleave", (event) => {
    if (!question.contains(event.relatedTarget)) area.classList.remove("over");
  });
  question.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    area.classList.remove("over");
    dropped = event.dataTransfer.files;
    area.querySelector("[data-add]").click();
  });
}
