// The picture of dependencies: neighbours light up, arrows follow the lines, and new lines are drawn from box to box.
import { Carrier, under } from "./carry.js";
import { announce } from "./elements.js";
import { saveLink } from "./linking.js";
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
    if (!node) return;
    for (const edge of this.#edges(node)) edge.classList.toggle("is-lit", isLit);
  }

  #edges(node) {
    return this.body.querySelectorAll(`[data-from="${idOf(node)}"], [data-to="${idOf(node)}"]`);
  }

  // Only its dot draws a line; pressing elsewhere on a box opens it.
  #pick(event) {
    const node = event.target.dataset.port === undefined ? null : event.target.closest("[data-node]");
    return node && { node, title: node.dataset.title };
  }

  #carried(held, event) {
    const svg = this.body.querySelector("svg");
    if (!held.line) {
      held.line = this.line = svg.appendChild(shape("path", { class: "plan-edge is-lit" }));
      svg.classList.add("is-linking");
    }
    const box = svg.getBoundingClientRect();
    const port = held.node.querySelector("[data-port]").getBoundingClientRect();
    const from = [port.left + port.width / 2 - box.left, port.top + port.height / 2 - box.top];
    held.line.setAttribute("d", `M${from}L${event.clientX - box.left},${event.clientY - box.top}`);
    this.#aim(this.#target(held.node, event));
    return null;
  }

  #target(from, event) {
    const node = under(event, "[data-node]");
    return node === from ? null : node;
  }

  #aim(target) {
    for (const node of this.body.querySelectorAll(".plan-node.is-target")) node.classList.toggle("is-target", node === target);
    target?.classList.add("is-target");
  }

  #drop({ node }, event) {
    const target = this.#target(node, event);
    if (target) this.#save(node, target);
  }

  #stop() {
    this.line?.remove();
    this.line = null;
    this.from?.classList.remove("is-source");
    this.from = null;
    this.body.querySelector("svg")?.classList.remove("is-linking");
    this.#aim(null);
  }

  #save(from, to) {
    const [predecessor, successor] = [from, to].map((node) => ({ id: idOf(node), title: node.dataset.title }));
    return saveLink(this.root, predecessor, successor, "FS", this.made);
  }

  #key(event) {
    const node = event.target.closest("[data-node]");
    if (!node || event.altKey || event.ctrlKey || event.metaKey) return;
    const isHandled = this.#walk(event.key, node) || this.#link(event.key, node);
    if (!isHandled) return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Left and right follow dependencies, up and down go along a column.
  #walk(key, node) {
    const find = (end) => this.body.querySelector(`[data-node="${end}"]`);
    const go = {
      ArrowRight: () => find(this.body.querySelector(`[data-from="${idOf(node)}"]`)?.dataset.to),
      ArrowLeft: () => find(this.body.querySelector(`[data-to="${idOf(node)}"]`)?.dataset.from),
      ArrowUp: () => this.#neighbour(node, -1),
      ArrowDown: () => this.#neighbour(node, 1),
    }[key];
    if (!go) return false;
    const next = go();
    next?.focus();
    next?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (this.from && next && next !== this.from) this.#aim(next);
    return true;
  }

  #neighbour(node, step) {
    const own = node.getBoundingClientRect();
    const column = [...this.body.querySelectorAll("[data-node]")].filter((each) => Math.abs(each.getBoundingClientRect().left - own.left) < 2);
    column.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top);
    return column[column.indexOf(node) + step];
  }

  #link(key, node) {
    if (this.root.dataset.mayLink !== "true") return false;
    if (key.toLowerCase() === "l") {
      this.#stop();
      this.from = node;
      node.classList.add("is-source");
      announce(`Linking from ${node.dataset.title}. Go to what waits for it with the arrows or Tab, Enter links, Escape cancels.`);
      return true;
    }
    if (!this.from || !["Enter", "Escape"].includes(key)) return false;
    const { from } = this;
    this.#stop();
    if (key === "Escape") announce("Linking cancelled.");
    else if (from !== node) this.#save(from, node);
    return true;
  }
}
