// Taking something up with mouse, pen or finger and putting it down elsewhere, in the displays the server renders.
import { announce } from "./elements.js";

const HOLD = 350; // milliseconds a finger rests before something is taken up; shorter touches scroll
const SLIP = 6; // pixels within which a press is still a click
const EDGE = 56; // pixels from the border at which the area or the page starts to scroll
const PACE = 12; // pixels a frame

export class Carrier {
  // `pick(event)` answers what is taken up ({node, title, …}) or null. `carried(held, event)` hears of every step and
  // answers the element that follows the pointer, if any; `drop(held, event)` of the end, `left(held)` whenever nothing
  // is held any more. `scroller()` is what scrolls sideways.
  constructor({ area, scroller, pick, carried, drop, left }) {
    Object.assign(this, { area, scroller, pick, carried, drop, left });
    this.held = null;
    this.press = null;
    area.addEventListener("pointerdown", (event) => this.#press(event));
    area.addEventListener("pointermove", (event) => this.#move(event));
    area.addEventListener("pointerup", (event) => this.#release(event));
    area.addEventListener("pointercancel", () => this.#end());
    area.addEventListener("click", (event) => this.#click(event), true);
    area.addEventListener("dragstart", (event) => event.preventDefault());
    area.addEventListener("contextmenu", (event) => { if (this.held) event.preventDefault(); });
    area.addEventListener("touchmove", (event) => { if (this.held) event.preventDefault(); }, { passive: false });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.held) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      announce(`Move cancelled. ${this.held.title} stays where it is.`);
      this.#end();
    }, true);
  }

  #press(event) {
    if (event.button !== 0 || !event.isPrimary || event.ctrlKey || event.metaKey || event.target.closest("button, summary")) return;
    const picked = this.pick(event);
    if (!picked) return;
    this.press = { picked, x: event.clientX, y: event.clientY, pointer: event.pointerId, isTouch: event.pointerType === "touch" };
    if (this.press.isTouch) this.timer = setTimeout(() => this.#take(event), HOLD);
  }

  #take(event) {
    this.held = this.press.picked;
    this.held.node.dataset.held = "";
    this.area.setPointerCapture(this.press.pointer);
    this.#follow(event);
  }

  #move(event) {
    if (!this.press) return;
    const isFar = Math.hypot(event.clientX - this.press.x, event.clientY - this.press.y) > SLIP;
    if (!this.held && isFar && this.press.isTouch) this.#end();
    else if (!this.held && isFar) this.#take(event);
    else if (this.held) this.#follow(event);
  }

  #follow(event) {
    this.last = event;
    const follower = this.carried(this.held, event);
    if (follower && follower !== this.follower) {
      this.follower?.remove();
      document.body.append(follower);
      this.follower = follower;
    }
    if (this.follower) this.follower.style.translate = `${event.clientX + 12}px ${event.clientY + 12}px`;
    if (!this.frame) this.frame = requestAnimationFrame(() => this.#scrollAtEdge());
  }

  #scrollAtEdge() {
    this.frame = null;
    if (!this.held) return;
    const scroller = this.scroller();
    const box = scroller.getBoundingClientRect();
    const { clientX: x, clientY: y } = this.last;
    const sideways = x > Math.min(box.right, innerWidth) - EDGE ? PACE : x < Math.max(box.left, 0) + EDGE ? -PACE : 0;
    const down = y > innerHeight - EDGE ? PACE : y < EDGE ? -PACE : 0;
    const before = [scroller.scrollLeft, scrollY];
    scroller.scrollLeft += sideways;
    if (down) scrollBy(0, down);
    if (before[0] !== scroller.scrollLeft || before[1] !== scrollY) this.#follow(this.last);
  }

  #release(event) {
    const { held } = this;
    this.#end();
    if (!held) return;
    this.suppressClick = true;
    setTimeout(() => { this.suppressClick = false; });
    this.drop(held, event);
  }

  #end() {
    clearTimeout(this.timer);
    const { held } = this;
    this.press = this.held = null;
    this.follower?.remove();
    this.follower = null;
    if (!held) return;
    delete held.node.dataset.held;
    this.left(held);
  }

  // A link that was carried is not opened.
  #click(event) {
    if (!this.suppressClick) return;
    event.preventDefault();
    event.stopPropagation();
    this.suppressClick = false;
  }
}

// The first element at the pointer, whatever lies above it, that the selector fits.
export const under = (event, selector) => document.elementsFromPoint(event.clientX, event.clientY).map((node) => node.closest(selector)).find(Boolean) ?? null;
