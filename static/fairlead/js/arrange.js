// Rows of a list change places: dragged by their handle, or moved by the arrow keys on it. Each row has a form that
// tells the server its place; its buttons do the same without this script.
function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("document");
  const focused = document.activeElement?.id;
  document.getElementById("document").replaceWith(fresh);
  if (focused) document.getElementById(focused)?.focus();
  arrange(fresh);
}

async function moveTo(row, place) {
  const count = row.parentElement.children.length;
  if (place < 1 || place > count) return;
  const form = row.querySelector("form[data-arrange-form]");
  const data = new FormData(form);
  data.set("position", place);
  const response = await fetch(form.action, { method: "POST", body: data }).catch(() => null);
  // Whatever went wrong, the page then tells what the order is.
  if (!response?.ok) return location.reload();
  show(await response.text());
  document.getElementById("announcer").textContent = `${row.dataset.arrange}: place ${place} of ${count}`;
}

function arrange(root) {
  for (const list of root.querySelectorAll("[data-arrange-list]")) {
    window.Sortable.create(list, {
      handle: ".grip",
      animation: 120,
      onEnd: (event) => { if (event.oldIndex !== event.newIndex) moveTo(event.item, event.newIndex + 1); },
    });
  }
}

document.addEventListener("keydown", (event) => {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const row = event.target.closest?.(".grip")?.closest("[data-arrange]");
  if (!step || !row) return;
  event.preventDefault();
  moveTo(row, [...row.parentElement.children].indexOf(row) + 1 + step);
});

arrange(document);
