// Displays the server renders: moving in them, undoing, neighbours that light up, and changes of others.
import { Board } from "./board.js";
import { tell } from "./elements.js";
import { Graph } from "./graph.js";
import { History, undoByKey } from "./history.js";
import { linkChange } from "./linking.js";
import { Live, showPeople } from "./live.js";
import { Month } from "./month.js";
import { Proposals } from "./proposals.js";

const root = document.getElementById("plan");
const body = root?.querySelector("[data-body]");
const SCROLLERS = "[data-board], .plan-calendar, .plan-graph";
const RETRY = 700; // milliseconds until a change of others is shown that came while a hand was busy

// Reads the page again and puts the new display where the old one stands; scroll and focus stay.
async function refresh() {
  let response;
  try {
    response = await fetch(location.href, { headers: { Accept: "text/html" } });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  if (!response?.ok) {
    tell("The plan could not be read from the server. Reload the page to see it as it is now.", "warning");
    return;
  }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector("#plan [data-body]");
  if (!fresh) return;
  const focused = document.activeElement?.closest?.("[data-card], [data-record], [data-node], [data-edge]");
  const { scrollLeft, scrollTop } = body.querySelector(SCROLLERS) ?? {};
  body.replaceChildren(...fresh.childNodes);
  const scroller = body.querySelector(SCROLLERS);
  if (scroller) Object.assign(scroller, { scrollLeft, scrollTop });
  if (focused && !document.activeElement?.closest("dialog, [data-proposal]")) refocus(focused.dataset);
}

function refocus({ card, record, node, edge }) {
  const found = card ? body.querySelector(`[data-card="${card}"] h3 a`) : body.querySelector(`[data-record="${record}"], [data-node="${node}"], [data-edge="${edge}"]`);
  found?.focus({ preventScroll: true });
}

// Proposed places of the items in sight.
function propose(places) {
  for (const node of body.querySelectorAll("[data-card], [data-record]")) {
    node.classList.toggle("is-proposed", places.has(node.dataset.card ?? node.dataset.record));
  }
}

function start() {
  const undoButton = root.querySelector("[data-undo]");
  const history = new History({
    changed: (canUndo) => { if (undoButton) undoButton.disabled = !canUndo; },
    after: refresh,
    saving: () => proposals.queue,
  });
  const plan = { byId: new Map() };
  const canvas = { redraw: () => {}, show: (item) => refocus({ card: item.id, record: item.id }), propose };
  const proposals = new Proposals({
    root, plan, canvas, dropped: refresh,
    refresh: async () => {
      await refresh();
      const [id] = plan.byId.keys();
      if (document.activeElement === document.body) refocus({ card: id, record: id });
    },
    applied: (change) => history.add(change),
    gone: (item) => {
      tell(`Somebody deleted “${item.title}” meanwhile.`, "warning");
      return refresh();
    },
  });
  const ask = (order) => {
    plan.byId = new Map([[order.item.id, order.item]]);
    return proposals.ask(order, {});
  };
  const hand = handOf({ ask, history });
  undoByKey(history);
  undoButton?.addEventListener("click", () => history.undo());
  follow(() => hand?.holding, () => Boolean(hand?.isBusy || proposals.isOpen || document.querySelector("dialog[open]") || body.querySelector("details.menu[open]")));
}

// What moves things in this display, if anything does.
function handOf({ ask, history }) {
  const saved = async ({ mayUndo, ...change }) => {
    await refresh();
    if (mayUndo()) history.add(change);
    else tell(change.text, "success");
  };
  if (body.querySelector("[data-board]")) return new Board({ root, body, ask, saved, dropped: refresh });
  if (body.querySelector(".plan-calendar")) return new Month({ root, body, ask });
  if (body.querySelector(".plan-graph")) {
    const made = (link, text) => {
      history.add(linkChange(root, link, text));
      return refresh();
    };
    return new Graph({ root, body, made });
  }
  return null;
}

// Changes of others come in when nothing is in the hand.
function follow(holding, isBusy) {
  let version = null;
  let isStale = false;
  const settle = () => {
    if (!isStale || isBusy()) return null;
    isStale = false;
    return refresh();
  };
  setInterval(settle, RETRY);
  new Live({
    root,
    holding: () => holding() ?? null,
    people: (people) => showPeople(root, people),
    changed: (next) => {
      isStale ||= version !== null && next !== version;
      version = next;
      return settle();
    },
  });
}

if (body) start();
