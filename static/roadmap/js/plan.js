// The plan in memory: what the server last said, and the moves not yet saved on top of it.
import { dayOf } from "./scale.js";

const LAST = { team: "No team", stage: "No initiative", theme: "No theme", lane: "No lane" };

export class Plan {
  constructor({ today, group }) {
    this.today = dayOf(today);
    this.group = group;
    this.folded = new Set();
    this.load({ items: [], unscheduled: [], milestones: [], dependencies: [] });
  }

  // Rows keep the order they were first shown in: a bar does not jump to another row because it was moved.
  load(data) {
    const shown = new Map(this.items?.map((item, index) => [item.id, index]));
    const place = (item) => shown.get(item.id) ?? shown.size;
    this.items = data.items
      .map((item) => ({ ...item, start: dayOf(item.start_on), end: dayOf(item.end_on) }))
      .sort((a, b) => place(a) - place(b));
    this.unscheduled = data.unscheduled;
    this.milestones = data.milestones.map((milestone) => ({ ...milestone, day: dayOf(milestone.due_on) }));
    this.dependencies = data.dependencies;
    this.byId = new Map(this.items.map((item) => [item.id, item]));
  }

  days() {
    return [this.today, ...this.items.flatMap((item) => [item.start, item.end]), ...this.milestones.map((each) => each.day)];
  }

  linksOf(item) {
    return this.dependencies.filter((link) => link.predecessor === item.id || link.successor === item.id);
  }

  // Why the item's own place breaks dependencies it waits for, as the server words it.
  reasonsOf(item) {
    return this.dependencies.filter((link) => link.successor === item.id && link.reason).map((link) => link.reason);
  }

  // The violated dependencies, the worst first.
  broken() {
    return this.dependencies.filter((link) => link.reason).sort((a, b) => b.days_short - a.days_short);
  }

  lanes() {
    const lanes = new Map();
    for (const item of this.items) {
      const label = item.groups[this.group];
      if (!lanes.has(label)) lanes.set(label, { label, items: [] });
      lanes.get(label).items.push(item);
    }
    const order = (lane) => [
      lane.label === LAST[this.group] ? 1 : 0,
      this.group === "stage" ? lane.items[0].stage_order : 0,
    ];
    return [...lanes.values()]
      .map((lane) => ({ ...lane, size: lane.items.length }))
      .sort((a, b) => order(a)[0] - order(b)[0] || order(a)[1] - order(b)[1] || a.label.localeCompare(b.label));
  }
}
