// What the server computed of a sheet goes to its cells, sums and fields; what is typed is not lost by leaving.
let isTyped = false;

function mark(isUnsaved) {
  isTyped = isUnsaved;
  for (const note of document.querySelectorAll("[data-unsaved]")) note.hidden = !isUnsaved;
}

function clear(form) {
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
    field.removeAttribute("title");
  }
  for (const text of form.querySelectorAll(".sheet__error")) text.remove();
}

function refuse(form, name, message) {
  const field = form.elements[name];
  if (!field) return;
  field.setAttribute("aria-invalid", "true");
  field.title = message;
  if (/\d{4}-\d{2}$/.test(name)) return;
  const text = document.createElement("span");
  text.className = "sheet__error";
  text.id = `${name}-error`;
  text.textContent = message;
  field.after(text);
  field.setAttribute("aria-describedby", text.id);
}

function apply(form, computed) {
  const told = JSON.parse(computed.value);
  for (const [name, text] of Object.entries(told.values)) {
    const field = form.elements[name];
    if (field && field.readOnly) field.value = text;
  }
  for (const cell of form.querySelectorAll("[data-total]")) {
    const text = told.totals[cell.dataset.total];
    if (text !== undefined) cell.textContent = text;
  }
  clear(form);
  for (const [name, message] of Object.entries(told.errors)) refuse(form, name, message);
  const notes = form.querySelector("[data-sheet-notes]");
  notes.hidden = told.notes.length === 0;
  notes.lastElementChild.replaceChildren(...told.notes.map((note) => {
    const line = document.createElement("p");
    line.textContent = note;
    return line;
  }));
}

// The months of a line with a formula are computed, so they cannot be typed into.
function lock(every) {
  const isFormula = every.value.trimStart().startsWith("=");
  for (const cell of every.closest("tr").querySelectorAll(".sheet__amount")) cell.readOnly = isFormula;
}

document.addEventListener("input", (event) => {
  if (!event.target.closest?.("[data-sheet]")) return;
  mark(true);
  if (event.target.matches("[data-every]")) lock(event.target);
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "sheet-figures") return;
  const form = event.detail.target.closest("[data-sheet]");
  const computed = form?.querySelector("[data-sheet-computed]");
  if (computed) apply(form, computed);
});

// What is typed while the sheet is away would be lost when it comes back.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id === "sheet") event.detail.elt.inert = true;
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt.id === "sheet") event.detail.elt.inert = false;
});

// A saved sheet comes back whole; one that was refused or only rearranged is still unsaved.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "sheet") return;
  const button = event.detail.requestConfig.triggeringEvent?.submitter;
  if (event.detail.xhr.status === 200 && (!button || button.value === "save")) mark(false);
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.id === "sheet") mark(isTyped);
});

document.addEventListener("submit", (event) => {
  // Without HTMX the page is left on purpose.
  if (event.target.matches("[data-sheet]") && !window.htmx) mark(false);
});

window.addEventListener("beforeunload", (event) => {
  if (isTyped) event.preventDefault();
});
