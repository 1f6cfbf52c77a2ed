// The plan in memory: what the server last said, and the moves not yet saved on top of it.
import { dayOf } from "./scale.js";

const STATUS = { planned: "Planned", in_progress: "In progress", done: "Done" };
// Groupings whose labels the server has to look up: they come in the column `group` of the data asked for with them.
export const isAsked = (group) => !["team", "theme", "stage", "lane"].includes(group);

const records = (columns, rows) => rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]])));
const push = (map, key, value) => (map.get(key)?.push(value) ?? map.set(key, [value]));

export class Plan {
  constructor({ today, group, words }) {
    this.today = dayOf(today);
    this.group = group;
    this.words = words;
    this.folded = new Set();
    this.items = [];
    this.unscheduled = [];
    this.marks = [];
    this.links = [];
    this.outside = [];
    this.reindex();
  }

  // Rows keep the order they were first shown in: a bar does not jump to another row because it was moved.
  load(data) {
    const shown = new Map(this.items.map((item, index) => [item.id, index]));
    const before = this.byId;
    const place = (item) => shown.get(item.id) ?? shown.size;
    const rows = records(data.columns.items, data.items).map((row) => this.#item(row, before.get(row.id)));
    this.unscheduled = rows.filter((item) => item.start === null);
    this.items = rows.filter((item) => item.start !== null);
    if (shown.size) this.items.sort((a, b) => place(a) - place(b));
    this.marks = records(data.columns.marks, data.marks).map((mark) => ({ ...mark, day: dayOf(mark.on) }));
    this.links = records(data.columns.dependencies, data.dependencies);
    this.outside = records(data.columns.outside, data.outside).map((item) => ({ ...this.#item(item), isOutside: true }));
    this.version = data.version;
    this.reindex();
  }

  #item(row, before) {
    const item = {
      ...row,
      start: row.start_on ? dayOf(row.start_on) : null,
      end: row.end_on ? dayOf(row.end_on) : null,
      status_label: STATUS[row.status],
    };
    item.isChanged = Boolean(before && before.version !== item.version);
    return item;
  }

  reindex() {
    this.byId = new Map([...this.items, ...this.outside].map((item) => [item.id, item]));
    this.incoming = new Map();
    this.outgoing = new Map();
    for (const link of this.links) {
      push(this.outgoing, link.predecessor, link);
      push(this.incoming, link.successor, link);
    }
    this.pins = new Map();
    for (const mark of this.marks) if (mark.item && this.byId.has(mark.item)) push(this.pins, mark.item, mark);
  }

  // What the server found out about the schedule: broken dependencies with reasons, and the critical items.
  judge(schedule) {
    this.reasons = new Map(schedule.violations.map((each) => [each.dependency_id, each]));
    this.critical = new Set(schedule.critical);
    this.floats = schedule.floats;
    this.late = schedule.late;
    for (const link of this.links) link.reason = this.reasons.get(link.id)?.reason ?? null;
  }

  range() {
    let [earliest, latest] = [this.today, this.today];
    const stretch = (from, to) => { earliest = Math.min(earliest, from); latest = Math.max(latest, to); };
    for (const item of this.items) stretch(item.start, item.end);
    for (const item of this.outside) stretch(item.start, item.end);
    for (const mark of this.marks) stretch(mark.day, mark.day);
    return [earliest, latest];
  }

  linksOf(item) {
    return [...(this.incoming.get(item.id) ?? []), ...(this.outgoing.get(item.id) ?? [])];
  }

  // Why the item's own place breaks dependencies it waits for, as the server words it.
  reasonsOf(item) {
    return (this.incoming.get(item.id) ?? []).filter((link) => link.reason).map((link) => link.reason);
  }

  // The violated dependencies, the worst first.
  broken() {
    const days = (link) => this.reasons?.get(link.id)?.days ?? 0;
    return this.links.filter((link) => link.reason).sort((a, b) => days(b) - days(a));
  }

  isCritical(item) {
    return Boolean(this.critical?.has(item.id));
  }

  labelOf(item) {
    const value = isAsked(this.group) ? item.group : item[this.group];
    if (this.group === "stage") return this.words.stages[value] ?? this.words.nothing;
    return this.words.choices?.[value] || value || this.words.nothing;
  }

  lanes() {
    const lanes = new Map();
    for (const item of this.items) push(lanes, this.labelOf(item), item);
    const order = Object.values(this.group === "stage" ? this.words.stages : this.words.choices ?? {});
    const rank = (lane) => (lane.label === this.words.nothing ? 1e6 : order.indexOf(lane.label));
    const found = [...lanes].map(([label, items]) => ({ label, items, size: items.length }));
    found.sort((a, b) => rank(a) - rank(b) || a.label.localeCompare(b.label));
    if (this.outside.length) found.push({ label: "On other roadmaps", items: this.outside, size: this.outside.length, isOutside: true });
    return found;
  }
}
