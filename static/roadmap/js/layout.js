// Which rows a plan has and where they stand, without touching the page: 10,000 rows cost an array, not 10,000 elements.

const HEIGHTS = { wide: { lane: 2.25, item: 2.375, marks: 2.125 }, narrow: { lane: 2.25, item: 3.25, marks: 2.125 } };

// Marks whose titles would overlap go to further rows.
function markRows(marks, scale) {
  const rows = [];
  for (const mark of marks) {
    const from = scale.x(mark.day);
    let row = rows.find((each) => each.end < from);
    if (!row) rows.push(row = { end: 0, marks: [] });
    row.marks.push(mark);
    row.end = from + 44 + Math.min(mark.title.length, 40) * 7;
  }
  return rows.map((row) => row.marks);
}

// Rows from top to bottom: {kind: lane | marks | item, y, height, …}. `rem` is the height of a line of text in pixels.
export function layOut(plan, scale, { isNarrow, rem }) {
  const heights = HEIGHTS[isNarrow ? "narrow" : "wide"];
  const rows = [];
  let y = 0;
  const add = (row) => {
    const height = Math.round(heights[row.kind] * rem);
    rows.push({ ...row, y, height, index: rows.length });
    y += height;
  };
  const free = plan.marks.filter((mark) => !plan.byId.has(mark.item));
  if (free.length) {
    add({ kind: "lane", key: "lane:Milestones", label: "Milestones", size: free.length, isFolded: plan.folded.has("Milestones") });
    if (!plan.folded.has("Milestones")) markRows(free, scale).forEach((marks, index) => add({ kind: "marks", key: `marks:${index}`, marks }));
  }
  for (const lane of plan.lanes()) {
    const isFolded = plan.folded.has(lane.label);
    add({ kind: "lane", key: `lane:${lane.label}`, label: lane.label, size: lane.size, isFolded, lane });
    if (!isFolded) for (const item of lane.items) add({ kind: "item", key: item.id, item });
  }
  const byKey = new Map(rows.map((row) => [row.key, row]));
  return { rows, height: y, byKey, items: rows.filter((row) => row.kind === "item"), rowOf: (item) => byKey.get(item.id) };
}

// The rows between two heights.
export function rowsBetween(layout, top, bottom) {
  const { rows } = layout;
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].y + rows[middle].height <= top) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < rows.length && rows[end].y < bottom) end += 1;
  return rows.slice(low, end);
}
