// @ts-check
/** Light, dark, or what the system says. Loaded before the page is drawn, so that nothing flashes. */
(() => {
  const { dataset } = document.documentElement;
  /** A storage that is forbidden is none. @template T @param {() => T} use */
  const stored = (use) => {
    try {
      return use();
    } catch {
      return null;
    }
  };
  dataset.theme = stored(() => localStorage.getItem("theme")) ?? "";
  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element) || !target.closest("#theme")) return;
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const next = (dataset.theme || system) === "dark" ? "light" : "dark";
    dataset.theme = next;
    stored(() => localStorage.setItem("theme", next));
  });
})();
