// Saves moves one after another and takes them back. Every save names the version it is based on.
import { isoOf, shortDay } from "./scale.js";

const announcer = document.getElementById("announcer");

export function announce(text) {
  announcer.textContent = "";
  requestAnimationFrame(() => { announcer.textContent = text; });
}

// Returns the toast's element, so that it can be taken away when its undo is no longer to be had.
export function toast(text, tone, undo) {
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone } }));
  const shown = document.getElementById("toasts").lastElementChild;
  if (!undo) return shown;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button plan-undo", textContent: "Undo" });
  button.addEventListener("click", undo);
  shown.querySelector("[data-dismiss]").before(button);
  return shown;
}

export class Saver {
  // `reload()` asks the server for the plan, draws it and resolves to whether it could; `revert(item, before)`
  // puts a refused item back; `changed(canUndo)` hears when that changes.
  constructor(root, { reload, revert, changed }) {
    Object.assign(this, { root, reload, revert, changed });
    this.moves = [];
    this.queue = Promise.resolve();
  }

  // The item already stands where it was moved to; `before` is where it stood.
  move(item, before) {
    const entry = { id: item.id, title: item.title, before, after: { start: item.start, end: item.end } };
    return this.#enqueue(async () => {
      const last = this.#own.get(item.id);
      const seen = this.#unseen.get(item.id) ?? item.version;
      if (!(await this.#patch(item, entry.after, seen))) return this.revert(item, before);
      // Somebody else's change lies between our moves of this item: taking back an older one would undo theirs.
      if (last !== seen) this.moves = this.moves.filter((each) => each.id !== item.id);
      this.moves.at(-1)?.toast.remove();
      this.moves.push(entry);
      this.changed(true);
      const text = `Moved “${entry.title}” to ${shortDay(entry.after.start)} – ${shortDay(entry.after.end)}.`;
      entry.toast = toast(text, "success", () => this.undo(entry));
      announce(`${text} Saved.`);
    });
  }

  // Takes back the last move, or the given one while it still is its item's last.
  undo(wanted = this.moves.at(-1)) {
    const last = this.moves.findLast((entry) => entry.id === wanted?.id);
    if (!wanted || last !== wanted) return Promise.resolve();
    this.moves.splice(this.moves.indexOf(wanted), 1);
    wanted.toast.remove();
    this.changed(this.moves.length > 0);
    return this.#enqueue(async () => {
      // Based on our own last save, not on what is shown: if somebody changed the item since, the server refuses.
      if (!(await this.#patch(wanted, wanted.before, this.#own.get(wanted.id)))) return;
      const text = `“${wanted.title}” is back at ${shortDay(wanted.before.start)} – ${shortDay(wanted.before.end)}.`;
      toast(text, "info");
      announce(text);
    });
  }

  // By item: the version our last save of it produced; and the same until the plan has been read again.
  #own = new Map();
  #unseen = new Map();
  #waiting = 0;

  #enqueue(work) {
    this.#waiting += 1;
    this.queue = this.queue.then(work).then(async () => {
      this.#waiting -= 1;
      if (!this.#waiting && (await this.reload())) this.#unseen.clear();
    });
    return this.queue;
  }

  // Whether it is saved; if not, the person has been told why.
  async #patch(item, { start, end }, version) {
    let response;
    item.node?.setAttribute("data-saving", "");
    try {
      response = await fetch(`${this.root.dataset.api}${item.id}/`, {
        method: "PATCH",
        headers: {
          "Content-Type": "application/json",
          Accept: "application/json",
          "If-Match": `"${version}"`,
          "X-CSRFToken": this.root.dataset.csrf,
        },
        body: JSON.stringify({ start_on: isoOf(start), end_on: isoOf(end) }),
      });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return this.#refuse(`The server cannot be reached. “${item.title}” was not moved.`);
    }
    if (response.status === 412) return this.#refuse(`Somebody else changed “${item.title}” meanwhile. It is shown where they put it.`, "warning");
    if (response.status === 404) return this.#refuse(`Somebody deleted “${item.title}” meanwhile.`, "warning");
    if (!response.ok) {
      const isProblem = response.headers.get("Content-Type")?.includes("json");
      const problem = isProblem ? await response.json() : {};
      return this.#refuse(`“${item.title}” was not moved. ${problem.detail || "Reload the page and try again."}`);
    }
    const saved = await response.json();
    this.#own.set(item.id, saved.version);
    this.#unseen.set(item.id, saved.version);
    return true;
  }

  #refuse(text, tone = "danger") {
    toast(text, tone);
    announce(text);
    return false;
  }
}
