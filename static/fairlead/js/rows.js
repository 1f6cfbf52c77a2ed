// Selection in lists: "select all" of the page, Shift for a range, the count in the bulk bar.
const announcer = document.getElementById("announcer");
let last = null;

function refresh(list) {
  const boxes = [...list.querySelectorAll(".row-check")];
  const chosen = boxes.filter((box) => box.checked).length;
  const all = list.querySelector("[data-select-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  const count = list.querySelector("[data-selected-count]");
  if (count) count.textContent = `${chosen} selected`;
}

document.addEventListener("click", (event) => {
  const box = event.target.closest(".row-check");
  if (!box) return;
  const boxes = [...box.closest(".list").querySelectorAll(".row-check")];
  if (event.shiftKey && last && boxes.includes(last)) {
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
  }
  last = box;
});

document.addEventListener("change", (event) => {
  const list = event.target.closest(".list");
  if (!list) return;
  if (event.target.matches("[data-select-all]")) {
    for (const box of list.querySelectorAll(".row-check")) box.checked = event.target.checked;
  }
  if (event.target.matches("[data-select-all], .row-check")) refresh(list);
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-clear-selection]")) return;
  const list = event.target.closest(".list");
  for (const box of list.querySelectorAll(".row-check")) box.checked = false;
  refresh(list);
});

document.addEventListener("htmx:afterSettle", (event) => {
  const list = event.detail.elt.closest?.(".list");
  if (!list) return;
  last = null;
  // What stands outside the fragment but follows its filters, order and columns.
  const exporter = document.getElementById("export-link");
  if (exporter) exporter.search = list.dataset.query;
  const query = document.getElementById("view-query");
  if (query) query.value = list.dataset.query;
  announcer.textContent = list.dataset.summary || "";
});
