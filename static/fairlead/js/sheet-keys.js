// Moving in a grid of inputs as in a spreadsheet: arrows, Enter, and a block pasted from one. Without this script the
// inputs are plain fields that Tab goes through.
const FIELDS = "input:not([type=hidden], [type=checkbox]), select, textarea";

const gridOf = (field) => field.closest?.("[data-grid]");
const columnOf = (field) => field.closest("td, th").cellIndex;
const indexIn = (cell, field) => [...cell.querySelectorAll(FIELDS)].indexOf(field);

function rowsOf(grid) {
  return [...grid.rows].filter((row) => row.offsetParent !== null || row.getClientRects().length);
}

// The field in the same place of the row `step` rows away that has one.
function beside(field, step) {
  const rows = rowsOf(gridOf(field));
  const cell = field.closest("td, th");
  const at = indexIn(cell, field);
  for (let index = rows.indexOf(field.closest("tr")) + step; rows[index]; index += step) {
    const found = rows[index].cells[columnOf(field)]?.querySelectorAll(FIELDS);
    if (found?.length && found.length > at) return found[at];
  }
  return null;
}

function along(field, step) {
  const fields = [...field.closest("tr").querySelectorAll(FIELDS)];
  return fields[fields.indexOf(field) + step];
}

function enter(field) {
  if (!field) return;
  field.focus();
  if (field.select) field.select();
  field.scrollIntoView({ block: "nearest", inline: "nearest" });
}

const isAt = (field, place) => field.selectionStart === field.selectionEnd && field.selectionStart === place;
const isAllChosen = (field) => field.selectionStart === 0 && field.selectionEnd === field.value.length;

function leaves(event, field) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || field.tagName === "SELECT") return null;
  const isMany = field.tagName === "TEXTAREA" && field.value.includes("\n");
  switch (event.key) {
    case "ArrowUp": return isMany ? null : beside(field, -1);
    case "ArrowDown": return isMany ? null : beside(field, 1);
    case "ArrowLeft": return isAt(field, 0) || isAllChosen(field) ? along(field, -1) : null;
    case "ArrowRight": return isAt(field, field.value.length) || isAllChosen(field) ? along(field, 1) : null;
    default: return null;
  }
}

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-sheet]");
  if (form && event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("button[value=save]"));
    return;
  }
  const field = event.target;
  if (!field.matches?.(FIELDS) || !gridOf(field)) return;
  if (event.key === "Enter" && field.tagName !== "SELECT") {
    // Enter in a grid goes down; it never sends the form.
    event.preventDefault();
    enter(beside(field, event.shiftKey ? -1 : 1));
    return;
  }
  if (event.key === "Escape" && field.value !== field.defaultValue && field.tagName === "INPUT") {
    event.stopPropagation();
    put(field, field.defaultValue);
    return;
  }
  const next = leaves(event, field);
  if (next) {
    event.preventDefault();
    enter(next);
  }
});

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-grid] .sheet__amount")) event.target.select();
});

function put(field, text) {
  if (field.readOnly || field.disabled) return;
  if (field.tagName === "SELECT") {
    const wanted = text.trim().toLowerCase();
    const option = [...field.options].find((each) => each.text.toLowerCase() === wanted || each.value === wanted);
    if (option) field.value = option.value;
  } else {
    field.value = text.trim();
  }
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// One cell of a spreadsheet is pasted as text; several fill the grid from here to the right and down.
document.addEventListener("paste", (event) => {
  const field = event.target;
  if (!field.matches?.(FIELDS) || !gridOf(field)) return;
  const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const block = text.split("\n").map((line) => line.split("\t"));
  if (block.length === 1 && block[0].length === 1) return;
  event.preventDefault();
  let start = field;
  let filled = 0;
  for (const cells of block) {
    let target = start;
    for (const cell of cells) {
      if (!target) break;
      put(target, cell);
      filled += 1;
      target = along(target, 1);
    }
    start = beside(start, 1);
    if (!start) break;
  }
  document.getElementById("announcer").textContent = `${filled} cells filled`;
});
