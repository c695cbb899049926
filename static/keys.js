// Single keys on the page of a section: next, previous, a level, evidence, note. They can be switched off.
const OFF = "readyroom:keys";
const help = document.getElementById("keys");
const choice = document.getElementById("keys-on");
const questions = [...document.querySelectorAll("[data-question]")];

function remembered() {
  try {
    return localStorage.getItem(OFF);
  } catch {
    return null;
  }
}

function remember(value) {
  try {
    localStorage.setItem(OFF, value);
  } catch {
    // Then it holds for this page only.
  }
}

choice.checked = remembered() !== "off";
choice.addEventListener("change", () => remember(choice.checked ? "on" : "off"));
help.querySelector("[data-close]").addEventListener("click", () => help.close());
for (const shown of document.querySelectorAll("[data-keys-shown]")) shown.hidden = false;
for (const button of document.querySelectorAll("[data-keys]")) button.addEventListener("click", () => help.showModal());

/** The question with the focus; without one, the first that is not scrolled past. */
function current() {
  const focused = document.activeElement.closest("[data-question]");
  return focused ?? questions.find((each) => each.getBoundingClientRect().bottom > innerHeight / 4) ?? questions.at(-1);
}

function go(step) {
  const focused = document.activeElement.closest("[data-question]");
  const at = questions.indexOf(focused ?? current()) + (focused ? step : 0);
  const next = questions[Math.min(Math.max(at, 0), questions.length - 1)];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "start" });
}

function choose(level) {
  const radio = current()?.querySelector(`[name=level][value="${level}"]`);
  if (!radio || radio.matches(":disabled")) return;
  radio.focus();
  radio.checked = true;
  radio.dispatchEvent(new Event("input", { bubbles: true }));
}

const DOES = {
  j: () => go(1),
  k: () => go(-1),
  e: () => current()?.querySelector("[data-add]")?.click(),
  n: () => current()?.querySelector("[name=note]")?.focus(),
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");
  if (!choice.checked || typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  const does = /^[0-4]$/.test(event.key) ? () => choose(event.key) : DOES[event.key.toLowerCase()];
  if (!does) return;
  event.preventDefault();
  does();
});
