// Draws the rows and columns in sight, and only those: what scrolls out of it leaves the page.
import { ghost, laneSpan, makeBar, makeFold, makeLabel, makeMark, place, placeBar } from "./bars.js";
import { element } from "./elements.js";
import { layOut, rowsBetween } from "./layout.js";
import { drawLink, drawStub, makeLink, shape } from "./links.js";
import { scaleFor, ticks, weekends } from "./scale.js";

const AHEAD = 240; // pixels drawn beyond every border, so that a quick scroll meets rows and not emptiness
const TITLE = 320; // the text of a short bar stands to its right
const GAPS = 1500; // pixels of ticks drawn at both sides before they are drawn anew

const line = (x, className) => {
  const made = element("i", { className });
  made.style.left = `${x}px`;
  return made;
};

export class Canvas {
  // `options`: {zoom, selected, mayMove, mayLink, showCritical, baseline: Map, people}
  constructor(root, scroll, plan, options) {
    Object.assign(this, { root, scroll, plan, options });
    this.rows = new Map();
    this.links = new Map();
    this.proposed = new Map();
    this.narrow = matchMedia("(max-width: 60rem)");
    this.narrow.addEventListener("change", () => { if (this.scale) this.render(); });
    scroll.addEventListener("scroll", () => this.#soon(), { passive: true });
    new ResizeObserver(() => this.#soon()).observe(scroll);
    this.#build();
  }

  #build() {
    this.corner = element("div", { className: "plan__corner", textContent: "Item" });
    this.ticks = element("div", { className: "plan__ticks" });
    this.dates = element("div", { className: "plan__dates", "aria-hidden": "true" }, this.corner, this.ticks);
    this.grid = element("div", { className: "plan__grid", "aria-hidden": "true" });
    this.layer = shape("svg", { class: "plan__links", width: 1, height: 1, "aria-hidden": "true" });
    this.list = element("div", { className: "plan__rows", role: "list", "aria-label": "Items" });
    // One column for all labels: as many sticky elements as rows would cost every frame of a scroll.
    this.labels = element("div", { className: "plan__labels", role: "group", "aria-label": "Lanes" });
    this.canvas = element("div", { className: "plan__canvas" }, this.dates, this.labels, this.grid, this.layer, this.list);
  }

  // Draws everything anew; the day at the left edge of the view, the height and the focus stay where they are.
  render() {
    const { scroll, plan } = this;
    const leftDay = this.scale ? this.scale.day(scroll.scrollLeft) : null;
    const top = scroll.scrollTop;
    const focus = this.#focused();
    this.scale = scaleFor(...plan.range(), plan.today, this.options.zoom);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.layout = layOut(plan, this.scale, { isNarrow: this.narrow.matches, rem });
    this.#clear();
    if (this.canvas.parentNode !== scroll) scroll.replaceChildren(this.canvas);
    this.label = this.corner.offsetWidth;
    this.head = this.dates.offsetHeight;
    this.canvas.style.width = `${this.scale.width + this.label}px`;
    this.canvas.style.height = `${this.layout.height + this.head}px`;
    this.labels.style.height = `${this.layout.height}px`;
    this.grid.style.width = `${this.scale.width}px`;
    scroll.scrollTop = top;
    if (leftDay === null) this.showToday();
    else scroll.scrollLeft = this.scale.x(leftDay);
    this.update();
    this.#refocus(focus);
    scroll.setAttribute("aria-busy", "false");
  }

  #clear() {
    for (const item of this.plan.byId.values()) item.node = null;
    this.list.replaceChildren();
    this.labels.replaceChildren();
    this.layer.replaceChildren();
    this.rows.clear();
    this.links.clear();
    this.tickSpan = null;
  }

  #focused() {
    const held = document.activeElement;
    if (!this.scroll.contains(held)) return null;
    return held.dataset.item ? ["item", held.dataset.item] : held.dataset.fold !== undefined ? ["fold", held.dataset.fold] : null;
  }

  #refocus(focus) {
    if (focus) this.scroll.querySelector(`[data-${focus[0]}="${CSS.escape(focus[1])}"]`)?.focus({ preventScroll: true });
  }

  #soon() {
    if (this.frame || !this.layout) return;
    this.frame = requestAnimationFrame(() => { this.frame = null; this.update(); });
  }

  // What of the canvas can be seen, in pixels of the track (without label and header).
  view() {
    const { scroll, label = 0, head = 0 } = this;
    const left = scroll.scrollLeft;
    const top = scroll.scrollTop;
    return { left, right: left + scroll.clientWidth - label, top, bottom: top + scroll.clientHeight - head };
  }

  update() {
    const view = this.view();
    this.#drawTicks(view);
    const wanted = new Map(rowsBetween(this.layout, view.top - AHEAD, view.bottom + AHEAD).map((row) => [row.key, row]));
    // The row with the focus or a held bar stays, or the keyboard would be lost.
    for (const id of [this.options.selected, this.options.held]) {
      const row = id && this.rows.get(id)?.row;
      if (row && (id === this.options.held || this.rows.get(id).node.contains(document.activeElement))) wanted.set(id, row);
    }
    let hasChanged = false;
    for (const [key, { row, node, label }] of this.rows) {
      if (wanted.has(key)) continue;
      if (row.item) row.item.node = null;
      node.remove();
      label.remove();
      this.rows.delete(key);
      hasChanged = true;
    }
    for (const [key, row] of wanted) {
      if (this.rows.has(key)) continue;
      const made = { row, ...this.#make(row) };
      this.#insert(made);
      this.rows.set(key, made);
      hasChanged = true;
    }
    for (const { row, node } of this.rows.values()) if (row.kind === "item") this.#fill(row, node, view);
    if (hasChanged) this.#drawLinks();
  }

  // In the order of the plan, also for readers of the page's text.
  #insert({ row, node, label }) {
    let next = null;
    for (const other of this.rows.values()) {
      if (other.row.index > row.index && (!next || other.row.index < next.row.index)) next = other;
    }
    this.list.insertBefore(node, next?.node ?? null);
    this.labels.insertBefore(label, next?.label ?? null);
  }

  #make(row) {
    const track = element("div", { className: "plan__track" });
    const isLane = row.kind === "lane";
    const node = element("div", { className: isLane ? "plan__lane" : `plan__row plan__row--${row.kind}`, role: isLane ? "presentation" : "listitem" }, track);
    const label = isLane ? makeFold(this.root, row) : row.item ? makeLabel(this.root, row.item) : element("span");
    for (const part of [node, label]) {
      part.style.top = `${row.y}px`;
      part.style.height = `${row.height}px`;
    }
    const sum = isLane && laneSpan(row, this.scale);
    if (sum) track.append(sum);
    if (!isLane) {
      node.setAttribute("aria-posinset", String(row.index + 1));
      node.setAttribute("aria-setsize", String(this.layout.rows.length));
    }
    if (row.kind === "marks") for (const mark of row.marks) track.append(makeMark(this.root, mark, this.scale, this.plan, false));
    return { node, label };
  }

  // Puts the bar onto its row while its stretch is in sight.
  #fill(row, node, view) {
    const { item } = row;
    const from = this.scale.x(item.start) - AHEAD - TITLE;
    const to = this.scale.x(item.end + 1) + AHEAD;
    const isSeen = (from < view.right && to > view.left) || this.options.held === item.id || this.options.selected === item.id;
    if (isSeen === Boolean(item.node)) return;
    const track = node.lastElementChild;
    if (!isSeen) {
      track.replaceChildren();
      item.node = null;
      return;
    }
    const before = this.options.baseline?.get(item.id);
    if (before) track.append(ghost(this.scale, before.start, before.end, "plan-ghost--baseline"));
    const after = this.proposed.get(item.id);
    if (after) track.append(ghost(this.scale, after.start, after.end, "plan-ghost--proposed"));
    track.append(makeBar(this.root, item, this.scale, this.plan, this.options));
    for (const mark of this.plan.pins.get(item.id) ?? []) track.append(makeMark(this.root, mark, this.scale, this.plan, true));
    this.#showHolder(item);
  }

  // Bars other people hold right now.
  showHolders(holders) {
    this.holders = holders;
    for (const { row } of this.rows.values()) if (row.item) this.#showHolder(row.item);
  }

  #showHolder(item) {
    const holder = this.holders?.get(item.id);
    if (!item.node) return;
    if (holder) item.node.dataset.holder = holder;
    else delete item.node.dataset.holder;
  }

  #drawTicks(view) {
    const { scale } = this;
    if (this.tickSpan && view.left >= this.tickSpan[0] && view.right <= this.tickSpan[1]) return;
    this.tickSpan = [view.left - GAPS, view.right + GAPS];
    const [from, to] = [Math.floor(scale.day(this.tickSpan[0])), Math.ceil(scale.day(this.tickSpan[1]))];
    const { major, minor } = ticks(scale, from, to);
    const flag = element("span", { className: "plan__today-flag", textContent: "Today" });
    flag.style.left = `${scale.x(this.plan.today + 0.5)}px`;
    this.ticks.replaceChildren(
      ...major.map((tick) => place(element("div", { className: "plan__tick plan__tick--major" }, element("span", { textContent: tick.text })), scale, tick.from, tick.to)),
      ...minor.map((tick) => place(element("div", { className: "plan__tick", textContent: tick.text }), scale, tick.from, tick.to)),
      flag,
    );
    this.grid.replaceChildren(
      ...weekends(scale, from, to).map((day) => place(element("i", { className: "is-weekend" }), scale, day, day + 2)),
      ...minor.filter((tick) => !tick.isMajor).map((tick) => line(scale.x(tick.from), "is-minor")),
      ...[...major, ...minor.filter((tick) => tick.isMajor)].map((tick) => line(scale.x(tick.from), "")),
      line(scale.x(this.plan.today + 0.5), "is-today"),
    );
  }

  // Links of the rows in sight; of one that leads far away only its beginning, of one into a folded lane nothing.
  #drawLinks() {
    const wanted = new Set();
    for (const { row } of this.rows.values()) {
      if (!row.item) continue;
      for (const link of this.plan.linksOf(row.item)) {
        if (wanted.has(link.id) || !this.#ends(link)) continue;
        wanted.add(link.id);
        this.#drawLink(link);
      }
    }
    for (const [id, node] of this.links) {
      if (wanted.has(id)) continue;
      node.remove();
      this.links.delete(id);
    }
  }

  // A line from one end of a long plan to the other would have to be painted with every row that comes into sight.
  #drawLink(link, isForced = false) {
    let node = this.links.get(link.id);
    const seen = [link.predecessor, link.successor].map((id) => this.rows.has(id));
    const form = seen[0] && seen[1] ? "full" : seen[0] ? "out" : "in";
    if (node?.form === form && !isForced) return;
    if (!node) {
      node = makeLink(link, this.plan, this.options.showCritical);
      this.links.set(link.id, node);
      this.layer.append(node);
    }
    node.form = form;
    if (form === "full") drawLink(node, link, this.scale, ...this.#ends(link));
    else drawStub(node, link, this.scale, ...this.#ends(link), form);
  }

  #ends(link) {
    const ends = [link.predecessor, link.successor].map((id) => {
      const row = this.layout.byKey.get(id);
      return row && { start: row.item.start, end: row.item.end, y: row.y + this.#middle(row), height: row.height - 4 };
    });
    return ends[0] && ends[1] ? ends : null;
  }

  #middle(row) {
    return this.narrow.matches ? row.height * 0.69 : row.height / 2;
  }

  // After a step of a move: the bar and its arrows follow.
  redraw(item) {
    placeBar(item, this.scale, this.plan);
    for (const link of this.plan.linksOf(item)) if (this.links.has(link.id)) this.#drawLink(link, true);
  }

  // Where the items of a proposed change would go.
  propose(changes) {
    if (!changes.size && !this.proposed.size) return;
    this.proposed = changes;
    const focus = this.#focused();
    for (const { row, node } of this.rows.values()) {
      if (row.kind !== "item") continue;
      node.lastElementChild.replaceChildren();
      row.item.node = null;
    }
    this.update();
    this.#refocus(focus);
  }

  showToday() {
    const seen = this.scroll.clientWidth - this.label;
    this.scroll.scrollLeft = this.scale.x(this.plan.today) - seen * 0.25;
  }

  // Brings an item into sight, unfolding its lane, and gives it the focus.
  show(item, { focus = true, block = "nearest" } = {}) {
    let row = this.layout.rowOf(item);
    if (!row) {
      this.plan.folded.delete(item.isOutside ? "On other roadmaps" : this.plan.labelOf(item));
      this.render();
      row = this.layout.rowOf(item);
    }
    if (!row) return;
    this.select(item.id);
    const view = this.view();
    const seen = view.bottom - view.top;
    if (block === "center" || row.y < view.top || row.y + row.height > view.bottom) {
      this.scroll.scrollTop = block === "center" ? row.y - seen / 2 : row.y < view.top ? row.y - 4 : row.y + row.height - seen + 4;
    }
    const [left, right] = [this.scale.x(item.start), this.scale.x(item.end + 1)];
    if (right < view.left + 24 || left > view.right - 24) this.scroll.scrollLeft = left - (view.right - view.left) * 0.25;
    this.update();
    if (focus) this.plan.byId.get(item.id)?.node?.focus({ preventScroll: true });
  }

  // One bar at a time can be reached with Tab; the arrows go on from it.
  select(id) {
    const before = this.plan.byId.get(this.options.selected);
    before?.node?.setAttribute("tabindex", "-1");
    this.options.selected = id;
    this.plan.byId.get(id)?.node?.setAttribute("tabindex", "0");
  }
}
