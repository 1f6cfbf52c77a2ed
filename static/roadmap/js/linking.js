// Making dependencies: drag from an end of a bar to a half of another bar, or press L on one and Enter on the other.
import { announce, tell } from "./elements.js";
import { shape } from "./links.js";
import { send } from "./server.js";

const WORDS = { FS: "starts after", SS: "starts with", FF: "ends with", SF: "ends after the start of" };

// Which end of something on the screen is meant at `x`.
export function endAt(node, x) {
  const box = node.getBoundingClientRect();
  return x < box.left + box.width / 2 ? "start" : "end";
}

export const kindOf = (from, to) => `${from === "end" ? "F" : "S"}${to === "start" ? "S" : "F"}`;

// By key: L begins at the end and Shift L at the start, Enter links the start of what waits and Shift Enter its end.
export const beginsAt = (event) => (event.key.toLowerCase() === "l" ? (event.shiftKey ? "start" : "end") : null);
export const landsOn = (event) => (event.shiftKey ? "end" : "start");

export function announceLinking(title, end) {
  announce(`Linking from the ${end} of ${title}. Go to what waits for it with the arrows, Enter links its start, Shift Enter its end, Escape cancels.`);
}

export class Linker {
  // `made(link)` hears of a saved dependency, with what takes it back.
  constructor({ root, scroll, canvas, plan, made }) {
    Object.assign(this, { root, scroll, canvas, plan, made });
    this.from = null;
    scroll.addEventListener("pointerdown", (event) => this.#press(event), true);
    scroll.addEventListener("pointermove", (event) => this.#drag(event));
    scroll.addEventListener("pointerup", (event) => this.#drop(event));
    scroll.addEventListener("pointercancel", () => this.stop());
  }

  get isBusy() {
    return Boolean(this.from);
  }

  #press(event) {
    const port = event.target.dataset?.port;
    if (!port || event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    this.scroll.setPointerCapture(event.pointerId);
    this.start(this.plan.byId.get(event.target.closest(".plan-item").dataset.item), port);
    this.line = shape("path", { class: "plan__rubber" });
    this.canvas.layer.append(this.line);
  }

  // Begins a dependency of which `item` is the predecessor.
  start(item, end = "end") {
    this.stop();
    this.from = { item, end };
    item.node?.classList.add("is-linking");
    this.canvas.canvas.classList.add("is-linking");
  }

  stop() {
    this.from?.item.node?.classList.remove("is-linking");
    this.canvas.canvas.classList.remove("is-linking");
    this.#aim(null);
    this.line?.remove();
    this.from = this.line = null;
  }

  #aim(item) {
    this.target?.node?.classList.remove("is-target");
    this.target = item;
    item?.node?.classList.add("is-target");
  }

  #under(event) {
    const node = document.elementFromPoint(event.clientX, event.clientY)?.closest?.(".plan-item");
    const item = node && this.plan.byId.get(node.dataset.item);
    if (!item || item === this.from.item) return null;
    return { item, end: endAt(node, event.clientX) };
  }

  #drag(event) {
    if (!this.line) return;
    const { item, end } = this.from;
    const box = this.scroll.getBoundingClientRect();
    const row = this.canvas.layout.rowOf(item);
    const x = this.canvas.scale.x(end === "end" ? item.end + 1 : item.start);
    const to = [event.clientX - box.left - this.canvas.label + this.scroll.scrollLeft, event.clientY - box.top - this.canvas.head + this.scroll.scrollTop];
    this.line.setAttribute("d", `M${x},${row.y + row.height / 2}L${to}`);
    this.#aim(this.#under(event)?.item ?? null);
  }

  #drop(event) {
    if (!this.line) return;
    const found = this.#under(event);
    const { item, end } = this.from;
    this.stop();
    if (found) this.save(item, found.item, kindOf(end, found.end));
  }

  save(predecessor, successor, kind) {
    return saveLink(this.root, predecessor, successor, kind, this.made);
  }
}

// `made(link, text)` hears of the saved dependency; a refusal is told.
export async function saveLink(root, predecessor, successor, kind, made) {
  const body = { predecessor: predecessor.id, successor: successor.id, kind };
  const answer = await send(root, "POST", root.dataset.dependencies, body);
  if (!answer.ok) return tell(`“${successor.title}” was not linked. ${answer.detail}`, answer.status === 409 ? "warning" : "danger");
  const text = `“${successor.title}” now ${WORDS[kind]} “${predecessor.title}”.`;
  announce(text);
  return made(answer.data, text);
}

// The entry of the history for a new dependency.
export const linkChange = (root, link, text) => ({
  text,
  back: "The dependency is gone again.",
  undo: () => send(root, "DELETE", `${root.dataset.dependencies}${link.id}/`, undefined, link.version),
});
