// Files and folders are sent one after the other, each with how far it is; what has come is listed as the page lists it.
const drop = document.getElementById("drop");
const chosen = document.getElementById("field-file");
const folder = document.getElementById("folder");
const sending = document.getElementById("sending");
const arrived = document.getElementById("arrived");
const trouble = document.querySelector(".trouble");
const announce = (words) => (document.getElementById("announce").textContent = words);
const NOT_WORTH_SENDING = /^(\.|Thumbs\.db$|desktop\.ini$|__MACOSX$)/;
const MOST_AT_ONCE = 500;

const queue = [];
let under_way = false;
let come = 0;

for (const each of drop.querySelectorAll("[data-scripted]")) each.hidden = false;
for (const each of drop.querySelectorAll("[data-unscripted]")) each.hidden = true;

class Row {
  constructor(file) {
    this.file = file;
    this.item = document.createElement("li");
    const name = Object.assign(document.createElement("bdi"), { textContent: file.name });
    this.bar = Object.assign(document.createElement("progress"), { max: 100, value: 0 });
    this.bar.setAttribute("aria-label", `Sent of ${file.name}`);
    this.words = Object.assign(document.createElement("span"), { className: "small quiet", textContent: "waits" });
    this.item.append(name, this.bar, this.words);
    sending.append(this.item);
  }

  say(words) {
    this.words.textContent = words;
  }

  gone() {
    this.item.remove();
  }

  failed(words) {
    this.bar.remove();
    this.words.className = "small error";
    this.say(`Not sent: ${words}`);
    const again = Object.assign(document.createElement("button"), { type: "button", className: "button link" });
    again.textContent = "Send it again";
    again.addEventListener("click", () => {
      this.gone();
      add([this.file]);
    });
    this.item.append(again);
  }
}

function add(files) {
  const wanted = files.filter((file) => !NOT_WORTH_SENDING.test(file.name));
  const room = Math.max(0, MOST_AT_ONCE - queue.length);
  if (wanted.length > room) announce(`${wanted.length - room} files are left out: ${MOST_AT_ONCE} are sent at once.`);
  queue.push(...wanted.slice(0, room).map((file) => new Row(file)));
  if (queue.length && !under_way) sendAll();
}

async function sendAll() {
  under_way = true;
  come = 0;
  while (queue.length) await send(queue.shift());
  under_way = false;
  if (!come) return;
  announce(`${come === 1 ? "One file is" : `${come} files are`} here. Say what each is for.`);
  document.getElementById("waiting").focus();
}

function send(row) {
  const body = new FormData();
  body.append("file", row.file, row.file.name);
  const request = new XMLHttpRequest();
  request.open("POST", drop.action);
  request.setRequestHeader("HX-Request", "true");
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    row.bar.value = (100 * event.loaded) / event.total;
    row.say(event.loaded < event.total ? `${Math.floor(row.bar.value)} of 100 sent` : "sent, being read");
  });
  return new Promise((done) => {
    request.addEventListener("loadend", () => {
      ended(row, request);
      done();
    });
    request.send(body);
  });
}

function ended(row, request) {
  if (request.status === 200) {
    row.gone();
    show(request.responseText);
  } else if (request.status === 401) row.failed("your session is over. Sign in in a new tab.");
  else if (request.status === 0) row.failed("no connection.");
  else if (request.status >= 500 || request.status === 429) row.failed("the server cannot take it at the moment.");
  else {
    const told = new DOMParser().parseFromString(request.responseText, "text/html");
    row.failed(told.querySelector(".errors li, .problems li, .problem > p")?.textContent.trim() ?? "it was refused.");
  }
}

/** What has come stands first; the same file sent again takes the place of itself. */
function show(text) {
  const told = new DOMParser().parseFromString(text, "text/html");
  for (const article of told.querySelectorAll(".arrival")) {
    document.getElementById(article.id)?.remove();
    arrived.prepend(document.adoptNode(article));
    come += 1;
  }
  document.getElementById("none").hidden = true;
  document.querySelector("[data-all]").hidden = arrived.querySelectorAll(".arrival").length < 2;
  trouble.replaceChildren();
}

for (const input of [chosen, folder])
  input.addEventListener("change", () => {
    add([...input.files]);
    input.value = "";
  });

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  drop.classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) drop.classList.remove("over");
});
document.addEventListener("drop", async (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  drop.classList.remove("over");
  const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const found = [];
  for (const entry of entries) if (entry) await collect(entry, found);
  add(found);
});

/** A file, or all that is in a folder, however deep. */
async function collect(entry, found) {
  if (found.length > MOST_AT_ONCE || NOT_WORTH_SENDING.test(entry.name)) return;
  if (entry instanceof File) found.push(entry);
  else if (entry.isFile) found.push(await new Promise((done, fail) => entry.file(done, fail)));
  else {
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((done, fail) => reader.readEntries(done, fail));
      if (!some.length) return;
      for (const each of some) await collect(each, found);
    }
  }
}
