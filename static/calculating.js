// Inputs and what they come to: what is refused is marked at its field, what was opened stays open, the answer is said.
const announce = (words) => (document.getElementById("announce").textContent = words);
const SAID_AFTER = 1200; // milliseconds without typing until the answer is said aloud
let saying = 0;
let opened = new Set();
let place = null;

function scripted() {
  for (const each of document.querySelectorAll("#work [data-unscripted]")) each.hidden = true;
}

function say(words) {
  clearTimeout(saying);
  saying = setTimeout(() => announce(words), SAID_AFTER);
}

/** What is listed as wrong, told at its field too; what was mended is no longer. */
function mark() {
  const wrong = new Map();
  for (const each of document.querySelectorAll("#trouble [data-about]")) wrong.set(each.dataset.about, each.textContent);
  for (const input of document.querySelectorAll("#inputs [data-input]")) {
    const name = input.dataset.input;
    const error = document.getElementById(`field-${name}-error`);
    const field = document.getElementById(`field-${name}`);
    if (!error || !field) continue;
    const words = wrong.get(name) ?? "";
    if (error.textContent !== words) error.textContent = words;
    input.classList.toggle("bad", Boolean(words));
    if (field.matches("input, select, textarea")) field.toggleAttribute("aria-invalid", false);
    if (words && field.matches("input, select, textarea")) field.setAttribute("aria-invalid", "true");
  }
}

document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { status } = detail.xhr;
  if (detail.target.id !== "result" && detail.target.id !== "work" && detail.target.id !== "trouble") return;
  if (detail.isError && status !== 422) {
    // What stands there stays; whatever went wrong is said in words.
    detail.shouldSwap = false;
    const before = document.getElementById("of-before");
    const words = status === 401 ? "Your session is over: sign in in a new tab, then go on here." : "The server cannot work it out at the moment. What stands here is of before.";
    before.replaceChildren(Object.assign(document.createElement("p"), { className: "alert conditional", textContent: words }));
    say(words);
    return;
  }
  opened = new Set([...document.querySelectorAll("#result details[open][data-opens]")].map((each) => each.dataset.opens));
  place = document.activeElement?.value?.startsWith("add ") ? document.activeElement.value.split(" ")[1] : null;
});

document.body.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id === "work") {
    scripted();
    // After something was added, go on in its first field.
    const rows = place && document.getElementById(`field-${place}`);
    if (rows) [...rows.querySelectorAll(":scope > .row-of")].at(-1)?.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    place = null;
  }
  if (!["result", "work", "trouble"].includes(target.id)) return;
  mark();
  for (const each of document.querySelectorAll("#result details[data-opens]")) each.open = opened.has(each.dataset.opens);
  const result = document.getElementById("result");
  const list = document.querySelector("#trouble h2");
  if (list) say(list.textContent);
  else if (result.dataset.sentence && !("draft" in result.dataset)) say(result.dataset.sentence);
});

document.body.addEventListener("htmx:sendError", () => say("No connection. What stands here is of before."));

// Enter in a field asks for the result, and leaves the page where it is.
document.addEventListener("submit", (event) => {
  if (event.target.id !== "inputs" || !event.submitter?.matches("[data-work]")) return;
  event.preventDefault();
  window.htmx?.trigger(event.target, "change");
});

// What an error leads to may be folded away.
document.addEventListener("click", ({ target }) => {
  const link = target.closest("#trouble [data-about]");
  const field = link && document.getElementById(`field-${link.dataset.about}`);
  for (let fold = field?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  field?.focus();
});

scripted();
