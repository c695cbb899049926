// Puts the text of a field on the clipboard: <button data-copy="id of the field" hidden>. Without this script the button
// stays hidden and the field can be selected by hand.
const announce = (words) => {
  const line = document.getElementById("announce");
  if (line) line.textContent = words;
};

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const words = button.textContent;
  button.hidden = false;
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
      announce("Copied.");
      setTimeout(() => (button.textContent = words), 4000);
    } catch {
      button.textContent = "Selected: copy it with Ctrl C";
      announce("It could not be copied. It is selected: copy it with Ctrl C.");
    }
  });
}
