// Links with data-dialog open their fragment in the dialog; forms with data-confirm ask first.
const dialog = document.getElementById("dialog");
const body = document.getElementById("dialog-body");

function open() {
  if (!dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  link.closest("details.menu")?.removeAttribute("open");
  htmx.ajax("GET", link.href, { target: body, swap: "innerHTML" }).then(() => { if (body.childElementCount) open(); });
});

dialog.addEventListener("click", (event) => {
  if (event.target === dialog || event.target.closest("[data-close]")) {
    event.preventDefault();
    dialog.close();
  }
});
dialog.addEventListener("close", () => body.replaceChildren());

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function ask(question, label, proceed) {
  const yes = element("button", { type: "button", className: "button button--danger", textContent: label });
  const no = element("button", { type: "button", className: "button", textContent: "Cancel" });
  yes.addEventListener("click", () => { dialog.close(); proceed(); });
  no.addEventListener("click", () => dialog.close());
  const title = element("h2", { id: "dialog-title", textContent: question });
  const actions = element("div", { className: "form__actions" }, yes, no);
  body.replaceChildren(element("div", { className: "dialog__body" }, title, actions));
  open();
  no.focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.confirm || form.dataset.confirm;
  if (!question || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const submitter = event.submitter;
  ask(question, submitter?.textContent.trim() || "Continue", () => {
    form.dataset.confirmed = "true";
    form.requestSubmit(submitter);
    delete form.dataset.confirmed;
  });
}, true);

// After a refused form the summary of its errors gets the focus, wherever the form is shown.
function focusErrors(root) {
  root.querySelector("[data-focus]")?.focus();
}

focusErrors(document);
document.addEventListener("htmx:afterSwap", (event) => focusErrors(event.detail.target));
