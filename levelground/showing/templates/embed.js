"use strict";
// How every page draws: in its own colours, light or dark.
const drawing = (() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const greys = JSON.parse(document.getElementById("greys").textContent);

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

  // The view of a plot in which these services have their colours.
  const embed = async (place, spec, coloured, options = { actions: false }) => {
    const own = structuredClone(spec);
    const start = { coloured, grey: dark.matches ? greys.dark : greys.light };
    own.params.forEach((one) => { if (one.name in start) one.value = start[one.name]; });
    const { view } = await vegaEmbed(place, own, {
      mode: "vega-lite", renderer: "svg", ast: true, config: config(), tooltip: { theme: dark.matches ? "dark" : "light" }, ...options,
    });
    return view;
  };

  return { dark, embed };
})();
