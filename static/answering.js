// Answers are saved as one goes, and nothing typed is lost: a draft stays in this browser until its save is confirmed.
const page = document.querySelector("[data-answering]");
const NAMES = ["level", "ask", "note", "not_applicable", "not_applicable_note"];
const PAUSE = { pointer: 150, keys: 800, typing: 1200, restored: 1500 }; // milliseconds until a change is saved
const LONGEST_RETRY = 60_000;

const same = (one, other) => NAMES.every((name) => one[name].trim() === other[name].trim());
const clock = (moment) => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(moment);

/** The last typed and not yet confirmed state of one answer, kept in this browser. */
class Draft {
  constructor(question) {
    this.key = `readyroom:draft:${page.dataset.person}:${page.dataset.assessment}:${question}`;
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  /** Whether it could be kept. */
  write(draft) {
    try {
      localStorage.setItem(this.key, JSON.stringify(draft));
      return true;
    } catch {
      return false;
    }
  }

  remove() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // Where nothing can be kept, nothing is there to remove.
    }
  }
}

/** One question: its form, what of it is saved, and what is not yet. */
class Card {
  constructor(article) {
    this.article = article;
    this.key = article.dataset.question;
    this.form = document.getElementById(`answer-${this.key}`);
    this.trouble = this.form.querySelector(".trouble");
    this.draft = new Draft(this.key);
    this.kept = true;
    this.tries = 0;
    this.pause = PAUSE.keys;
    this.saved = this.read();
    this.listen();
    this.settle();
    this.restore();
    for (const button of article.querySelectorAll("[data-unscripted]")) button.hidden = true;
  }

  // What the form says

  get seen() {
    return this.form.elements.seen;
  }

  get level() {
    return this.form.querySelector("[name=level]:checked");
  }

  get dirty() {
    return !same(this.read(), this.saved);
  }

  read() {
    const said = new FormData(this.form);
    return Object.fromEntries(NAMES.map((name) => [name, said.get(name) ?? ""]));
  }

  write(values, instead) {
    const wanted = instead || (values.not_applicable ? "not_applicable" : values.ask ? "ask" : "");
    for (const radio of this.form.querySelectorAll("[name=level]"))
      radio.checked = values.level ? radio.value === values.level : radio.value === "" && radio.dataset.for === wanted;
    for (const name of NAMES.slice(1)) if (this.form.elements[name]) this.form.elements[name].value = values[name];
    this.settle();
  }

  /** Only what stands beside the chosen row counts; what was typed beside another stays there, and is not sent. */
  settle() {
    const chosen = this.level?.dataset.for ?? "";
    for (const group of this.form.querySelectorAll(".instead")) group.disabled = group.dataset.when !== chosen;
    const unsaved = this.read().level !== this.saved.level;
    for (const label of this.form.querySelectorAll(".levels label"))
      label.classList.toggle("sent", unsaved && label.contains(this.level));
  }

  // What it tells

  /** Where the state of saving is told: replaced with every save, so it is looked up each time. */
  get words() {
    return document.getElementById(`state-${this.key}`).querySelector("[data-words]");
  }

  say(state, words, { aloud = true } = {}) {
    const told = document.createElement("span");
    told.className = `save ${state}`;
    told.dataset.saveState = state;
    if (!aloud) told.ariaHidden = "true"; // passing states are seen, and not read out each time
    told.append(...[words].flat());
    this.words.replaceChildren(told);
  }

  get keeping() {
    return this.kept ? "What you typed is kept in this browser" : "Keep this page open";
  }

  // Saving

  listen() {
    this.article.addEventListener("pointerdown", () => (this.pause = PAUSE.pointer));
    this.article.addEventListener("keydown", () => (this.pause = PAUSE.keys));
    const ours = (event) => event.target.form === this.form;
    this.article.addEventListener("input", (event) => {
      if (ours(event)) this.changed(event.target.matches("textarea, [type=text]") ? PAUSE.typing : this.pause);
    });
    this.article.addEventListener("focusout", (event) => {
      if (ours(event) && event.target.name !== "level" && this.timer) this.save();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save({ even: true });
    });
    this.form.addEventListener("htmx:configRequest", () => (this.sent = this.read()));
    this.form.addEventListener("htmx:beforeSwap", (event) => this.answered(event.detail));
    this.form.addEventListener("htmx:afterRequest", (event) => this.done(event.detail));
    this.trouble.addEventListener("submit", (event) => this.chosen(event, event.target));
    this.trouble.addEventListener("click", (event) => {
      if (event.target.closest("[data-take]")) this.chosen(event, event.target.closest("form"));
    });
  }

  changed(pause) {
    this.settle();
    this.keep();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
    if (this.conflict) this.mirror();
    else this.say("unsaved", "Not saved yet", { aloud: false });
  }

  keep() {
    const instead = this.level?.dataset.for ?? "";
    const draft = { seen: this.seen.value, at: new Date().toISOString(), values: this.read(), instead };
    this.kept = this.draft.write(draft);
  }

  /** Send what is typed, unless it is what was saved; `even` then. One request of a card is under way at a time. */
  save({ even = false } = {}) {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.conflict || this.sending || (!even && this.refused && same(this.read(), this.refused))) return;
    if (this.dirty || even) htmx.trigger(this.form, "save", {});
    else this.rest();
    this.sending = this.form.classList.contains("htmx-request");
    if (this.sending) this.say("saving", "Saving…", { aloud: false });
  }

  /** All that is typed is saved. */
  rest() {
    this.draft.remove();
    this.settle();
    this.trouble.replaceChildren();
    this.words.replaceChildren(this.before.cloneNode(true));
  }

  /** Before the answer to a save is shown: a conflict with what we sent ourselves is none; its answer was lost. */
  answered(detail) {
    if (detail.xhr.status < 400) return;
    const told = new DOMParser().parseFromString(detail.xhr.responseText, "text/html");
    const conflict = told.querySelector("[data-conflict]");
    detail.shouldSwap = Boolean(conflict || told.querySelector("[data-problems]"));
    if (conflict && same(theirs(conflict), this.sent)) {
      detail.shouldSwap = false;
      this.seen.value = conflict.dataset.conflict;
      this.ownAgain = true;
    }
  }

  done(detail) {
    const { status, responseText } = detail.xhr;
    this.sending = false;
    if (detail.successful || this.ownAgain) {
      if (this.ownAgain) this.say("saved", `Saved ${clock(new Date())}`);
      if (this.ownAgain) this.refresh();
      this.ownAgain = false;
      this.saved = this.sent;
      this.refused = null;
      this.tries = 0;
      this.before = this.words.firstElementChild.cloneNode(true);
      if (!this.dirty) return this.rest();
      this.keep();
      if (!this.timer) this.timer = setTimeout(() => this.save(), 0);
      return undefined;
    }
    this.keep();
    this.refused = null;
    if (this.trouble.querySelector("[data-conflict]")) return this.differ();
    if (status === 401) return this.shutOut();
    if (status === 0 || status >= 500 || status === 429) return this.wait(status);
    this.refused = this.sent; // sent again once it is mended
    const told = new DOMParser().parseFromString(responseText, "text/html");
    const why = told.querySelector("[data-problems] li, .problems li") ?? told.querySelector(".problem > p");
    return this.say("unsaved", `Not saved: ${why?.textContent.trim() ?? `the server answered ${status}`}`);
  }

  /** No answer, or none that counts: try again, later each time, and at once when the connection is back. */
  wait(status) {
    this.tries += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), Math.min(1000 * 2 ** this.tries, LONGEST_RETRY));
    const why = status ? "the server cannot save at the moment" : "no connection";
    const words = `Not saved: ${why}. ${this.keeping}; it is sent when it can be.`;
    this.say("offline", words, { aloud: this.tries === 1 });
  }

  shutOut() {
    this.tries += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), Math.min(5000 * this.tries, LONGEST_RETRY));
    if (page.dataset.alone === "yes") {
      const words = `Not saved: your link is closed. ${this.keeping}. Ask for a new link.`;
      this.say("unsaved", words, { aloud: this.tries === 1 });
      return;
    }
    const link = Object.assign(document.createElement("a"), { target: "_blank", rel: "noopener" });
    link.textContent = "Sign in in a new tab";
    link.href = `/sign-in?to=${encodeURIComponent(location.pathname)}`;
    const words = [`Not saved: your session is over. ${this.keeping}. `, link, ", and it is sent."];
    if (this.tries === 1 || !this.article.querySelector(".save a")) this.say("unsaved", words);
  }

  // Two answers, one place

  differ() {
    this.conflict = this.trouble.querySelector("[data-conflict]");
    this.mirror();
    this.say("conflict", "Not saved: somebody else answered meanwhile. Choose below.");
  }

  /** What is typed, as it stands beside theirs. */
  mirror() {
    const level = document.createElement("strong");
    level.textContent = this.level?.closest("label").querySelector("b").textContent ?? "No level";
    const note = Object.assign(document.createElement("p"), { className: "small note", textContent: this.read().note });
    this.conflict.querySelector("[data-yours]").replaceChildren(level, ...(note.textContent ? [note] : []));
  }

  async chosen(event, form) {
    event.preventDefault();
    const version = this.conflict.dataset.conflict;
    const others = theirs(this.conflict);
    this.trouble.replaceChildren();
    this.conflict = null;
    this.seen.value = version;
    this.article.focus({ preventScroll: true });
    if (form.dataset.choice === "theirs") {
      this.write(others, "");
      this.saved = this.read();
      this.draft.remove();
      await this.refresh();
      return;
    }
    const note = this.form.elements.note;
    const both = [note.value.trimEnd(), form.dataset.add].filter(Boolean).join("\n\n");
    if (form.dataset.choice === "both") note.value = both;
    this.keep();
    this.save({ even: true });
  }

  /** Show again what the server shows of this question, but for what is typed and the version that was seen. */
  async refresh() {
    const seen = this.seen.value;
    const answer = await fetch(location.pathname).catch(() => null);
    if (!answer?.ok) return;
    const told = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of ["gate", "state", "standing", "items"]) {
      const fresh = document.adoptNode(told.getElementById(`${part}-${this.key}`));
      document.getElementById(fresh.id).replaceWith(fresh);
      htmx.process(fresh);
    }
    this.seen.value = seen;
  }

  // Across a refresh, a closed lid, an expired session

  restore() {
    this.before = this.words.firstElementChild.cloneNode(true);
    const draft = this.draft.read();
    if (!draft) return;
    this.write(draft.values, draft.instead);
    if (!this.dirty) {
      this.draft.remove();
      return;
    }
    this.seen.value = draft.seen; // should somebody have saved since, both are shown
    this.say("unsaved", `Not saved yet; typed at ${clock(new Date(draft.at))}`);
    this.timer = setTimeout(() => this.save(), PAUSE.restored);
  }

  /** The page is left: what is not saved goes out in a request that outlives it. */
  leave() {
    if (!this.dirty || this.conflict) return;
    const body = new URLSearchParams(new FormData(this.form));
    body.set("person", page.dataset.person);
    const headers = { "HX-Request": "true" };
    fetch(this.form.action, { method: "POST", body, keepalive: true, headers }).catch(() => {});
  }
}

/** What somebody else saved, out of the block that shows both. */
function theirs(conflict) {
  const value = (name) => conflict.querySelector(`[data-choice=theirs] [name=${name}]`).value;
  return Object.fromEntries(NAMES.map((name) => [name, value(name)]));
}

const cards = [...page.querySelectorAll("[data-question]")].map((article) => new Card(article));
const saveAll = () => cards.forEach((card) => card.dirty && card.save());

document.addEventListener("visibilitychange", saveAll);
addEventListener("online", saveAll);
addEventListener("focus", saveAll);
addEventListener("offline", () => cards.forEach((card) => card.dirty && !card.conflict && card.wait(0)));
addEventListener("pagehide", () => cards.forEach((card) => card.leave()));
