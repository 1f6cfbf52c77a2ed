// What this page did and can take back, the latest first; each entry knows how.
import { tell, toast } from "./elements.js";

export class History {
  // `changed(canUndo)` hears when that changes; `after()` when something was taken back. `saving()` resolves when what
  // is on its way to the server has arrived: that is the last thing done, whatever stands here so far.
  constructor({ changed, after, saving }) {
    Object.assign(this, { changed, after, saving });
    this.entries = [];
    this.queue = Promise.resolve();
  }

  // `undo()` resolves to {ok, status, detail}; `back` says what is so again.
  add({ text, undo, back }) {
    this.entries.at(-1)?.toast.remove();
    const entry = { undo, back };
    entry.toast = toast(text, "success", { label: "Undo", run: () => this.undo(entry) });
    this.entries.push(entry);
    this.changed(true);
  }

  get canUndo() {
    return this.entries.length > 0;
  }

  // Takes back the entry, or the last one; one after the other.
  undo(entry) {
    this.queue = this.queue.then(() => this.saving()).then(() => this.#takeBack(entry ?? this.entries.at(-1)));
    return this.queue;
  }

  async #takeBack(entry) {
    const at = this.entries.indexOf(entry);
    if (at < 0) return;
    this.entries.splice(at, 1);
    entry.toast.remove();
    this.changed(this.canUndo);
    const answer = await entry.undo();
    if (answer.ok) tell(entry.back, "info");
    else tell(`This was not undone. ${answer.detail}`, answer.status === 0 ? "danger" : "warning");
    await this.after();
  }
}

// Control Z takes the last change back, unless somebody is typing.
export function undoByKey(history) {
  document.addEventListener("keydown", (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
    if (!isUndo || event.target.matches("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    history.undo();
  });
}
