// Builds the timeline's elements from the plan; knows nothing of moving and saving.
import { drawLink, linkLayer } from "./links.js";
import { days, longDay, ticks, weekends } from "./scale.js";

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "className" || key === "textContent") made[key] = value;
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

function icon(root, name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${root.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

function place(node, scale, from, to) {
  node.style.left = `${scale.x(from)}px`;
  node.style.width = `${scale.x(to) - scale.x(from)}px`;
  return node;
}

function header(scale, today) {
  const { major, minor } = ticks(scale);
  const row = element("div", { className: "plan__ticks" });
  for (const tick of major) {
    const label = element("span", { textContent: tick.text });
    row.append(place(element("div", { className: "plan__tick plan__tick--major" }, label), scale, tick.from, tick.to));
  }
  for (const tick of minor) {
    row.append(place(element("div", { className: "plan__tick", textContent: tick.text }), scale, tick.from, tick.to));
  }
  const flag = element("span", { className: "plan__today-flag", textContent: "Today" });
  flag.style.left = `${scale.x(today + 0.5)}px`;
  row.append(flag);
  return element("div", { className: "plan__dates", "aria-hidden": "true" }, element("div", { className: "plan__corner", textContent: "Item" }), row);
}

function grid(scale, today) {
  const layer = element("div", { className: "plan__grid", "aria-hidden": "true" });
  layer.style.width = `${scale.width}px`;
  const { major, minor } = ticks(scale);
  if (scale.zoom === "month") for (const day of weekends(scale)) layer.append(place(element("i", { className: "is-weekend" }), scale, day, day + 2));
  for (const tick of minor) layer.append(line(scale.x(tick.from), "is-minor"));
  for (const tick of major.slice(1)) layer.append(line(scale.x(tick.from), ""));
  layer.append(line(scale.x(today + 0.5), "is-today"));
  return layer;
}

function line(x, className) {
  const made = element("i", { className });
  made.style.left = `${x}px`;
  return made;
}

// What a screen reader says of a bar, and the bar's place. Called again for every step of a move.
export function placeItem(item, scale, reasons) {
  place(item.node, scale, item.start, item.end + 1);
  item.node.classList.toggle("plan-item--short", (item.end + 1 - item.start) * scale.pixels < 64);
  const broken = reasons.length ? ` Conflict: ${reasons.join(" ")}` : "";
  item.node.setAttribute(
    "aria-label",
    `${item.title}, ${longDay(item.start)} to ${longDay(item.end)}, ${days(item.end - item.start + 1)}, ${item.status_label.toLowerCase()}.${broken}`,
  );
}

function bar(root, item, scale, reasons) {
  const node = element("a", {
    className: `plan-item plan-item--${item.status}`,
    href: `${root.dataset.items}${item.id}/`,
    "data-panel": true,
    "data-item": item.id,
    "aria-describedby": "plan-keys",
    draggable: "false",
  });
  if (item.confidence !== null && item.confidence < 0.5) node.classList.add("plan-item--unsure");
  if (reasons.length) {
    node.classList.add("plan-item--broken");
    node.title = reasons.join("\n");
    node.append(icon(root, "alert-triangle"));
  }
  node.append(element("span", { className: "plan-item__text", textContent: item.title }));
  if (root.dataset.mayMove === "true") {
    for (const edge of ["start", "end"]) node.append(element("span", { className: "plan-item__grip", "data-edge": edge }));
  }
  item.node = node;
  placeItem(item, scale, reasons);
  return node;
}

function itemRow(root, item, scale, reasons) {
  const title = element("a", { href: `${root.dataset.items}${item.id}/`, "data-panel": true, textContent: item.title, title: item.title, tabindex: "-1" });
  const label = element("div", { className: "plan__label" }, title);
  if (item.initiative) label.append(element("span", { className: "plan__key", textContent: item.initiative }));
  const track = element("div", { className: "plan__track" }, bar(root, item, scale, reasons));
  track.style.width = `${scale.width}px`;
  return element("div", { className: "plan__row" }, label, track);
}

function milestoneRow(root, milestones, scale) {
  const track = element("div", { className: "plan__track" });
  track.style.width = `${scale.width}px`;
  for (const milestone of milestones) {
    const node = element("a", {
      className: "plan-milestone",
      href: `${root.dataset.milestones}${milestone.id}/`,
      "data-panel": true,
      textContent: milestone.title,
      title: `${milestone.kind_label}, ${longDay(milestone.day)}`,
      "aria-label": `Milestone ${milestone.title}, ${milestone.kind_label}, ${longDay(milestone.day)}`,
    });
    node.style.left = `${scale.x(milestone.day + 0.5)}px`;
    track.append(node);
  }
  return element("div", { className: "plan__row plan__row--milestones" }, element("div", { className: "plan__label" }), track);
}

// Milestones whose titles would overlap go to further rows.
function milestoneRows(milestones, scale) {
  const rows = [];
  for (const milestone of milestones) {
    const from = scale.x(milestone.day);
    let row = rows.find((each) => each.end < from);
    if (!row) rows.push(row = { end: 0, milestones: [] });
    row.milestones.push(milestone);
    row.end = from + 40 + milestone.title.length * 7;
  }
  return rows.map((row) => row.milestones);
}

function laneHead(root, lane, isFolded) {
  const button = element(
    "button",
    { type: "button", className: "plan__fold", "aria-expanded": String(!isFolded), "data-fold": lane.label },
    icon(root, "chevron-down"), lane.label, element("span", { className: "count", textContent: String(lane.size) }),
  );
  return element("div", { className: "plan__lane" }, button);
}

// Draws everything anew into `target`. `plan.folded` holds the labels of the lanes that are closed.
export function draw(root, target, plan, scale) {
  const canvas = element("div", { className: "plan__canvas" }, header(scale, plan.today), grid(scale, plan.today));
  for (const item of plan.items) item.node = null;
  const lanes = plan.lanes();
  if (plan.milestones.length) lanes.unshift({ label: "Milestones", size: plan.milestones.length, rows: milestoneRows(plan.milestones, scale) });
  for (const lane of lanes) {
    const isFolded = plan.folded.has(lane.label);
    canvas.append(laneHead(root, lane, isFolded));
    if (isFolded) continue;
    for (const row of lane.rows || []) canvas.append(milestoneRow(root, row, scale));
    for (const item of lane.items || []) canvas.append(itemRow(root, item, scale, plan.reasonsOf(item)));
  }
  target.replaceChildren(canvas);
  // The column of labels is as wide as the style sheet says, and not there at all on a narrow screen.
  canvas.style.width = `${scale.width + canvas.querySelector(".plan__corner").offsetWidth}px`;
  const layer = linkLayer(scale.width, canvas.offsetHeight);
  canvas.querySelector(".plan__grid").after(layer);
  const top = canvas.querySelector(".plan__dates").offsetHeight;
  for (const item of plan.items) measure(item, top);
  for (const link of plan.dependencies) drawPlanLink(link, plan, scale, layer);
}

function measure(item, top) {
  if (!item.node) return;
  const row = item.node.closest(".plan__row");
  item.height = item.node.offsetHeight + 8;
  item.y = row.offsetTop - top + item.node.offsetTop + item.node.offsetHeight / 2;
}

export function drawPlanLink(link, plan, scale, layer) {
  const [predecessor, successor] = [plan.byId.get(link.predecessor), plan.byId.get(link.successor)];
  if (!predecessor?.node || !successor?.node) return;
  const node = drawLink(link, scale, predecessor, successor);
  if (node.parentNode !== layer) layer.append(node);
}
