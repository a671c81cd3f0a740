// @ts-check
/** Light, dark, or what the system says. Loaded before the page is drawn, so that nothing flashes. */
(() => {
  const root = document.documentElement;
  root.dataset.theme = localStorage.getItem("theme") ?? "";
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("#theme")) return;
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const now = root.dataset.theme || (dark ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
  });
})();
