// Displays the server renders: filters that apply themselves, cards that are dragged, neighbours that light up.
import { tell } from "./elements.js";
import { Live, showPeople } from "./live.js";
import { send } from "./server.js";

const root = document.getElementById("plan");
const board = root?.querySelector("[data-board]");
const graph = root?.querySelector(".plan-graph");

// Moves a card to another column; a refusal says why, and the card stays.
async function move(card, to) {
  const { card: id, initiative, version } = card.dataset;
  const isStage = board.dataset.board === "stage";
  card.dataset.saving = "";
  const answer = isStage
    ? await send(root, "POST", `${root.dataset.initiatives}${initiative}/change-stage/`, { to })
    : await send(root, "PATCH", `${root.dataset.api}${id}/`, { status: to }, version);
  delete card.dataset.saving;
  if (answer.ok) return refresh();
  if (answer.status === 412) {
    tell("Somebody else changed this item meanwhile. The board shows it as it is now.", "warning");
    return refresh();
  }
  if (answer.status === 404) {
    tell("Somebody deleted this item meanwhile.", "warning");
    return refresh();
  }
  return tell(`This was not moved. ${answer.detail}`, answer.status === 409 ? "warning" : "danger");
}

// Reads the page again and puts the new display where the old one stands; scroll and focus stay.
async function refresh() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const selectors = ["[data-board]", ".plan__table", ".plan-calendar", ".plan-graph", ".plan-matrix"];
  for (const selector of selectors) {
    const [old, fresh] = [root.querySelector(selector), page.querySelector(`#plan ${selector}`)];
    if (!old || !fresh) continue;
    const focused = document.activeElement?.closest?.("[data-card]")?.dataset.card;
    const { scrollLeft, scrollTop } = old;
    old.replaceChildren(...fresh.childNodes);
    Object.assign(old, { scrollLeft, scrollTop });
    if (focused) old.querySelector(`[data-card="${focused}"] a`)?.focus({ preventScroll: true });
  }
}

let dragged = null;

const columnOf = (event) => event.target.closest?.("[data-column]");

function mayDrop(column) {
  if (!dragged || !column || column.contains(dragged)) return false;
  return Boolean(dragged.querySelector(`[data-move-to="${CSS.escape(column.dataset.column)}"]`));
}

function aim(column) {
  for (const other of board.querySelectorAll("[data-column]")) other.classList.toggle("is-target", other === column);
}

function startBoard() {
  board.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-card]");
    if (!dragged) return;
    event.dataTransfer.setData("text/plain", dragged.dataset.card);
    event.dataTransfer.effectAllowed = "move";
    for (const column of board.querySelectorAll("[data-column]")) column.classList.toggle("is-closed", !mayDrop(column) && !column.contains(dragged));
  });
  board.addEventListener("dragover", (event) => {
    const column = columnOf(event);
    if (!mayDrop(column)) return;
    event.preventDefault();
    aim(column);
  });
  board.addEventListener("drop", (event) => {
    const column = columnOf(event);
    if (!mayDrop(column)) return;
    event.preventDefault();
    move(dragged, column.dataset.column);
  });
  board.addEventListener("dragend", () => {
    dragged = null;
    aim(null);
    for (const column of board.querySelectorAll("[data-column]")) column.classList.remove("is-closed");
  });
  board.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move-to]");
    if (!button) return;
    button.closest("details").removeAttribute("open");
    move(button.closest("[data-card]"), button.dataset.moveTo);
  });
}

function startGraph() {
  const light = (event, isLit) => {
    const id = event.target.closest?.("[data-node]")?.dataset.node;
    if (!id) return;
    for (const edge of graph.querySelectorAll(`[data-from="${id}"], [data-to="${id}"]`)) edge.classList.toggle("is-lit", isLit);
  };
  for (const [name, isLit] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
    graph.addEventListener(name, (event) => light(event, isLit));
  }
}

if (root) {
  if (board) startBoard();
  if (graph) startGraph();
  let version = null;
  new Live({
    root,
    holding: () => null,
    people: (people) => showPeople(root, people),
    changed: (next) => {
      const isNews = version !== null && next !== version && !dragged && !document.querySelector("dialog[open]");
      if (isNews || version === null) version = next;
      return isNews ? refresh() : null;
    },
  });
}
