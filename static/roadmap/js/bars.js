// The elements of a row: its label, its bar with everything on it, its pins; places them, knows nothing of moving.
import { element, icon } from "./elements.js";
import { days, longDay, spanWords } from "./scale.js";

const FADE_DAYS = { month: 8, quarter: 24, half: 48 };
const SHORT = 64;

export function place(node, scale, from, to) {
  node.style.left = `${scale.x(from)}px`;
  node.style.width = `${Math.max(scale.x(to) - scale.x(from), 0)}px`;
  return node;
}

function describe(item, reasons, isCritical) {
  const parts = [item.title, spanWords(item.start, item.end, item.date_precision), days(item.end - item.start + 1), item.status_label.toLowerCase()];
  if (item.kind === "external") parts.push("external");
  if (item.progress_share) parts.push(`${Math.round(item.progress_share * 100)} % done`);
  if (isCritical) parts.push("on the critical path");
  const broken = reasons.length ? ` Conflict: ${reasons.join(" ")}` : "";
  return `${parts.join(", ")}.${broken}`;
}

// What a screen reader says of a bar, and the bar's place. Called again for every step of a move.
export function placeBar(item, scale, plan) {
  const { node } = item;
  if (!node) return;
  place(node, scale, item.start, item.end + 1);
  const width = (item.end + 1 - item.start) * scale.pixels;
  node.classList.toggle("plan-item--short", width < SHORT);
  const fade = FADE_DAYS[item.date_precision];
  if (fade) node.style.setProperty("--fade", `${Math.min(fade * scale.pixels, width * 0.4)}px`);
  node.setAttribute("aria-label", describe(item, plan.reasonsOf(item), plan.isCritical(item)));
}

function classesOf(item, plan, options) {
  const names = ["plan-item", `plan-item--${item.status}`];
  if (item.kind === "external") names.push("plan-item--external");
  if (item.date_precision && item.date_precision !== "day") names.push("plan-item--vague");
  if (item.confidence_share !== null && item.confidence_share < 0.5) names.push("plan-item--unsure");
  if (plan.reasonsOf(item).length) names.push("plan-item--broken");
  if (options.showCritical && plan.isCritical(item)) names.push("plan-item--critical");
  if (item.isChanged) names.push("is-changed");
  return names.join(" ");
}

// How the item's end stands to that of the baseline.
function slip(item, before) {
  if (!before) return null;
  const late = item.end - before.end;
  return late ? `Ends ${days(Math.abs(late))} ${late > 0 ? "later" : "earlier"} than in the baseline` : "Ends as in the baseline";
}

function tip(item, reasons, plan, before) {
  const lines = [item.title, spanWords(item.start, item.end, item.date_precision)];
  const slack = plan.floats?.[item.id];
  if (slack !== undefined) lines.push(slack > 0 ? `May slip by ${slack} working day${slack === 1 ? "" : "s"}` : "On the critical path");
  const moved = slip(item, before);
  if (moved) lines.push(moved);
  return [...lines, ...reasons].join("\n");
}

export function makeBar(root, item, scale, plan, options) {
  const reasons = plan.reasonsOf(item);
  const node = element("a", {
    className: classesOf(item, plan, options),
    href: `${root.dataset.items}${item.id}/`,
    "data-panel": true,
    "data-item": item.id,
    "aria-describedby": "plan-keys",
    tabindex: options.selected === item.id ? "0" : "-1",
    title: tip(item, reasons, plan, options.baseline?.get(item.id)),
    draggable: "false",
  });
  if (item.progress_share > 0 && item.status !== "done") {
    const done = element("span", { className: "plan-item__progress", "aria-hidden": "true" });
    done.style.width = `${Math.min(item.progress_share, 1) * 100}%`;
    node.append(done);
  }
  if (reasons.length) node.append(icon(root, "alert-triangle"));
  else if (item.kind === "external") node.append(icon(root, "external-link"));
  node.append(element("span", { className: "plan-item__text", textContent: item.title }));
  if (options.mayMove && !item.isOutside) for (const edge of ["start", "end"]) node.append(element("span", { className: "plan-item__grip", "data-edge": edge }));
  if (options.mayLink) for (const port of ["start", "end"]) node.append(element("span", { className: "plan-item__port", "data-port": port, "aria-hidden": "true" }));
  item.node = node;
  placeBar(item, scale, plan);
  return node;
}

// Where the bar stood in the baseline, or will stand if a proposed change is accepted.
export function ghost(scale, from, to, className) {
  return place(element("span", { className: `plan-ghost ${className}`, "aria-hidden": "true" }), scale, from, to + 1);
}

const MARK = { risk: "alert-triangle", decision: "gavel", alpha: "rocket", beta: "rocket", ga: "rocket" };
const MARK_LABELS = { alpha: "Alpha", beta: "Beta", ga: "GA", other: "Milestone", risk: "Risk", decision: "Decision" };

export function makeMark(root, mark, scale, plan, isPin) {
  const daysLate = plan.late?.[mark.id];
  const late = daysLate ? `, what it waits for ends ${days(daysLate)} later` : "";
  const label = mark.type === "release" ? `${mark.title} ${MARK_LABELS[mark.kind]}` : mark.title;
  const kind = mark.type === "milestone" ? "Milestone" : mark.type === "release" ? "Release" : MARK_LABELS[mark.kind];
  const node = element("a", {
    className: `plan-mark plan-mark--${mark.type} plan-mark--${mark.kind}${mark.status === "closed" ? " is-closed" : ""}${daysLate ? " is-late" : ""}${isPin ? " plan-mark--pin" : ""}`,
    href: `${root.dataset[`${mark.type}s`]}${mark.id}/`,
    "data-panel": true,
    title: `${kind}: ${label}, ${longDay(mark.day)}${late}`,
    "aria-label": `${kind} ${label}, ${longDay(mark.day)}${late}`,
  });
  if (mark.type !== "milestone") node.append(icon(root, MARK[mark.kind] ?? "flag"));
  if (!isPin) node.append(element("span", { textContent: label }));
  node.style.left = `${scale.x(mark.day + 0.5)}px`;
  return node;
}

export function makeFold(root, row) {
  return element(
    "button",
    { type: "button", className: "plan__fold", "aria-expanded": String(!row.isFolded), "data-fold": row.label },
    icon(root, "chevron-down"), element("span", { textContent: row.label }), element("span", { className: "count", textContent: String(row.size) }),
  );
}

// A folded lane still shows when it is busy.
export function laneSpan(row, scale) {
  const items = row.lane?.items ?? [];
  if (!row.isFolded || !items.length) return null;
  const from = items.reduce((least, item) => Math.min(least, item.start), Infinity);
  const to = items.reduce((most, item) => Math.max(most, item.end), -Infinity);
  return place(element("span", { className: "plan__sum", "aria-hidden": "true" }), scale, from, to + 1);
}

export function makeLabel(root, item) {
  const title = element("a", { href: `${root.dataset.items}${item.id}/`, "data-panel": true, textContent: item.title, title: item.title, tabindex: "-1" });
  const label = element("div", { className: "plan__label", "aria-hidden": "true" }, title);
  const note = item.isOutside ? item.roadmap : item.key;
  if (note) label.append(element("span", { className: "plan__key", textContent: note }));
  return label;
}
