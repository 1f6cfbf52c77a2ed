// What can be asked of the server before it is done: where to ask, what to send, how to take it back, what to say.
import { dayOf, daySpan, isoOf, longDay, shortDay } from "./scale.js";
import { send } from "./server.js";

const NOTHING = { moves: [], new_violations: [], solved_violations: [], missed_milestones: [], reason_required: false };
const others = (count) => (count > 0 ? ` and ${count} ${count === 1 ? "other" : "others"}` : "");

export const spanText = ({ start, end }) => (start === null ? "no dates" : daySpan(start, end));
const longText = ({ start, end }) => (start === null ? "without dates" : start === end ? `at ${longDay(start)}` : `at ${longDay(start)} to ${longDay(end)}`);

function itemOrder(root, item, action, body) {
  const ask = (name, more) => send(root, "POST", `${root.dataset.api}${item.id}/${name}/`, { ...body, ...more });
  return {
    item,
    preview: () => ask(`preview-${action}`, {}),
    apply: (found, reason) => ask(action, { versions: found.versions, fingerprint: found.fingerprint, reason_code: reason }),
    undo: (made) => send(root, "POST", `${root.dataset.changes}${made.id}/undo/`, {}),
  };
}

// The item gets these dates; `before` are those it had.
export function moveItem(root, item, place, before) {
  return {
    ...itemOrder(root, item, "move", { start_on: isoOf(place.start), end_on: isoOf(place.end) }),
    placeIn: () => place,
    title: `Move “${item.title}”`,
    note: () => daySpan(place.start, place.end),
    done: (found) => `Moved “${item.title}” to ${spanText(place)}${others(found.moves.length - 1)}.`,
    back: (found) => `“${item.title}” is back at ${spanText(before)}${found.moves.length > 1 ? `,${others(found.moves.length - 1)} too` : ""}.`,
    stays: `${item.title} stays ${longText(before)}.`,
  };
}

// The item goes into a column of now, next, later: {key, label}; the server knows which dates that means.
export function placeItem(root, item, column, from) {
  const placeIn = (found) => ({ start: found.start_on && dayOf(found.start_on), end: found.end_on && dayOf(found.end_on) });
  const at = (found) => (found.start_on && column.key !== "done" ? `, ${spanText(placeIn(found))}` : "");
  return {
    ...itemOrder(root, item, "place", { horizon: column.key }),
    placeIn,
    title: `Move “${item.title}” to ${column.label}`,
    note: (found) => (found.start_on ? daySpan(dayOf(found.start_on), dayOf(found.end_on)) : "Without dates"),
    done: (found) => `Moved “${item.title}” to ${column.label}${at(found)}${others(found.moves.length - 1)}.`,
    back: () => `“${item.title}” is back in ${from.label}.`,
    stays: `${item.title} stays in ${from.label}.`,
  };
}

// The milestone is due on another day.
export function moveMilestone(root, milestone, place, before) {
  const address = `${root.dataset.milestoneApi}${milestone.id}/`;
  const patch = (day, version) => send(root, "PATCH", address, { due_on: isoOf(day) }, version);
  return {
    item: milestone,
    preview: async () => {
      const answer = await send(root, "POST", `${address}preview-move/`, { due_on: isoOf(place.start) });
      if (answer.ok) answer.data = { ...NOTHING, ...answer.data, versions: { [milestone.id]: answer.data.version } };
      return answer;
    },
    apply: (found) => patch(place.start, found.version),
    undo: (made) => patch(before.start, made.version),
    placeIn: () => place,
    title: `Move milestone “${milestone.title}”`,
    note: () => longDay(place.start),
    done: () => `Moved “${milestone.title}” to ${shortDay(place.start)}.`,
    back: () => `“${milestone.title}” is back at ${shortDay(before.start)}.`,
    stays: `${milestone.title} stays ${longText(before)}.`,
  };
}
