// The side panel shows a record's fragment beside the list.
const panel = document.getElementById("side-panel");
const body = document.getElementById("side-panel-body");
let origin = null;

function close() {
  if (!panel || panel.hidden) return;
  panel.hidden = true;
  body.replaceChildren();
  for (const row of document.querySelectorAll("tr[data-active]")) delete row.dataset.active;
  origin?.focus();
  origin = null;
}

function show(link) {
  for (const row of document.querySelectorAll("tr[data-active]")) delete row.dataset.active;
  const row = link.closest("tr");
  if (row) row.dataset.active = "";
  origin = row?.querySelector(".row-link") || link;
  const address = link.getAttribute("href"); // in a picture `link.href` is an object
  document.getElementById("side-panel-open").href = address;
  htmx.ajax("GET", address, { target: body, swap: "innerHTML" }).then(() => {
    if (!body.childElementCount) return;
    panel.hidden = false;
    body.scrollTop = 0;
    if (!document.activeElement?.closest("tr")) panel.focus();
  });
}

if (panel) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-panel]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(link);
  });
  document.getElementById("side-panel-close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) close();
  });
}
