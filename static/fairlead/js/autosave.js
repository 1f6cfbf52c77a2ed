// Saves a text while it is typed: at a pause, and not more often than the history of its versions can bear. What is
// not saved yet is said, tried again, and not lost by leaving. Without this script there is the button.
const PAUSE = 1500; // milliseconds
const SPACING = 8000;
const RETRY = 5000;

const form = document.querySelector("form[data-autosave]");
const note = document.getElementById("autosave");
const field = form?.elements.text;

let saved = field?.value;
let sent = saved;
let sentAt = 0;
let timer = null;
let isBusy = false;
let isRefused = false;
let leaving = null;

const isUnsaved = () => field.value !== saved;

// Whoever is signed out is led to another page, which saves nothing.
const isOurs = (xhr) => xhr.responseURL.endsWith(note.getAttribute("hx-post"));

function say(text) {
  note.textContent = text;
}

function plan(wait) {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

function save() {
  if (isBusy || isRefused || !isUnsaved()) return;
  isBusy = true;
  sent = field.value;
  sentAt = Date.now();
  htmx.trigger(note, "autosave");
}

function leave() {
  const submitter = leaving;
  leaving = null;
  form.requestSubmit(submitter);
}

if (form) {
  form.addEventListener("input", () => {
    if (isRefused) return;
    if (!isBusy) say("Not saved yet");
    plan(Math.max(PAUSE, sentAt + SPACING - Date.now()));
  });

  note.addEventListener("htmx:beforeSwap", (event) => {
    if (!isOurs(event.detail.xhr)) event.detail.shouldSwap = false;
  });

  note.addEventListener("htmx:afterRequest", (event) => {
    const { xhr } = event.detail;
    isBusy = false;
    if (xhr.status === 200 && isOurs(xhr)) {
      saved = sent;
      if (isUnsaved()) plan(SPACING);
    } else if (xhr.status === 409) {
      isRefused = true;
    } else if (xhr.status !== 422) {
      say(xhr.status === 200 ? "Not saved: you are signed out. Sign in on another page." : "Not saved: the server does not answer. Trying again…");
      plan(RETRY);
    }
    if (leaving) leave();
  });

  // The button waits for a save that is under way, or it would find its own text changed by "somebody else".
  form.addEventListener("submit", (event) => {
    if (isBusy) {
      event.preventDefault();
      leaving = event.submitter;
      return;
    }
    clearTimeout(timer);
    saved = field.value;
  });

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });

  window.addEventListener("beforeunload", (event) => {
    if (isUnsaved()) event.preventDefault();
  });
}
