// Two people on one plan: asks every moment whether anything changed, and shows who else is here.
import { element, initials } from "./elements.js";
import { read } from "./server.js";

const EVERY = 1200; // milliseconds between two questions; with the answer's way well under two seconds
const SLOWEST = 15000; // between two questions while the server does not answer

export class Live {
  // `holding()` names the item being moved; `changed(version)` hears of a version the page has not loaded.
  constructor({ root, holding, changed, people }) {
    Object.assign(this, { root, holding, changed, people });
    this.etag = null;
    this.wait = EVERY;
    this.isAsking = false;
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.soon(0); });
    addEventListener("online", () => this.soon(0));
    this.soon(EVERY);
  }

  soon(wait = this.wait) {
    clearTimeout(this.timer);
    if (!document.hidden) this.timer = setTimeout(() => this.#ask(), wait);
  }

  async #ask() {
    if (this.isAsking) return;
    this.isAsking = true;
    const item = this.holding();
    const answer = await read(`${this.root.dataset.live}${item ? `?holding=${item.id}` : ""}`, this.etag ? { "If-None-Match": this.etag } : {});
    this.isAsking = false;
    const isAway = answer.status !== 304 && !answer.data;
    this.wait = isAway ? Math.min(this.wait * 2, SLOWEST) : EVERY;
    this.root.toggleAttribute("data-offline", isAway);
    if (answer.data) {
      this.etag = answer.etag;
      this.people(answer.data.people);
      await this.changed(answer.data.version);
    }
    this.soon();
  }
}

export function showPeople(root, people) {
  const list = root.querySelector("[data-people]");
  const named = people.map((person) => ({ ...person, initials: initials(person.name) }));
  const shown = named.slice(0, 4).map((person) => element(
    "li", { className: person.holding ? "is-moving" : "", title: person.holding ? `${person.name} is moving an item` : `${person.name} is here` },
    element("span", { "aria-hidden": "true", textContent: person.initials }), element("span", { className: "sr-only", textContent: `${person.name} is here` }),
  ));
  if (named.length > 4) shown.push(element("li", { textContent: `+${named.length - 4}` }));
  list.replaceChildren(...shown);
  list.hidden = shown.length === 0;
  return new Map(named.filter((person) => person.holding).map((person) => [person.holding, person.initials]));
}
