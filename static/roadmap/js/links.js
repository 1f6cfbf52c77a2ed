// Dependency arrows: one group of two paths per dependency, routed at right angles with rounded corners.
const SVG = "http://www.w3.org/2000/svg";
const GAP = 9;

export function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function corner(points) {
  let path = `M${points[0][0]},${points[0][1]}`;
  for (let i = 1; i < points.length - 1; i += 1) {
    const [before, at, after] = [points[i - 1], points[i], points[i + 1]];
    const reach = (from) => Math.min(5, Math.hypot(from[0] - at[0], from[1] - at[1]) / 2);
    const toward = (from) => {
      const length = Math.hypot(from[0] - at[0], from[1] - at[1]) || 1;
      return [at[0] + ((from[0] - at[0]) / length) * reach(from), at[1] + ((from[1] - at[1]) / length) * reach(from)];
    };
    path += `L${toward(before)}Q${at} ${toward(after)}`;
  }
  return `${path}L${points.at(-1)}`;
}

// `predecessor` and `successor` are {start, end, y, height} with y in the middle of the bar.
function route(kind, scale, predecessor, successor) {
  const leavesRight = kind[0] === "F";
  const entersLeft = kind[1] === "S";
  const from = [scale.x(leavesRight ? predecessor.end + 1 : predecessor.start), predecessor.y];
  const to = [scale.x(entersLeft ? successor.start : successor.end + 1), successor.y];
  const direction = leavesRight ? 1 : -1;
  const out = from[0] + direction * GAP;
  const into = to[0] + (entersLeft ? -GAP : GAP);
  // Both on the same side: around the farther end.
  if (leavesRight !== entersLeft) {
    const side = leavesRight ? Math.max(out, into) : Math.min(out, into);
    return [from, [side, from[1]], [side, to[1]], to];
  }
  // Facing each other with room between: one step, close to the predecessor.
  const room = (to[0] - from[0]) * direction;
  if (room >= GAP) {
    const step = from[0] + direction * Math.min(GAP, room / 2);
    return [from, [step, from[1]], [step, to[1]], to];
  }
  const middle = to[1] > from[1] ? to[1] - successor.height / 2 : to[1] + successor.height / 2;
  return [from, [out, from[1]], [out, middle], [into, middle], [into, to[1]], to];
}

export function drawLink(node, link, scale, predecessor, successor) {
  const points = route(link.kind, scale, predecessor, successor);
  const [x, y] = points.at(-1);
  const head = link.kind[1] === "S" ? -5 : 5;
  const [hit, line, arrow] = node.children;
  const path = corner(points);
  hit.setAttribute("d", path);
  line.setAttribute("d", path);
  arrow.setAttribute("d", `M${x},${y}l${head},-3.5v7z`);
}

// Only the piece at the end in sight, turned towards the other one: "out" of the predecessor, or "in" to the successor.
export function drawStub(node, link, scale, predecessor, successor, form) {
  const points = route(link.kind, scale, predecessor, successor);
  const [hit, line, arrow] = node.children;
  const down = Math.sign(successor.y - predecessor.y) * 13;
  const [end, next] = form === "out" ? points : [points.at(-1), points.at(-2)];
  const path = corner(form === "out" ? [end, next, [next[0], next[1] + down]] : [[next[0], next[1] - down], next, end]);
  hit.setAttribute("d", path);
  line.setAttribute("d", path);
  arrow.setAttribute("d", form === "in" ? `M${end[0]},${end[1]}l${link.kind[1] === "S" ? -5 : 5},-3.5v7z` : "");
}

export function makeLink(link, plan, showCritical) {
  const group = shape("g", { "data-link": link.id });
  const title = shape("title", {});
  title.textContent = link.reason ?? nameOf(link, plan);
  group.append(shape("path", { class: "hit" }), shape("path", { class: "line" }), shape("path", { class: "arrow" }), title);
  group.classList.toggle("is-broken", Boolean(link.reason));
  group.classList.toggle("is-soft", link.strength === "soft");
  group.classList.toggle("is-waiting", link.agreement === "requested" || link.agreement === "declined");
  const isCritical = showCritical && [link.predecessor, link.successor].every((id) => plan.critical?.has(id));
  group.classList.toggle("is-critical", Boolean(isCritical));
  return group;
}

const KINDS = { FS: "finish to start", SS: "start to start", FF: "finish to finish", SF: "start to finish" };

function nameOf(link, plan) {
  const [from, to] = [plan.byId.get(link.predecessor), plan.byId.get(link.successor)];
  const lag = link.lag_days ? `, ${link.lag_days} working day${Math.abs(link.lag_days) === 1 ? "" : "s"}` : "";
  return `“${to?.title}” waits for “${from?.title}” (${KINDS[link.kind]}${lag}${link.strength === "soft" ? ", soft" : ""})`;
}
