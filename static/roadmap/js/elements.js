// Small pieces every module of the plan makes: elements, icons, announcements, toasts.
const announcer = document.getElementById("announcer");

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "className" || key === "textContent") made[key] = value;
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

export function icon(root, name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${root.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

export function announce(text) {
  announcer.textContent = "";
  requestAnimationFrame(() => { announcer.textContent = text; });
}

// Returns the toast's element, so that it can be taken away when its action is no longer to be had.
export function toast(text, tone, action) {
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone } }));
  const shown = document.getElementById("toasts").lastElementChild;
  if (!action) return shown;
  const button = action.href
    ? element("a", { className: "button plan-undo", href: action.href, "data-dialog": true, textContent: action.label })
    : element("button", { type: "button", className: "button plan-undo", textContent: action.label });
  if (action.run) button.addEventListener("click", action.run);
  shown.querySelector("[data-dismiss]").before(button);
  return shown;
}

export function tell(text, tone = "danger", action = null) {
  announce(text);
  return toast(text, tone, action);
}

export function initials(name) {
  const parts = name.trim().split(/\s+/);
  return `${parts[0]?.[0] ?? "?"}${parts.length > 1 ? parts.at(-1)[0] : ""}`.toUpperCase();
}
