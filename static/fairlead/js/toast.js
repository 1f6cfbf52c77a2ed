// Toasts: from the page, from an HX-Trigger header {"toast": {"text", "tone"}}, and for requests that fail.
const LIFETIME = 7000;
const list = document.getElementById("toasts");
const template = document.getElementById("toast-template");

function watch(toast) {
  toast.querySelector("[data-dismiss]").addEventListener("click", () => toast.remove());
  if (/toast--(error|danger|warning)/.test(toast.className)) return;
  let timer = setTimeout(() => toast.remove(), LIFETIME);
  const hold = () => clearTimeout(timer);
  const release = () => { timer = setTimeout(() => toast.remove(), LIFETIME); };
  toast.addEventListener("mouseenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("mouseleave", release);
  toast.addEventListener("focusout", release);
}

function show(text, tone = "info") {
  const toast = template.content.firstElementChild.cloneNode(true);
  const icons = { success: "circle-check", warning: "alert-triangle", error: "alert-triangle", danger: "alert-triangle" };
  toast.className = `toast toast--${tone}`;
  const use = toast.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icons[tone] || "info-circle"}`));
  toast.querySelector("span").textContent = text;
  list.append(toast);
  watch(toast);
}

for (const toast of list.children) watch(toast);
document.addEventListener("toast", (event) => show(event.detail.text, event.detail.tone));
document.addEventListener("htmx:sendError", () => show("The server cannot be reached. Check your connection and try again.", "danger"));
document.addEventListener("htmx:responseError", (event) => {
  if (!event.detail.xhr.getResponseHeader("HX-Trigger")) show("This did not work. Reload the page and try again.", "danger");
});

// The thin bar at the top shows that something is loading; it appears only when it takes a moment.
const bar = document.getElementById("loading-bar");
let pending = 0;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[hx-trigger^=every]")) return;
  pending += 1;
  bar.dataset.active = "";
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.matches("[hx-trigger^=every]")) return;
  pending = Math.max(0, pending - 1);
  if (!pending) delete bar.dataset.active;
});
