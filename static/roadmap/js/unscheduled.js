// The list below the chart: items whose dates nobody has said yet, each with the way to its form.
import { element } from "./elements.js";

// The form leads back to the timeline as it is grouped and zoomed now.
function scheduleLink(root, item) {
  const next = encodeURIComponent(location.pathname + location.search);
  return element("a", {
    className: "button button--quiet",
    href: `${root.dataset.items}${item.id}/edit/?next=${next}`,
    "data-dialog": true,
    "data-schedule": item.id,
    "aria-label": `Schedule ${item.title}`,
    textContent: "Schedule",
  });
}

function row(root, item) {
  const title = element("a", { href: `${root.dataset.items}${item.id}/`, "data-panel": true, textContent: item.title, title: item.title });
  const made = element("li", {}, title);
  if (item.key) made.append(element("span", { className: "plan__key", textContent: item.key }));
  if (root.dataset.mayMove === "true") made.append(scheduleLink(root, item));
  return made;
}

const MOST = 200;

export function showUnscheduled(root, items) {
  const section = root.querySelector("[data-unscheduled]");
  section.hidden = items.length === 0;
  section.querySelector(".count").textContent = String(items.length);
  const rows = items.slice(0, MOST).map((item) => row(root, item));
  if (items.length > MOST) rows.push(element("li", { className: "muted", textContent: `and ${items.length - MOST} more` }));
  section.querySelector("ul").replaceChildren(...rows);
}
