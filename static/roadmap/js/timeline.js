// The timeline page: loads the plan, draws it, and wires the toolbar, moving, linking, undoing and live changes.
import { Canvas } from "./canvas.js";
import { announce, element, tell } from "./elements.js";
import { History, undoByKey } from "./history.js";
import { Keys } from "./keys.js";
import { linkChange, Linker } from "./linking.js";
import { Live, showPeople } from "./live.js";
import { Mover } from "./move.js";
import { moveItem } from "./orders.js";
import { isAsked, Plan } from "./plan.js";
import { Proposals } from "./proposals.js";
import { dayOf, daySpan, isoOf } from "./scale.js";
import { read } from "./server.js";
import { showUnscheduled } from "./unscheduled.js";

const root = document.getElementById("plan");
const scroll = root?.querySelector("[data-scroll]");

if (scroll) start();

async function start() {
  const may = (what) => root.dataset[what] === "true";
  const plan = new Plan({ today: root.dataset.today, group: root.dataset.group, words: JSON.parse(root.dataset.words) });
  const options = { zoom: root.dataset.zoom, selected: null, mayMove: may("mayMove"), mayLink: may("mayLink"), showCritical: "critical" in root.dataset };
  const canvas = new Canvas(root, scroll, plan, options);
  const undoButton = root.querySelector("[data-undo]");
  const history = new History({
    changed: (canUndo) => { if (undoButton) undoButton.disabled = !canUndo; },
    after: reload,
    saving: () => proposals.queue,
  });
  let isStale = false;
  let saved = new Map();

  const settle = () => { if (isStale) reload(); };
  const proposals = new Proposals({
    root, plan, canvas, refresh: reload, gone: sayGone, dropped: reload,
    applied: (change) => { saved = change.places; history.add(change); },
  });
  const linker = new Linker({ root, scroll, canvas, plan, made: linked });
  const mover = options.mayMove
    ? new Mover({ scroll, canvas, plan, commit: (item, before) => proposals.ask(moveItem(root, item, { start: item.start, end: item.end }, before), before), cancelled: settle })
    : null;
  new Keys({ scroll, canvas, plan, linker, mayLink: options.mayLink });
  undoByKey(history);

  const isBusy = () => Boolean(mover?.isBusy || proposals.isOpen || linker.isBusy);

  function address() {
    const query = new URLSearchParams();
    if (isAsked(plan.group)) query.set("group", plan.group);
    if (root.dataset.baseline) query.set("baseline", root.dataset.baseline);
    return `${root.dataset.source}&${query}`;
  }

  // Whether the plan shown is now the server's. A bar in the air is not torn out of the hand: then it is not.
  async function reload() {
    const { data } = await read(address());
    if (!data) {
      tell("The plan could not be read from the server. Reload the page to try again.");
      return false;
    }
    const held = mover?.moving;
    if (held && !data.items.some((row) => row[0] === held.id)) return lose(mover.lose(), data);
    isStale = isBusy();
    if (!isStale) return show(data);
    freshen(data);
    return false;
  }

  // A second move of a bar right after the first is based on our own save, which the plan shown does not know yet.
  function freshen(data) {
    const [id, version, start, end] = ["id", "version", "start_on", "end_on"].map((name) => data.columns.items.indexOf(name));
    for (const row of data.items) {
      const place = saved.get(row[id]);
      const item = plan.byId.get(row[id]);
      if (place && item && row[start] === place.start_on && row[end] === place.end_on) item.version = row[version];
    }
  }

  function show(data) {
    isStale = false;
    saved = new Map();
    plan.load(data);
    options.baseline = new Map(data.baseline.map(([item, start, end]) => [item, { start: dayOf(start), end: dayOf(end) }]));
    if (!plan.byId.has(options.selected)) options.selected = plan.items[0]?.id ?? null;
    // A calendar with nothing on it only pushes the unscheduled items down.
    root.querySelector("[data-frame]").hidden = plan.items.length + plan.marks.length === 0;
    canvas.render();
    showUnscheduled(root, plan.unscheduled);
    root.querySelector("[data-none]").hidden = data.items.length + data.marks.length > 0;
    judge();
    return true;
  }

  // Reasons and the critical path come after the bars: they take the server longer.
  async function judge() {
    const asked = plan.version;
    const { data } = await read(root.dataset.schedule);
    if (!data || plan.version !== asked) return;
    plan.judge(data);
    if (!isBusy()) canvas.render();
    showConflicts();
    root.dataset.judged = plan.version;
    root.querySelector("[data-critical-toggle]")?.toggleAttribute("hidden", !plan.critical.size);
  }

  function lose({ item, start, end }, data) {
    show(data);
    sayGone(item, { start, end });
    return true;
  }

  // Nothing typed or dragged is lost: the item can be made again where it was being put.
  function sayGone(item, { start, end }) {
    const again = new URLSearchParams({ roadmap: root.dataset.roadmap, title: item.title, start_on: isoOf(start), end_on: isoOf(end), next: location.pathname + location.search });
    const action = root.dataset.new ? { label: "Make it again", href: `${root.dataset.new}?${again}` } : null;
    tell(`Somebody deleted “${item.title}” meanwhile, so its move to ${daySpan(start, end)} was not saved.`, "warning", action);
    if (plan.byId.has(item.id)) reload();
  }

  function linked(link, text) {
    history.add(linkChange(root, link, text));
    return reload();
  }

  function showConflicts() {
    const section = root.querySelector("[data-conflicts]");
    const broken = plan.broken();
    section.hidden = broken.length === 0;
    section.querySelector("[data-conflict-count]").textContent = `${broken.length} broken ${broken.length === 1 ? "dependency" : "dependencies"}`;
    section.querySelector("ul").replaceChildren(...broken.slice(0, 100).map((link) => {
      const button = element("button", { type: "button", textContent: link.reason });
      button.addEventListener("click", () => {
        const item = plan.byId.get(link.successor) || plan.byId.get(link.predecessor);
        if (item) canvas.show(item, { block: "center" });
      });
      return element("li", {}, button);
    }));
  }

  function light(event, isLit) {
    const item = plan.byId.get(event.target.closest?.(".plan-item")?.dataset.item);
    if (!item) return;
    for (const link of plan.linksOf(item)) canvas.links.get(link.id)?.classList.toggle("is-lit", isLit);
  }

  function remember(name, value) {
    const query = new URLSearchParams(location.search);
    if (value) query.set(name, value);
    else query.delete(name);
    window.history.replaceState(null, "", `?${query}`);
    for (const link of root.querySelectorAll("[data-display]")) {
      const target = new URL(link.href);
      if (value) target.searchParams.set(name, value);
      else target.searchParams.delete(name);
      link.href = target.href;
    }
  }

  function choose(event) {
    const link = event.target.closest("a[data-zoom], a[data-group]");
    if (!link || event.ctrlKey || event.metaKey) return;
    const isZoom = link.dataset.zoom !== undefined;
    // Lanes whose names the server looks up, and the words of another field, come with the page.
    if (!isZoom && [plan.group, link.dataset.group].some((group) => group.startsWith("cf_"))) return;
    event.preventDefault();
    for (const other of link.parentNode.children) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    link.closest("details")?.removeAttribute("open");
    remember(isZoom ? "zoom" : "group", isZoom ? link.dataset.zoom : link.dataset.group);
    if (isZoom) {
      options.zoom = link.dataset.zoom;
      canvas.render();
      return;
    }
    plan.group = link.dataset.group;
    plan.words.nothing = link.dataset.nothing;
    root.querySelector("[data-group-label]").textContent = link.textContent.trim().toLowerCase();
    if (isAsked(plan.group)) reload();
    else canvas.render();
  }

  root.querySelector(".plan__bar").addEventListener("click", choose);
  root.querySelector("[data-jump]").addEventListener("click", () => canvas.showToday());
  undoButton?.addEventListener("click", () => history.undo());
  root.querySelector("[data-critical-toggle]")?.addEventListener("click", ({ currentTarget }) => {
    options.showCritical = !options.showCritical;
    currentTarget.setAttribute("aria-pressed", String(options.showCritical));
    remember("critical", options.showCritical ? "1" : "");
    canvas.render();
    announce(options.showCritical ? `${plan.critical.size} items are on the critical path.` : "The critical path is not shown.");
  });
  scroll.addEventListener("click", (event) => {
    const label = event.target.closest("[data-fold]")?.dataset.fold;
    if (label === undefined) return;
    if (!plan.folded.delete(label)) plan.folded.add(label);
    canvas.render();
  });
  for (const [name, isLit] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
    scroll.addEventListener(name, (event) => light(event, isLit));
  }

  if (!(await reload())) {
    scroll.replaceChildren(element("p", { className: "plan__loading", textContent: "The timeline could not be drawn. Open the table instead, or reload the page." }));
    return;
  }
  new Live({
    root,
    holding: () => mover?.moving,
    people: (people) => canvas.showHolders(showPeople(root, people)),
    changed: (version) => (version === plan.version ? null : reload()),
  });
}
