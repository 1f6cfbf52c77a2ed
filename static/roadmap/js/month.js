// The calendar: stretches and milestones carried to other days, ends drawn out, and the same by keys.
import { Carrier, under } from "./carry.js";
import { announce, element } from "./elements.js";
import { moveItem, moveMilestone, spanText } from "./orders.js";
import { dayOf, days, longDay } from "./scale.js";

const placeOf = ({ start, end }) => ({ start, end });

// Where the stretch lies after its start, its end or both moved; an end never passes the other one.
function shifted({ start, end }, edge, by) {
  if (edge === "start") return { start: Math.min(start + by, end), end };
  if (edge === "end") return { start, end: Math.max(end + by, start) };
  return { start: start + by, end: end + by };
}

export class Month {
  // `ask(order)` previews and does a move.
  constructor({ root, body, ask }) {
    Object.assign(this, { root, body, ask });
    this.pending = null;
    this.carrier = new Carrier({
      area: body,
      scroller: () => body.querySelector(".plan-calendar"),
      pick: (event) => this.#pick(event),
      carried: (held, event) => this.#carried(held, event),
      drop: (held) => this.#commit(held.item, held.place),
      left: () => this.#show(null),
    });
    body.addEventListener("keydown", (event) => this.#key(event));
    body.addEventListener("focusout", () => this.#forget());
  }

  get isBusy() {
    return Boolean(this.carrier.held || this.pending);
  }

  get holding() {
    const item = this.carrier.held?.item;
    return item?.kind === "item" ? item : null;
  }

  #item(node) {
    const { record: id, kind, title, version, start, end } = node.dataset;
    return { id, kind, title, version: Number(version), node, start: dayOf(start), end: dayOf(end) };
  }

  #dayAt(event) {
    const day = under(event, "[data-day]")?.dataset.day;
    return day ? dayOf(day) : null;
  }

  #pick(event) {
    const node = event.target.closest("[data-record]");
    const from = node && this.#dayAt(event);
    if (!from) return null;
    const item = this.#item(node);
    return { node, item, title: item.title, edge: event.target.dataset.edge || "both", from, place: placeOf(item) };
  }

  #carried(held, event) {
    const day = this.#dayAt(event);
    if (day !== null) held.place = shifted(held.item, held.edge, day - held.from);
    this.#show(held.item, held.place);
    held.follower ??= element("div", { className: "plan-carry", "aria-hidden": "true" });
    held.follower.textContent = this.#words(held.item, held.place);
    return held.follower;
  }

  #words(item, place) {
    const by = place.start !== item.start ? place.start - item.start : place.end - item.end;
    return `${spanText(place)}${by ? ` (${by > 0 ? "+" : "−"}${days(Math.abs(by))})` : ""}`;
  }

  // Marks the days the stretch would take, and every part of it that can be seen.
  #show(item, place) {
    for (const cell of this.body.querySelectorAll("[data-day]")) {
      const day = dayOf(cell.dataset.day);
      cell.classList.toggle("is-target", Boolean(item) && day >= place.start && day <= place.end);
    }
    for (const node of this.body.querySelectorAll("[data-record]")) node.classList.toggle("is-carried", node.dataset.record === item?.id);
  }

  #commit(item, place) {
    if (place.start === item.start && place.end === item.end) return;
    const order = item.kind === "milestone" ? moveMilestone : moveItem;
    this.ask(order(this.root, item, place, placeOf(item)));
  }

  // Alt and an arrow move by a day or a week, with Shift they move the end; Enter saves.
  #key(event) {
    const node = event.target.closest("[data-record]");
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
    if (node && step && event.altKey) this.#step(node, event.shiftKey, event.ctrlKey || event.metaKey ? Math.sign(step) * 7 : step);
    else if (!this.pending) return;
    else if (event.key === "Enter") {
      const { item, place } = this.pending;
      this.#forget();
      this.#commit(item, place);
    } else if (event.key === "Escape") {
      const { item } = this.pending;
      this.#forget();
      announce(`Move cancelled. ${item.title} stays at ${longDay(item.start)}.`);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #step(node, isResize, by) {
    this.pending ??= { item: this.#item(node), place: placeOf(this.#item(node)) };
    const { item, place } = this.pending;
    this.pending.place = shifted(place, isResize && item.kind !== "milestone" ? "end" : "both", by);
    this.#show(item, this.pending.place);
    this.#label(node);
    const { start, end } = this.pending.place;
    announce(`${start === end ? longDay(start) : `${longDay(start)} to ${longDay(end)}`}, not saved. Enter saves, Escape cancels.`);
  }

  #label(node) {
    this.chip ??= document.body.appendChild(element("div", { className: "plan-carry", "aria-hidden": "true" }));
    const box = node.getBoundingClientRect();
    this.chip.textContent = this.#words(this.pending.item, this.pending.place);
    this.chip.style.translate = `${box.left}px ${box.bottom + 4}px`;
  }

  #forget() {
    if (!this.pending) return;
    this.pending = null;
    this.chip?.remove();
    this.chip = null;
    this.#show(null);
  }
}
