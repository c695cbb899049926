// Inputs and what they come to: what is refused is marked at its field, what was opened stays open, the answer is said.
const announce = (words) => (document.getElementById("announce").textContent = words);
const SAID_AFTER = 1200; // milliseconds without typing until the answer is said aloud
const PARTS = ["result", "given", "trouble"];
const FIELDS = "input:not([type=hidden]), select, textarea";
let saying = 0;
let opened = new Set();
let pressed = [];

function scripted() {
  for (const each of document.querySelectorAll("#work [data-unscripted]")) each.hidden = true;
  for (const each of document.querySelectorAll("#work [data-scripted]")) each.hidden = false;
}

function say(words) {
  clearTimeout(saying);
  saying = setTimeout(() => announce(words), SAID_AFTER);
}

/** What stands there stays; why it is not of what was typed last is said in words. */
function ofBefore(words) {
  const told = Object.assign(document.createElement("p"), { className: "alert conditional", textContent: words });
  document.getElementById("of-before").replaceChildren(told);
  say(words);
}

/** What is listed as wrong, told at its field too; what was mended is no longer. */
function mark() {
  const wrong = new Map();
  for (const each of document.querySelectorAll("#trouble [data-about]")) wrong.set(each.dataset.about, each.dataset.words);
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
  if (!PARTS.includes(detail.target.id)) return;
  if (detail.isError && status !== 422) {
    detail.shouldSwap = false;
    ofBefore(
      status === 401
        ? "Your session is over: sign in in a new tab, then go on here. What stands here is of before."
        : "The server cannot work it out at the moment. What stands here is of before.",
    );
    return;
  }
  opened = new Set([...document.querySelectorAll("#work details[open][data-opens]")].map((each) => each.dataset.opens));
  const { elt } = detail.requestConfig;
  pressed = detail.target.id === "given" ? (elt.matches("select") ? ["shape", elt.id] : elt.value.split(" ")) : [];
});

document.body.addEventListener("htmx:afterSettle", ({ target }) => {
  if (!PARTS.includes(target.id)) return;
  if (target.id === "given") changedForm(...pressed);
  mark();
  for (const each of document.querySelectorAll("#work details[data-opens]")) each.open ||= opened.has(each.dataset.opens);
  const result = document.getElementById("result");
  const list = document.querySelector("#trouble h2");
  if (list) say(list.textContent);
  else if (result.dataset.sentence && !("draft" in result.dataset)) say(result.dataset.sentence);
});

/** Go on in the first field of what was added; where something was taken out, ask anew what it comes to. */
function changedForm(what, path) {
  scripted();
  if (what === "shape") document.getElementById(path)?.focus();
  const rows = document.getElementById(`field-${what === "add" ? path : path?.replace(/\.\d+$/, "")}`);
  if (what === "add") [...(rows?.querySelectorAll(":scope > .row-of") ?? [])].at(-1)?.querySelector(FIELDS)?.focus();
  else if (what === "remove") rows?.focus();
  if (what === "remove") htmx.trigger("#inputs", "change");
}

document.body.addEventListener("htmx:sendError", () => ofBefore("No connection. What stands here is of before."));

// A table out of a file is put where it could have been pasted: it leaves this machine with the other inputs only.
document.addEventListener("change", async ({ target }) => {
  const into = target.dataset?.into && document.getElementById(target.dataset.into);
  if (!into || !target.files.length) return;
  into.value = await target.files[0].text();
  into.dispatchEvent(new Event("input", { bubbles: true }));
  target.value = "";
});

// Enter in a field asks for the result, and leaves the page where it is.
document.addEventListener("submit", (event) => {
  if (event.target.id !== "inputs" || !event.submitter?.matches("[data-work]")) return;
  event.preventDefault();
  htmx.trigger(event.target, "change");
});

// What an error leads to may be folded away.
document.addEventListener("click", ({ target }) => {
  const link = target.closest("#trouble [data-about]");
  const field = link && document.getElementById(`field-${link.dataset.about}`);
  for (let fold = field?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  field?.focus();
});

scripted();
