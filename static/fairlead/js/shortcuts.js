// Keys: those on elements with data-shortcut, and walking through the rows of a list.
function isTyping(target) {
  return target.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}

function rows() {
  return [...document.querySelectorAll(".table--rows .row-link")];
}

function walk(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
  next.focus();
  next.closest("tr").scrollIntoView({ block: "nearest" });
  if (!document.getElementById("side-panel").hidden) next.closest("tr").querySelector("[data-panel]")?.click();
}

const keys = {
  j: () => walk(1),
  k: () => walk(-1),
  o: () => document.activeElement.closest("tr")?.querySelector("[data-panel]")?.click(),
  x: () => document.activeElement.closest("tr")?.querySelector(".row-check")?.click(),
  "/": () => document.dispatchEvent(new CustomEvent("fairlead:palette")),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const marked = [...document.querySelectorAll("[data-shortcut]")].find((element) => element.dataset.shortcut === key);
  if (!marked && !keys[key]) return;
  event.preventDefault();
  if (!marked) keys[key]();
  else if (marked.matches("input")) marked.focus();
  else marked.click();
});
