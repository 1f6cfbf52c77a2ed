// Moving and resizing bars with mouse, touch and keyboard. Nothing is saved here: `commit(item, before)` does that.
import { announce, element } from "./elements.js";
import { days, daySpan, longDay } from "./scale.js";

const HOLD = 350; // milliseconds a finger rests on a bar before it is picked up; shorter touches scroll
const SLIP = 8; // pixels a finger may slip meanwhile
const EDGE = 48; // pixels from the border of the view at which it starts to scroll

export class Mover {
  // `canvas` draws; `commit(item, before)` hears of a finished move, `cancelled()` of one taken back.
  constructor({ scroll, canvas, plan, commit, cancelled }) {
    Object.assign(this, { scroll, canvas, plan, commit, cancelled });
    this.held = null;
    this.pending = null;
    scroll.addEventListener("pointerdown", (event) => this.#press(event));
    scroll.addEventListener("pointermove", (event) => this.#drag(event));
    scroll.addEventListener("pointerup", () => this.#release());
    scroll.addEventListener("pointercancel", () => this.cancel());
    scroll.addEventListener("click", (event) => this.#click(event), true);
    scroll.addEventListener("dragstart", (event) => event.preventDefault());
    scroll.addEventListener("contextmenu", (event) => { if (this.held) event.preventDefault(); });
    scroll.addEventListener("touchmove", (event) => { if (this.held) event.preventDefault(); }, { passive: false });
    scroll.addEventListener("keydown", (event) => this.#key(event));
    scroll.addEventListener("focusout", (event) => this.#blur(event));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.held) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.cancel();
    }, true);
  }

  get isBusy() {
    return Boolean(this.held || this.pending);
  }

  get moving() {
    return (this.held?.hasMoved ? this.held : this.pending)?.item ?? null;
  }

  #itemOf(event) {
    const node = event.target.closest(".plan-item");
    const item = node && this.plan.byId.get(node.dataset.item);
    return item && !item.isOutside ? item : null;
  }

  #press(event) {
    const item = this.#itemOf(event);
    if (!item || event.button !== 0 || !event.isPrimary || event.ctrlKey || event.metaKey || event.target.dataset.port) return;
    this.#settle();
    const press = {
      item, edge: event.target.dataset.edge || "both", before: { start: item.start, end: item.end },
      x: event.clientX, y: event.clientY, left: this.scroll.scrollLeft, pointer: event.pointerId, hasMoved: false,
    };
    clearTimeout(this.timer);
    this.touch = null;
    if (event.pointerType === "touch") {
      this.touch = press;
      this.timer = setTimeout(() => { this.touch = null; this.#hold(press); }, HOLD);
    } else this.#hold(press);
  }

  #hold(press) {
    this.held = press;
    this.canvas.options.held = press.item.id;
    press.item.node.dataset.held = "";
  }

  #drag(event) {
    if (this.touch && Math.hypot(event.clientX - this.touch.x, event.clientY - this.touch.y) > SLIP) {
      clearTimeout(this.timer);
      this.touch = null;
    }
    if (!this.held) return;
    this.pointerX = event.clientX;
    this.#follow();
    this.#scrollAtEdge();
  }

  #follow() {
    const { item, edge, before, x, left } = this.held;
    const distance = this.pointerX - x + this.scroll.scrollLeft - left;
    if (Math.abs(distance) > 3 && !this.held.hasMoved) {
      this.held.hasMoved = true;
      // Not at once: a captured pointer takes the click away from the link that opens the item.
      this.scroll.setPointerCapture(this.held.pointer);
    }
    this.#shift(item, edge, before, Math.round(distance / this.canvas.scale.pixels));
  }

  // Sets the item `by` days from `before`; an end never passes the other one.
  #shift(item, edge, before, by) {
    const start = edge === "end" ? before.start : edge === "start" ? Math.min(before.start + by, before.end) : before.start + by;
    const end = edge === "start" ? before.end : edge === "end" ? Math.max(before.end + by, before.start) : before.end + by;
    if (start === item.start && end === item.end) return;
    Object.assign(item, { start, end });
    this.#showBubble(item, before);
    this.canvas.redraw(item);
  }

  #showBubble(item, before) {
    if (!item.node) return;
    const bubble = item.node.querySelector(".plan-item__bubble") || item.node.appendChild(element("span", { className: "plan-item__bubble", "aria-hidden": "true" }));
    const by = item.start !== before.start ? item.start - before.start : item.end - before.end;
    const sign = by > 0 ? "+" : "−";
    bubble.textContent = `${daySpan(item.start, item.end)} · ${days(item.end - item.start + 1)}${by ? ` (${sign}${days(Math.abs(by))})` : ""}`;
    // In the middle of what can be seen of the bar.
    const { scale } = this.canvas;
    const view = this.canvas.view();
    const [left, right] = [Math.max(scale.x(item.start), view.left), Math.min(scale.x(item.end + 1), view.right)];
    bubble.style.left = `${(left + right) / 2 - scale.x(item.start)}px`;
    item.node.classList.toggle("is-near-top", item.node.closest(".plan__row")?.offsetTop - this.scroll.scrollTop < 40);
  }

  #scrollAtEdge() {
    if (this.frame) return;
    const step = () => {
      this.frame = null;
      if (!this.held) return;
      const box = this.scroll.getBoundingClientRect();
      const by = this.pointerX > box.right - EDGE ? 10 : this.pointerX < box.left + this.canvas.label + EDGE ? -10 : 0;
      if (!by || !this.held.hasMoved) return;
      this.scroll.scrollLeft += by;
      this.#follow();
      this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  #release() {
    clearTimeout(this.timer);
    this.touch = null;
    if (!this.held) return;
    const { item, before, hasMoved } = this.held;
    this.#drop();
    this.suppressClick = hasMoved;
    if (hasMoved) setTimeout(() => { this.suppressClick = false; });
    if (item.start !== before.start || item.end !== before.end) this.commit(item, before);
    else if (hasMoved) this.cancelled();
  }

  #drop() {
    const { item } = this.held;
    if (item.node) delete item.node.dataset.held;
    item.node?.querySelector(".plan-item__bubble")?.remove();
    this.canvas.options.held = null;
    this.held = null;
  }

  // Puts a bar in the air, or one moved by keys and not saved, back where it stood.
  cancel() {
    const moved = this.#let();
    if (!moved) return;
    const { item, before } = moved;
    Object.assign(item, before);
    this.canvas.redraw(item);
    announce(`Move cancelled. ${item.title} stays at ${longDay(item.start)} to ${longDay(item.end)}.`);
    this.cancelled();
  }

  // The item under way is gone from the server: answers where it was being moved to, and lets go of it.
  lose() {
    const moved = this.#let();
    return moved && { item: moved.item, start: moved.item.start, end: moved.item.end };
  }

  #let() {
    clearTimeout(this.timer);
    this.touch = null;
    const moved = this.held || this.pending;
    if (this.held) this.#drop();
    this.pending?.item.node?.querySelector(".plan-item__bubble")?.remove();
    this.pending = null;
    return moved;
  }

  #settle() {
    if (this.pending) this.cancel();
  }

  #click(event) {
    if (!this.suppressClick) return;
    event.preventDefault();
    event.stopPropagation();
    this.suppressClick = false;
  }

  // Alt and an arrow move, with Shift they move the end; what else the arrows do, `keys.js` says.
  #key(event) {
    const item = this.#itemOf(event);
    if (!item) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step && event.altKey) this.#step(event, item, step * (event.ctrlKey || event.metaKey ? 7 : 1));
    else if (!this.pending) return;
    else if (event.key === "Enter") this.#save(event);
    else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.cancel();
    }
  }

  #step(event, item, by) {
    event.preventDefault();
    event.stopPropagation();
    this.pending ||= { item, before: { start: item.start, end: item.end } };
    this.#shift(item, event.shiftKey ? "end" : "both", { start: item.start, end: item.end }, by);
    this.#showBubble(item, this.pending.before);
    announce(`${longDay(item.start)} to ${longDay(item.end)}, not saved. Enter saves, Escape cancels.`);
    this.canvas.show(item, { focus: false });
  }

  #save(event) {
    event.preventDefault();
    event.stopPropagation();
    const { item, before } = this.#let();
    if (item.start !== before.start || item.end !== before.end) this.commit(item, before);
  }

  #blur(event) {
    if (this.pending && event.target === this.pending.item.node && event.relatedTarget !== event.target) this.#settle();
  }
}
