// The list below the chart: items whose dates nobody has said yet, each with the way to its form.
import { element } from "./draw.js";

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
  if (item.initiative) made.append(element("span", { className: "plan__key", textContent: item.initiative }));
  if (root.dataset.mayMove === "true") made.append(scheduleLink(root, item));
  return made;
}

export function showUnscheduled(root, items) {
  const section = root.querySelector("[data-unscheduled]");
  section.hidden = items.length === 0;
  section.querySelector(".count").textContent = String(items.length);
  section.querySelector("ul").replaceChildren(...items.map((item) => row(root, item)));
}
