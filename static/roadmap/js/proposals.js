// A move is first a question: the server answers who else would move and what would break, and only then it is saved.
import { announce, element, icon, tell } from "./elements.js";
import { dayOf, days, daySpan, longDay } from "./scale.js";

const signed = (count) => (count ? `${count > 0 ? "+" : "−"}${days(Math.abs(count))}` : "±0 days");

export class Proposals {
  // `applied({text, undo, back})` hears of a saved change, `dropped()` of one that was not, `gone(item, place)` when
  // the item was deleted meanwhile. `refresh()` reads the plan again. `plan.byId` knows the items, `canvas` shows them.
  constructor({ root, plan, canvas, applied, dropped, gone, refresh }) {
    Object.assign(this, { root, plan, canvas, applied, dropped, gone, refresh });
    this.panel = root.querySelector("[data-proposal]");
    this.queue = Promise.resolve();
    this.panel.addEventListener("click", (event) => {
      if (event.target.closest("[data-accept]")) this.queue = this.queue.then(() => this.#accept());
      else if (event.target.closest("[data-refuse]")) this.close();
    });
    this.panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
  }

  get isOpen() {
    return Boolean(this.open);
  }

  // `order` is one of `orders.js`. Its item may already stand where it shall be; `before` is where it stood.
  ask(order, before) {
    this.queue = this.queue.then(() => this.#ask(order, before));
    return this.queue;
  }

  async #ask(order, before) {
    const item = this.plan.byId.get(order.item.id) ?? order.item;
    order.item.node?.setAttribute("data-saving", "");
    const answer = await order.preview();
    order.item.node?.removeAttribute("data-saving");
    if (!answer.ok) return this.#fail(answer, { order, item, before });
    const found = answer.data;
    // The server answers for the item as it is now. Whoever moved it must have seen it so.
    if (found.versions[item.id] !== item.version) return this.#fail({ status: 412 }, { order, item, before, found });
    this.open = { order, item, before, found };
    const isPlain = found.moves.length <= 1 && !found.new_violations.length && !found.missed_milestones.length && !found.reason_required;
    return isPlain ? this.#accept() : this.#show();
  }

  #fail(answer, { order, item, before, found }) {
    Object.assign(item, before);
    this.canvas.redraw(item);
    if (answer.status === 404 || answer.data?.code === "gone") return this.gone(item, order.placeIn(found ?? {}));
    if (answer.status === 412) tell(`Somebody else changed “${item.title}” meanwhile. It is shown where they put it.`, "warning");
    else tell(`“${item.title}” was not moved. ${answer.detail}`);
    return this.dropped();
  }

  #show() {
    const { order, item, found } = this.open;
    const others = found.moves.filter((move) => move.item !== item.id);
    this.canvas.propose(new Map(found.moves.map((move) => [move.item, { start: dayOf(move.start_on), end: dayOf(move.end_on) }])));
    const parts = [element("h2", { textContent: order.title, id: "proposal-title" })];
    parts.push(element("p", { className: "muted", textContent: order.note(found) }));
    if (others.length) parts.push(this.#moves(others));
    if (found.new_violations.length) parts.push(this.#list(`${found.new_violations.length} ${found.new_violations.length === 1 ? "dependency breaks" : "dependencies break"}`, found.new_violations.map((each) => each.reason), "is-broken", "alert-triangle"));
    if (found.missed_milestones.length) parts.push(this.#list("Milestones missed", found.missed_milestones.map((each) => `“${each.title}” is due on ${longDay(dayOf(each.due_on))}, what it waits for would end on ${longDay(dayOf(each.reached_on))}.`), "is-broken", "flag"));
    if (found.solved_violations.length) parts.push(this.#list("Mended", found.solved_violations.map((each) => each.reason), "is-mended", "circle-check"));
    if (found.reason_required) parts.push(this.#reasons(found));
    parts.push(this.#buttons(others.length));
    this.panel.replaceChildren(element("div", { className: "proposal__body" }, ...parts));
    this.panel.hidden = false;
    const said = others.length ? `${others.length} other ${others.length === 1 ? "item moves" : "items move"}` : "Nothing else moves";
    announce(`${said}, ${found.new_violations.length} broken. Accept or cancel.`);
    this.panel.querySelector(found.reason_required ? "select" : "[data-accept]").focus({ preventScroll: true });
  }

  #moves(others) {
    const rows = others.slice(0, 60).map((move) => {
      const where = move.roadmap === this.root.dataset.roadmap ? "" : ` · on ${move.roadmap_name}`;
      const when = `${daySpan(dayOf(move.start_on), dayOf(move.end_on))}${where}`;
      return element(
        "li", { title: move.because },
        element("span", { className: "proposal__title", textContent: move.title }),
        element("span", { className: "num", textContent: signed(move.working_days), title: "working days" }),
        element("small", { textContent: when }),
      );
    });
    if (others.length > rows.length) rows.push(element("li", { className: "muted", textContent: `and ${others.length - rows.length} more` }));
    return element("section", {}, element("h3", { textContent: `${others.length} other ${others.length === 1 ? "item moves" : "items move"}, in working days` }), element("ul", { className: "proposal__moves" }, ...rows));
  }

  #list(title, texts, className, symbol) {
    const rows = texts.slice(0, 20).map((text) => element("li", {}, icon(this.root, symbol), element("span", { textContent: text })));
    return element("section", { className }, element("h3", { textContent: title }), element("ul", {}, ...rows));
  }

  #reasons(found) {
    const select = element("select", { id: "proposal-reason", "data-reason": true, required: true }, element("option", { value: "", textContent: "Choose a reason" }));
    for (const [value, label] of found.reason_codes) select.append(element("option", { value, textContent: label }));
    return element("section", {}, element("label", { for: "proposal-reason", textContent: "A promised date moves. Why?" }), select);
  }

  #buttons(count) {
    const accept = element("button", { type: "button", className: "button button--primary", "data-accept": true, textContent: count ? `Move all ${count + 1}` : "Move" });
    const refuse = element("button", { type: "button", className: "button", "data-refuse": true, textContent: "Cancel" });
    return element("div", { className: "proposal__buttons" }, refuse, accept);
  }

  async #accept() {
    if (!this.open) return;
    const { order, item, before, found } = this.open;
    const reason = this.panel.querySelector("[data-reason]");
    if (reason && !reason.value) {
      reason.focus();
      return announce("Choose a reason first.");
    }
    this.#hide();
    const answer = await order.apply(found, reason?.value ?? "");
    if (!answer.ok) return this.#fail(answer, { order, item, before, found });
    const text = order.done(found);
    announce(`${text} Saved.`);
    this.applied({
      text,
      places: new Map(found.moves.map((move) => [move.item, move])),
      back: order.back(found),
      undo: () => order.undo(answer.data),
    });
    return this.refresh();
  }

  #hide() {
    this.open = null;
    this.panel.hidden = true;
    this.panel.replaceChildren();
    this.canvas.propose(new Map());
  }

  // Takes the proposal back; the item returns to where it stood.
  close() {
    if (!this.open) return;
    const { order, item, before } = this.open;
    this.#hide();
    const current = this.plan.byId.get(item.id);
    if (current) {
      Object.assign(current, before);
      this.canvas.redraw(current);
      this.canvas.show(current);
    }
    announce(`Move cancelled. ${order.stays}`);
    this.dropped();
  }
}
