// The keyboard on the timeline: arrows choose, L links, the rest is said in the legend and to screen readers.
import { announce } from "./elements.js";
import { announceLinking, beginsAt, kindOf, landsOn } from "./linking.js";

export class Keys {
  constructor({ scroll, canvas, plan, linker, mayLink }) {
    Object.assign(this, { scroll, canvas, plan, linker, mayLink });
    scroll.addEventListener("keydown", (event) => this.#press(event));
    scroll.addEventListener("focusin", (event) => {
      const id = event.target.dataset?.item;
      if (id) canvas.select(id);
    });
  }

  #press(event) {
    const item = this.plan.byId.get(event.target.dataset?.item);
    if (!item || event.altKey || event.ctrlKey || event.metaKey) return;
    const handled = this.#walk(event, item) || this.#link(event, item);
    if (handled) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  // Up and down to the next row, left and right along dependencies, Home and End to the first and last row.
  #walk(event, item) {
    const { items } = this.canvas.layout;
    const at = items.indexOf(this.canvas.layout.rowOf(item));
    const go = {
      ArrowUp: () => items[at - 1]?.item,
      ArrowDown: () => items[at + 1]?.item,
      ArrowLeft: () => this.plan.byId.get(this.plan.incoming.get(item.id)?.[0]?.predecessor),
      ArrowRight: () => this.plan.byId.get(this.plan.outgoing.get(item.id)?.[0]?.successor),
      Home: () => items[0]?.item,
      End: () => items.at(-1)?.item,
    }[event.key];
    if (!go) return false;
    const next = go();
    if (next) this.canvas.show(next);
    return true;
  }

  #link(event, item) {
    if (!this.mayLink) return false;
    const { linker } = this;
    const begun = beginsAt(event);
    if (begun) {
      linker.start(item, begun);
      announceLinking(item.title, begun);
      return true;
    }
    if (!linker.isBusy) return false;
    if (event.key === "Enter") {
      const { item: predecessor, end } = linker.from;
      linker.stop();
      if (predecessor !== item) linker.save(predecessor, item, kindOf(end, landsOn(event)));
      return true;
    }
    if (event.key === "Escape") {
      linker.stop();
      announce("Linking cancelled.");
      return true;
    }
    return false;
  }
}
