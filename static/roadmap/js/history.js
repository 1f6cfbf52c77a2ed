// What this page did and can take back, the latest first; each entry knows how.
import { tell, toast } from "./elements.js";

export class History {
  // `changed(canUndo)` hears when that changes; `after()` when something was taken back.
  constructor({ changed, after }) {
    Object.assign(this, { changed, after });
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

  undo(wanted = this.entries.at(-1)) {
    const at = this.entries.indexOf(wanted);
    if (at < 0) return false;
    this.entries.splice(at, 1);
    wanted.toast.remove();
    this.changed(this.canUndo);
    this.queue = this.queue.then(async () => {
      const answer = await wanted.undo();
      if (answer.ok) tell(wanted.back, "info");
      else tell(`This was not undone. ${answer.detail}`, answer.status === 0 ? "danger" : "warning");
      await this.after();
    });
    return true;
  }
}

// Control Z takes the last change back, unless somebody is typing.
export function undoByKey(history) {
  document.addEventListener("keydown", (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
    if (!isUndo || event.target.matches("input, textarea, select, [contenteditable]")) return;
    if (history.undo()) event.preventDefault();
  });
}
