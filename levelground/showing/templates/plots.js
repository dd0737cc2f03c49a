"use strict";
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const specs = read("specs");
  const greys = read("greys");
  const boxes = [...document.querySelectorAll('input[name="coloured"]')];
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const most = Number(document.getElementById("specs").dataset.atOnce);
  let views = [];

  const coloured = () => boxes.filter((box) => box.checked).map((box) => box.value);
  const grey = () => (dark.matches ? greys.dark : greys.light);

  const config = () => {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    return {
      background: "transparent",
      font: "system-ui, sans-serif",
      view: { stroke: null },
      axis: {
        labelColor: colour("--text"), titleColor: colour("--quiet"), gridColor: colour("--line"),
        domainColor: colour("--line"), tickColor: colour("--line"), labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal",
      },
      text: { color: colour("--text") },
    };
  };

  const draw = async () => {
    views.forEach((view) => view.finalize());
    views = [];
    for (const place of document.querySelectorAll(".plot")) {
      const spec = structuredClone(specs[place.dataset.spec]);
      const start = { coloured: coloured(), grey: grey() };
      spec.params.forEach((one) => { if (one.name in start) one.value = start[one.name]; });
      const { view } = await vegaEmbed(place, spec, {
        mode: "vega-lite", renderer: "svg", ast: true, config: config(), tooltip: { theme: dark.matches ? "dark" : "light" },
        actions: { export: true, source: false, compiled: false, editor: false },
        downloadFileName: place.dataset.spec,
      });
      views.push(view);
    }
    document.documentElement.dataset.drawn = String(views.length);
  };

  const count = () => {
    const number = coloured().length;
    document.getElementById("coloured-count").textContent = `Colours: ${number} of ${boxes.length} services; choose others`;
    boxes.forEach((box) => { box.disabled = number >= most && !box.checked; });
    document.getElementById("coloured-hint").textContent =
      number >= most && boxes.length > most ? `${most} are in colour: take one out to choose another.` : "";
  };

  boxes.forEach((box) => box.addEventListener("change", () => {
    count();
    views.forEach((view) => view.signal("coloured", coloured()).runAsync());
  }));
  if (boxes.length) count();
  dark.addEventListener("change", draw);
  draw();
})();
