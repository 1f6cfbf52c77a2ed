// The timeline page: loads the plan, draws it, and wires the toolbar, moving, saving and undoing.
import { draw, drawPlanLink, element, placeItem } from "./draw.js";
import { Mover } from "./move.js";
import { Plan } from "./plan.js";
import { Saver, toast } from "./save.js";
import { scaleFor } from "./scale.js";
import { showUnscheduled } from "./unscheduled.js";

const root = document.getElementById("plan");
const scroll = root?.querySelector("[data-scroll]");

if (scroll) start();

async function start() {
  const plan = new Plan({ today: root.dataset.today, group: root.dataset.group });
  const view = { zoom: root.dataset.zoom, scale: null, isStale: false };
  const undoButton = root.querySelector("[data-undo]");
  const saver = new Saver(root, {
    reload,
    revert: (item, before) => { Object.assign(item, before); if (item.node) redraw(item); },
    changed: (canUndo) => { undoButton.disabled = !canUndo; },
  });
  const mover = root.dataset.mayMove === "true"
    ? new Mover({
      scroll, plan, scale: () => view.scale, changed: redraw,
      commit: (item, before) => saver.move(item, before),
      cancelled: () => { if (view.isStale) reload(); },
    })
    : null;

  function redraw(item) {
    placeItem(item, view.scale, plan.reasonsOf(item));
    const layer = scroll.querySelector(".plan__links");
    for (const link of plan.linksOf(item)) drawPlanLink(link, plan, view.scale, layer);
  }

  // Draws everything; the day at the left edge of the view and the focus stay where they are.
  function render() {
    const leftDay = view.scale ? view.scale.first + scroll.scrollLeft / view.scale.pixels : null;
    const focused = scroll.contains(document.activeElement) ? document.activeElement : null;
    const wanted = focused?.dataset.item ? `[data-item="${focused.dataset.item}"]` : focused?.dataset.fold !== undefined ? `[data-fold="${CSS.escape(focused.dataset.fold)}"]` : null;
    const top = scroll.scrollTop;
    // A calendar with nothing on it only pushes the unscheduled items down.
    root.querySelector("[data-frame]").hidden = plan.items.length + plan.milestones.length === 0;
    view.scale = scaleFor(plan.days(), view.zoom);
    for (const link of plan.dependencies) delete link.node;
    draw(root, scroll, plan, view.scale);
    scroll.scrollTop = top;
    if (leftDay === null) jumpToToday();
    else scroll.scrollLeft = (leftDay - view.scale.first) * view.scale.pixels;
    if (wanted) scroll.querySelector(wanted)?.focus({ preventScroll: true });
    showConflicts();
    showUnscheduled(root, plan.unscheduled);
    scroll.setAttribute("aria-busy", "false");
  }

  // Whether the plan shown is now the server's. A bar in the air is not torn out of the hand: then it is not.
  async function reload() {
    let data = null;
    try {
      const response = await fetch(root.dataset.source, { headers: { Accept: "application/json" } });
      if (response.ok) data = await response.json();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    if (!data) {
      toast("The plan could not be read from the server. Reload the page to try again.", "danger");
      return false;
    }
    view.isStale = Boolean(mover?.isBusy);
    if (view.isStale) return false;
    plan.load(data);
    render();
    return true;
  }

  function jumpToToday() {
    const seen = scroll.clientWidth - scroll.querySelector(".plan__corner").offsetWidth;
    scroll.scrollLeft = view.scale.x(plan.today) - seen * 0.25;
  }

  function showConflicts() {
    const section = root.querySelector("[data-conflicts]");
    const broken = plan.broken();
    section.hidden = broken.length === 0;
    section.querySelector("[data-conflict-count]").textContent = `${broken.length} broken ${broken.length === 1 ? "dependency" : "dependencies"}`;
    section.querySelector("ul").replaceChildren(...broken.map((link) => {
      const button = element("button", { type: "button", textContent: link.reason });
      button.addEventListener("click", () => show(plan.byId.get(link.successor) || plan.byId.get(link.predecessor)));
      return element("li", {}, button);
    }));
  }

  function show(item) {
    if (!item) return;
    if (!item.node) {
      plan.folded.delete(item.groups[plan.group]);
      render();
      return show(plan.byId.get(item.id));
    }
    item.node.scrollIntoView({ block: "center", inline: "center" });
    item.node.focus({ preventScroll: true });
  }

  function light(event, isLit) {
    const item = plan.byId.get(event.target.closest?.(".plan-item")?.dataset.item);
    if (!item) return;
    for (const link of plan.linksOf(item)) link.node?.classList.toggle("is-lit", isLit);
  }

  function choose(event) {
    const link = event.target.closest("a[data-zoom], a[data-group]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const isZoom = link.dataset.zoom !== undefined;
    if (isZoom) view.zoom = link.dataset.zoom;
    else plan.group = link.dataset.group;
    for (const other of link.parentNode.children) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    link.closest("details")?.removeAttribute("open");
    root.querySelector("[data-group-label]").textContent = root.querySelector(`a[data-group="${plan.group}"]`).textContent.toLowerCase();
    const query = new URLSearchParams(location.search);
    query.set(isZoom ? "zoom" : "group", isZoom ? view.zoom : plan.group);
    history.replaceState(null, "", `?${query}`);
    render();
  }

  // Up and down arrow walk through the bars in the order they are drawn.
  function walk(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !event.target.matches(".plan-item")) return;
    event.preventDefault();
    const bars = [...scroll.querySelectorAll(".plan-item")];
    const next = bars[bars.indexOf(event.target) + step];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function undoByKey(event) {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
    if (!isUndo || undoButton?.disabled !== false || event.target.matches("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    saver.undo();
  }

  root.querySelector(".plan__bar").addEventListener("click", choose);
  root.querySelector("[data-jump]").addEventListener("click", jumpToToday);
  undoButton?.addEventListener("click", () => saver.undo());
  document.addEventListener("keydown", undoByKey);
  scroll.addEventListener("keydown", walk);
  scroll.addEventListener("click", (event) => {
    const label = event.target.closest("[data-fold]")?.dataset.fold;
    if (label === undefined) return;
    if (!plan.folded.delete(label)) plan.folded.add(label);
    render();
  });
  for (const [name, isLit] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
    scroll.addEventListener(name, (event) => light(event, isLit));
  }
  matchMedia("(max-width: 60rem)").addEventListener("change", () => { if (view.scale) render(); });

  if (!(await reload())) {
    scroll.replaceChildren(element("p", { className: "plan__loading", textContent: "The timeline could not be drawn. Open the table instead, or reload the page." }));
  }
}
