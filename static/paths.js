// The path to a Go: the address follows what is ruled out, and what was found is said aloud.
const announce = document.getElementById("announce");

function scripted() {
  for (const each of document.querySelectorAll("#path [data-unscripted]")) each.hidden = true;
}

document.body.addEventListener("htmx:afterSwap", ({ target, detail }) => {
  if (target.id !== "path") return;
  history.replaceState(null, "", detail.pathInfo.finalRequestPath);
  document.title = `${target.querySelector("h1").textContent} · Ready Room`;
  announce.textContent = target.dataset.found;
  scripted();
});

// What went wrong is told on a page of its own, and nothing that was chosen is lost: it stands in the address.
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id === "path" && detail.isError) {
    detail.shouldSwap = false;
    location.assign(detail.pathInfo.finalRequestPath);
  }
});

scripted();
