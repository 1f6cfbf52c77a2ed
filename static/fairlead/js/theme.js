// Switches the theme at once and remembers it in the cookie the server reads.
const YEAR = 365 * 24 * 3600;

function apply(theme) {
  if (theme === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.dataset.theme = theme;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${theme}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
}

for (const form of document.querySelectorAll("[data-theme-form]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = event.submitter;
    apply(chosen.value);
    for (const button of form.querySelectorAll("button[name=theme]")) {
      button.setAttribute("aria-pressed", String(button === chosen));
    }
    const menu = form.closest("details");
    menu.querySelector("summary use").setAttribute("href", chosen.querySelector("use").getAttribute("href"));
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
