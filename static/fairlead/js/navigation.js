// The drawer on narrow screens, and which groups of the navigation are folded.
const drawer = document.getElementById("navigation");

function storage(key, value) {
  try {
    if (value === undefined) return localStorage.getItem(key);
    localStorage.setItem(key, value);
  } catch {
    // Storage can be forbidden by the browser; folding then lasts for one page.
  }
  return null;
}

if (drawer) {
  // A short window may hide the current page's entry below the fold of the navigation.
  drawer.querySelector("[aria-current='page']")?.scrollIntoView({ block: "nearest" });
  const opener = document.querySelector("[data-drawer]");
  const close = () => {
    delete drawer.dataset.open;
    opener.focus();
  };
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    drawer.dataset.open = "";
    drawer.querySelector("[data-drawer-close]").focus();
  });
  for (const closer of document.querySelectorAll("[data-drawer-close], .sidebar-scrim")) {
    closer.addEventListener("click", (event) => {
      event.preventDefault();
      close();
    });
  }
  drawer.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && "open" in drawer.dataset) close();
  });

  for (const group of drawer.querySelectorAll("[data-group]")) {
    const key = `fairlead.folded.${group.dataset.group}`;
    if (storage(key) === "1" && !group.querySelector("[aria-current]")) group.open = false;
    group.addEventListener("toggle", () => storage(key, group.open ? "0" : "1"));
  }
}
