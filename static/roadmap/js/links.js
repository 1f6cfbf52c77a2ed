// Dependency arrows: one group of two paths per dependency, routed at right angles with rounded corners.
const SVG = "http://www.w3.org/2000/svg";
const GAP = 9;

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// By how many days the successor is too early; 0 or less when the dependency is kept. The server's rule, see
// roadmap/calc/precedence.py; here only to colour an arrow while its bar is in the air.
export function shortfall(link, predecessor, successor) {
  const base = link.kind[0] === "S" ? predecessor.start : predecessor.end;
  const actual = link.kind[1] === "S" ? successor.start : successor.end;
  const shift = { FS: 1, SF: -1 }[link.kind] || 0;
  return base + link.lag_days + shift - actual;
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

function route(link, scale, predecessor, successor) {
  const leavesRight = link.kind[0] === "F";
  const entersLeft = link.kind[1] === "S";
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

export function drawLink(link, scale, predecessor, successor) {
  const points = route(link, scale, predecessor, successor);
  const [x, y] = points.at(-1);
  const heads = link.kind[1] === "S" ? -5 : 5;
  const isBroken = shortfall(link, predecessor, successor) > 0;
  link.node ||= makeNode(link);
  link.node.classList.toggle("is-broken", isBroken);
  link.node.querySelector(".line").setAttribute("d", corner(points));
  link.node.querySelector(".arrow").setAttribute("d", `M${x},${y}l${heads},-3.5v7z`);
  return link.node;
}

function makeNode(link) {
  const group = shape("g", { "data-link": link.id });
  group.append(shape("path", { class: "line" }), shape("path", { class: "arrow" }));
  return group;
}

export function linkLayer(width, height) {
  return shape("svg", { class: "plan__links", width, height, "aria-hidden": "true" });
}
