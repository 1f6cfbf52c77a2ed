// Cards in columns: carried with the pointer, moved by Alt and an arrow, or by their menu.
import { Carrier, under } from "./carry.js";
import { announce, element, tell } from "./elements.js";
import { placeItem } from "./orders.js";
import { dayOf } from "./scale.js";
import { send } from "./server.js";

const labelOf = (column) => column.getAttribute("aria-label");

export class Board {
  // `ask(order)` previews and does a change of dates; `saved(change)` hears of what was done here at once, `dropped()`
  // of what was not.
  constructor({ root, body, ask, saved, dropped }) {
    Object.assign(this, { root, body, ask, saved, dropped });
    this.kind = body.querySelector("[data-board]").dataset.board;
    this.pending = null;
    this.carrier = new Carrier({
      area: body,
      scroller: () => body.querySelector("[data-board]"),
      pick: (event) => this.#pick(event),
      carried: (held, event) => this.#carried(held, event),
      drop: (held, event) => this.#drop(held, event),
      left: () => this.#aim(null),
    });
    body.addEventListener("click", (event) => this.#choose(event));
    body.addEventListener("keydown", (event) => this.#key(event));
    body.addEventListener("focusout", () => this.#forget());
  }

  get isBusy() {
    return Boolean(this.carrier.held || this.pending);
  }

  get holding() {
    return this.carrier.held;
  }

  #columns() {
    return [...this.body.querySelectorAll("[data-column]")];
  }

  #pick(event) {
    const node = event.target.closest("[data-card]");
    if (!node?.querySelector("[data-move-to]")) return null;
    return { node, title: node.dataset.title, id: node.dataset.card };
  }

  #may(card, column) {
    return Boolean(card.querySelector(`[data-move-to="${CSS.escape(column.dataset.column)}"]`));
  }

  #aim(column, card = null) {
    for (const each of this.#columns()) {
      each.classList.toggle("is-target", each === column);
      each.classList.toggle("is-closed", Boolean(card) && !each.contains(card) && !this.#may(card, each));
    }
  }

  #carried(held, event) {
    const column = under(event, "[data-column]");
    this.#aim(column && this.#may(held.node, column) ? column : null, held.node);
    held.follower ??= element("div", { className: "plan-carry", "aria-hidden": "true", textContent: held.title });
    return held.follower;
  }

  #drop({ node }, event) {
    const column = under(event, "[data-column]");
    if (!column || column.contains(node)) return;
    if (this.#may(node, column)) this.move(node, column);
    else tell(`“${node.dataset.title}” cannot go from ${labelOf(node.closest("[data-column]"))} to ${labelOf(column)}. It may go to ${this.#ways(node)}.`, "warning");
  }

  #ways(card) {
    const ways = [...card.querySelectorAll("[data-move-to]")].map((button) => button.textContent);
    return ways.length > 1 ? `${ways.slice(0, -1).join(", ")} or ${ways.at(-1)}` : ways[0];
  }

  #choose(event) {
    const button = event.target.closest("[data-move-to]");
    if (!button) return;
    const card = button.closest("[data-card]");
    button.closest("details").removeAttribute("open");
    card.querySelector("h3 a").focus({ preventScroll: true });
    this.move(card, this.body.querySelector(`[data-column="${CSS.escape(button.dataset.moveTo)}"]`));
  }

  // Alt and an arrow aim at the next column the card may go to; Enter moves it there.
  #key(event) {
    const card = event.target.closest("[data-card]");
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (card && step && event.altKey && !event.target.closest("details")) this.#step(event, card, step);
    else if (!this.pending) return;
    else if (event.key === "Enter") {
      const { column } = this.pending;
      this.#forget();
      this.move(card, column);
    } else if (event.key === "Escape") {
      announce(`Move cancelled. ${card.dataset.title} stays in ${labelOf(card.closest("[data-column]"))}.`);
      this.#forget();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #step(event, card, step) {
    const columns = this.#columns();
    const own = card.closest("[data-column]");
    const ways = columns.filter((column) => column === own || this.#may(card, column));
    const at = ways.indexOf(this.pending?.column ?? own) + step;
    const column = ways[at];
    if (!column) return announce(ways.length > 1 ? "No further column." : `${card.dataset.title} cannot be moved.`);
    this.pending = column === own ? null : { column };
    this.#aim(column === own ? null : column, card);
    column.scrollIntoView({ block: "nearest", inline: "nearest" });
    return announce(column === own ? `Back in ${labelOf(own)}.` : `${labelOf(column)}, not moved yet. Enter moves it there, Escape cancels.`);
  }

  #forget() {
    if (!this.pending) return;
    this.pending = null;
    this.#aim(null);
  }

  move(card, column) {
    const { card: id, title, version, initiative, start, end } = card.dataset;
    const item = { id, title, version: Number(version), node: card, start: start ? dayOf(start) : null, end: end ? dayOf(end) : null };
    const [from, to] = [card.closest("[data-column]"), column].map((each) => ({ key: each.dataset.column, label: labelOf(each) }));
    if (this.kind === "horizon") return this.ask(placeItem(this.root, item, to, from));
    if (this.kind === "stage") return this.#save(item, from, to, (key) => send(this.root, "POST", `${this.root.dataset.initiatives}${initiative}/change-stage/`, { to: key }));
    let seen = item.version;
    return this.#save(item, from, to, async (key) => {
      const answer = await send(this.root, "PATCH", `${this.root.dataset.api}${id}/`, { status: key }, seen);
      if (answer.ok) seen = answer.data.version;
      return answer;
    });
  }

  async #save(item, from, to, put) {
    item.node.dataset.saving = "";
    const answer = await put(to.key);
    delete item.node.dataset.saving;
    if (!answer.ok) return this.#refused(item, to, answer);
    const text = `Moved “${item.title}” to ${to.label}.`;
    announce(`${text} Saved.`);
    return this.saved({ text, back: `“${item.title}” is back in ${from.label}.`, undo: () => put(from.key), mayUndo: () => this.#mayReturn(item.id, from.key) });
  }

  // Not every stage leads back to the one before.
  #mayReturn(id, key) {
    return Boolean(this.body.querySelector(`[data-card="${id}"] [data-move-to="${CSS.escape(key)}"]`));
  }

  #refused(item, to, answer) {
    if (answer.status === 412) tell("Somebody else changed this item meanwhile. The board shows it as it is now.", "warning");
    else if (answer.status === 404) tell("Somebody deleted this item meanwhile.", "warning");
    else tell(`“${item.title}” was not moved to ${to.label}. ${answer.detail}`, answer.status === 409 ? "warning" : "danger");
    return this.dropped();
  }
}
