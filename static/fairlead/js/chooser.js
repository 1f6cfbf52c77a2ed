// A field that finds one row among many: a combobox whose options the server sends. Without this script it is a plain
// text field, and the server looks up what was typed.
const PAUSE = 150;
const pending = new WeakMap();

const listOf = (input) => input.nextElementSibling;
const idOf = (input) => input.previousElementSibling;
const optionsOf = (input) => [...listOf(input).querySelectorAll("[data-value]")];
const activeOf = (input) => listOf(input).querySelector("[data-value][aria-selected=true]");
const chooserOf = (event) => event.target.closest?.("input[data-chooser]");

function enhance(root) {
  for (const input of root.querySelectorAll("input[data-chooser]:not([role])")) {
    const list = listOf(input);
    list.id = `${input.id}-options`;
    list.setAttribute("aria-label", input.labels[0]?.firstChild.textContent ?? "Options");
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);
    // From here on the hidden field alone is sent: an id once something is chosen, until then the text.
    input.removeAttribute("name");
    if (idOf(input).value) input.dataset.label = input.value;
    else idOf(input).value = input.value;
  }
}

function close(input) {
  const state = pending.get(input);
  clearTimeout(state?.timer);
  state?.request?.abort();
  listOf(input).hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function activate(input, option) {
  for (const other of optionsOf(input)) other.setAttribute("aria-selected", String(other === option));
  if (!option) return;
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

async function open(input) {
  pending.get(input)?.request?.abort();
  const request = new AbortController();
  pending.set(input, { request });
  // The text of the row chosen already is no search: show what else there is.
  const text = input.value === input.dataset.label ? "" : input.value;
  let html;
  try {
    const response = await fetch(`${input.dataset.chooser}?${new URLSearchParams({ q: text })}`, { signal: request.signal });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    html = await response.text();
  } catch (error) {
    if (error.name === "AbortError") return;
    html = '<li class="chooser__none" role="option" aria-disabled="true" aria-selected="false">The search failed. Reload the page and try again.</li>';
  }
  if (document.activeElement !== input) return;
  const list = listOf(input);
  list.innerHTML = html;
  optionsOf(input).forEach((option, index) => { option.id = `${list.id}-${index}`; });
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  input.removeAttribute("aria-activedescendant");
  const count = optionsOf(input).length;
  document.getElementById("announcer").textContent = count ? `${count} found` : list.textContent.trim();
}

function choose(input, option) {
  input.value = option.dataset.label;
  input.dataset.label = option.dataset.label;
  idOf(input).value = option.dataset.value;
  close(input);
  idOf(input).dispatchEvent(new Event("change", { bubbles: true }));
}

function move(input, step) {
  const all = optionsOf(input);
  if (!all.length) return;
  const at = all.indexOf(activeOf(input));
  activate(input, all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length]);
}

document.addEventListener("input", (event) => {
  const input = chooserOf(event);
  if (!input) return;
  delete input.dataset.label;
  idOf(input).value = input.value.trim();
  close(input);
  pending.set(input, { timer: setTimeout(() => open(input), PAUSE) });
});

// Before the menus and dialogs around it: Escape closes the list first, and Enter does not send the form.
document.addEventListener("keydown", (event) => {
  const input = chooserOf(event);
  if (!input) return;
  const isOpen = !listOf(input).hidden;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    if (isOpen) move(input, step);
    else open(input).then(() => move(input, step));
  } else if (event.key === "Enter" && isOpen && activeOf(input)) {
    event.preventDefault();
    choose(input, activeOf(input));
  } else if (event.key === "Escape" && isOpen) {
    event.preventDefault();
    event.stopPropagation();
    close(input);
  }
}, true);

document.addEventListener("pointerdown", (event) => {
  if (event.target.closest?.(".chooser__list")) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const option = event.target.closest?.(".chooser__option");
  const input = chooserOf(event);
  if (option) choose(option.closest(".chooser").querySelector("input[data-chooser]"), option);
  else if (input && listOf(input).hidden) open(input);
});

document.addEventListener("focusout", (event) => {
  const input = chooserOf(event);
  if (input) close(input);
});

document.addEventListener("htmx:load", (event) => enhance(event.target));
enhance(document);
