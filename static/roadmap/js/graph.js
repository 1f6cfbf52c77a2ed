// The picture of dependencies: neighbours light up, arrows follow the lines or go onto them, and new lines are drawn from
// an end of a box to an end of another.
import { Carrier, under } from "./carry.js";
import { announce } from "./elements.js";
import { announceLinking, beginsAt, endAt, kindOf, landsOn, saveLink } from "./linking.js";
import { shape } from "./links.js";

const idOf = (node) => node.dataset.node;

export class Graph {
  // `made(link, text)` hears of a saved dependency.
  constructor({ root, body, made }) {
    Object.assign(this, { root, body, made });
    this.from = null;
    for (const [name, isLit] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
      body.addEventListener(name, (event) => this.#light(event, isLit));
    }
    body.addEventListener("keydown", (event) => this.#key(event));
    this.carrier = new Carrier({
      area: body,
      scroller: () => body.querySelector(".plan-graph"),
      pick: (event) => this.#pick(event),
      carried: (held, event) => this.#carried(held, event),
      drop: (held, event) => this.#drop(held, event),
      left: () => this.#stop(),
    });
  }

  get isBusy() {
    return Boolean(this.from || this.carrier.held);
  }

  #light(event, isLit) {
    const node = event.target.closest?.("[data-node]");
    const edges = node ? [...this.#edges(node, "from"), ...this.#edges(node, "to")] : [event.target.closest?.("[data-edge]")];
    for (const edge of edges) edge?.classList.toggle("is-lit", isLit);
  }

  // The lines that leave a box ("from") or enter it ("to").
  #edges(node, side) {
    return [...this.body.querySelectorAll(`[data-${side}="${idOf(node)}"]`)];
  }

  // Only its dots draw a line; pressing elsewhere on a box opens it.
  #pick(event) {
    const end = event.target.dataset.port;
    const node = end && event.target.closest("[data-node]");
    return node ? { node, end, title: node.dataset.title } : null;
  }

  #carried(held, event) {
    const svg = this.body.querySelector("svg");
    if (!held.line) {
      held.line = this.line = svg.appendChild(shape("path", { class: "plan-edge plan-edge--new" }));
      svg.classList.add("is-linking");
    }
    const box = svg.getBoundingClientRect();
    const port = held.node.querySelector(`[data-port="${held.end}"]`).getBoundingClientRect();
    const from = [port.left + port.width / 2 - box.left, port.top + port.height / 2 - box.top];
    held.line.setAttribute("d", `M${from}L${event.clientX - box.left},${event.clientY - box.top}`);
    const target = this.#target(held.node, event);
    this.#aim(target, target && endAt(target, event.clientX));
    return null;
  }

  #target(from, event) {
    const node = under(event, "[data-node]");
    return node === from ? null : node;
  }

  // Marks the box that would wait, and its end if that is known.
  #aim(target, end) {
    for (const node of this.body.querySelectorAll(".plan-node.is-target")) node.classList.toggle("is-target", node === target);
    if (!target) return;
    target.classList.add("is-target");
    target.dataset.aim = end ?? "";
  }

  #drop({ node, end }, event) {
    const target = this.#target(node, event);
    if (target) this.#save(node, target, kindOf(end, endAt(target, event.clientX)));
  }

  #stop() {
    this.line?.remove();
    this.line = null;
    this.from?.node.classList.remove("is-source");
    this.from = null;
    this.body.querySelector("svg")?.classList.remove("is-linking");
    this.#aim(null);
  }

  #save(from, to, kind) {
    const [predecessor, successor] = [from, to].map((node) => ({ id: idOf(node), title: node.dataset.title }));
    return saveLink(this.root, predecessor, successor, kind, this.made);
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const node = event.target.closest("[data-node]");
    const edge = event.target.closest("[data-edge]");
    const isHandled = node ? this.#step(event, node) || this.#link(event, node) : Boolean(edge) && this.#leave(event, edge);
    if (!isHandled) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #step(event, node) {
    const side = { ArrowRight: "from", ArrowLeft: "to" }[event.key];
    if (!side || !event.shiftKey) return this.#walk(event.key, node);
    this.side = side;
    this.#edges(node, side)[0]?.focus();
    return true;
  }

  // From a line: up and down to the next one of the same box, left and right to the box at that end.
  #leave({ key }, edge) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[key];
    const end = { ArrowLeft: "from", ArrowRight: "to" }[key];
    if (by) {
      const edges = [...this.body.querySelectorAll("[data-edge]")].filter((each) => each.dataset[this.side] === edge.dataset[this.side]);
      edges[edges.indexOf(edge) + by]?.focus();
    } else if (end) this.#show(this.body.querySelector(`[data-node="${edge.dataset[end]}"]`));
    return Boolean(by || end);
  }

  #show(node) {
    node?.focus();
    node?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // Left and right follow dependencies, up and down go along a column.
  #walk(key, node) {
    const find = (end) => this.body.querySelector(`[data-node="${end}"]`);
    const go = {
      ArrowRight: () => find(this.#edges(node, "from")[0]?.dataset.to),
      ArrowLeft: () => find(this.#edges(node, "to")[0]?.dataset.from),
      ArrowUp: () => this.#neighbour(node, -1),
      ArrowDown: () => this.#neighbour(node, 1),
    }[key];
    if (!go) return false;
    const next = go();
    this.#show(next);
    if (this.from && next && next !== this.from.node) this.#aim(next);
    return true;
  }

  #neighbour(node, step) {
    const own = node.getBoundingClientRect();
    const column = [...this.body.querySelectorAll("[data-node]")].filter((each) => Math.abs(each.getBoundingClientRect().left - own.left) < 2);
    column.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top);
    return column[column.indexOf(node) + step];
  }

  #link(event, node) {
    if (this.root.dataset.mayLink !== "true") return false;
    const end = beginsAt(event);
    if (end) {
      this.#stop();
      this.from = { node, end };
      node.classList.add("is-source");
      announceLinking(node.dataset.title, end);
      return true;
    }
    if (!this.from || !["Enter", "Escape"].includes(event.key)) return false;
    const { from } = this;
    this.#stop();
    if (event.key === "Escape") announce("Linking cancelled.");
    else if (from.node !== node) this.#save(from.node, node, kindOf(from.end, landsOn(event)));
    return true;
  }
}
