"use strict";
(() => {
  const EVERY_MS = 1000;
  const SLOWLY_MS = 5000;
  const at = (id) => document.getElementById(id);
  const glyphs = JSON.parse(at("glyphs").textContent);
  const { dark, embed } = drawing;
  const chosen = { scenario: null, measure: null, service: null };
  let state = null;
  let plot = null; // { key, view }
  let detailViews = [];
  let detailsAt = 0;

  // Only what differs is touched: nothing flickers, and focus and selection stay.
  const say = (element, text) => { if (element.textContent !== text) element.textContent = text; };
  const show = (element, visible) => { if (element.hidden === visible) element.hidden = !visible; };

  const radios = (place, name, values, current, choose) => {
    const key = JSON.stringify(values);
    if (place.dataset.values !== key) {
      place.dataset.values = key;
      place.replaceChildren(...values.map(([value, text]) => {
        const label = document.createElement("label");
        const input = document.createElement("input");
        Object.assign(input, { type: "radio", name, value });
        input.addEventListener("change", () => choose(value));
        label.append(input, ` ${text}`);
        return label;
      }));
    }
    place.querySelectorAll("input").forEach((input) => { input.checked = input.value === current; });
  };

  const measure = () => state.axes.find((one) => one.measure.key === chosen.measure) ?? state.axes[0];

  const ranked = () => {
    const { key, is_less_better } = measure().measure;
    const value = (row) => row.values[key]?.estimate ?? (is_less_better ? Infinity : -Infinity);
    return [...state.rows].sort((one, other) => (is_less_better ? value(one) - value(other) : value(other) - value(one)));
  };

  // Who is chosen has its colour, and nobody else has the same one then.
  const isColoured = (row) => {
    const one = state.rows.find(({ service }) => service === chosen.service);
    return row === one || (row.is_coloured && row.colour !== one?.colour);
  };

  const drawPlot = async () => {
    const axis = measure();
    const rows = ranked();
    const key = [state.run, state.scenario, state.rows.map((row) => row.service).sort(), dark.matches].join();
    if (plot?.key !== key) {
      const answer = await fetch(`compare/chart?scenario=${encodeURIComponent(state.scenario)}`);
      if (!answer.ok) return;
      plot?.view.finalize();
      plot = { key, view: await embed(at("plot"), await answer.json(), []) };
      plot.view.addEventListener("click", (_, item) => { if (item?.datum?.service) select(item.datum.service); });
    }
    const { view } = plot;
    say(at("plot-title"), axis.measure.axis);
    const of = (row) => row.values[axis.measure.key];
    const twin = rows.find((row) => row.is_twin && of(row));
    const ceiling = rows.find((row) => row.service === "null" && of(row));
    const isRatio = axis.measure.key.endsWith("_ratio");
    const coloured = rows.filter(isColoured).map((row) => row.service);
    view.signal("coloured", coloured).signal("low", axis.low).signal("high", axis.high).signal("ticks", axis.ticks);
    view.data("rows", rows.map((row, order) => ({
      service: row.service, order, letter: row.letter, colour: row.colour, shape: row.shape,
      value: of(row)?.estimate ?? null, low: of(row)?.low ?? null, high: of(row)?.high ?? null, text: of(row)?.text ?? "–",
    })));
    view.data("band", twin && isRatio ? [{ low: of(twin).low, high: of(twin).high }] : []);
    view.data("lines", [
      ...(isRatio ? [{ value: 1, label: state.baseline }] : []),
      ...(ceiling ? [{ value: of(ceiling).estimate, label: "null: the generator's ceiling" }] : []),
    ]);
    await view.runAsync();
  };

  const drawTable = () => {
    const { key, name, is_less_better } = measure().measure;
    say(at("shown"), `${name}${key === "p99" ? ", ms" : ""} (95 %)${is_less_better ? " ↓" : ""}`);
    const body = at("rows");
    const old = new Map([...body.rows].map((row) => [row.dataset.service, row]));
    const rows = ranked().map((one) => {
      let row = old.get(one.service);
      if (!row) {
        row = document.createElement("tr");
        row.dataset.service = one.service;
        for (const kind of ["word letter", "word", "", "word"]) row.insertCell().className = kind;
        row.cells[1].dataset.key = "service";
        row.cells[2].dataset.key = "value";
        const button = document.createElement("button");
        button.type = "button";
        button.addEventListener("click", () => select(one.service));
        const glyph = document.createElement("span");
        glyph.setAttribute("aria-hidden", "true");
        glyph.style.color = one.colour;
        glyph.textContent = `${glyphs[one.shape]} `;
        row.cells[1].append(glyph, button);
        button.textContent = one.service;
      }
      say(row.cells[0], one.letter || "–");
      say(row.cells[2], one.values[key]?.text ?? "–");
      say(row.cells[3], one.verdict);
      row.cells[3].title = one.why.join("\n");
      row.classList.toggle("invalid", !one.is_valid);
      row.querySelector("span").style.color = isColoured(one) ? one.colour : "var(--quiet)";
      if (one.service === chosen.service) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
      return row;
    });
    // A row that is moved loses its focus, so only what is out of place is moved.
    rows.forEach((row, place) => { if (body.rows[place] !== row) body.insertBefore(row, body.rows[place] ?? null); });
    while (body.rows.length > rows.length) body.deleteRow(-1);
  };

  const drawEvents = () => {
    const place = at("events");
    const key = JSON.stringify(state.events);
    if (place.dataset.events === key) return;
    place.dataset.events = key;
    place.replaceChildren(...state.events.map((one) => {
      const item = document.createElement("li");
      const time = document.createElement("time");
      time.textContent = one.when;
      item.append(time, one.text);
      return item;
    }));
    show(at("no-events"), !state.events.length);
  };

  const drawDetails = async () => {
    show(at("details"), chosen.service !== null);
    if (chosen.service === null) return;
    const wanted = `scenario=${encodeURIComponent(state.scenario)}&service=${encodeURIComponent(chosen.service)}`;
    const answer = await fetch(`compare/details?${wanted}`);
    if (!answer.ok) return;
    const found = await answer.json();
    if (found.service !== chosen.service) return;
    say(at("details-title"), found.coloured.length > 1 ? `${found.service} beside ${found.coloured[1]}` : found.service);
    // Drawn out of sight, then put in place at once.
    const views = [];
    const places = at("figures");
    const width = innerWidth;
    const figures = [];
    for (const [number, one] of found.plots.entries()) {
      const figure = places.children[number]?.cloneNode(false) ?? document.createElement("figure");
      const title = document.createElement("h3");
      const plot = document.createElement("div");
      const caption = document.createElement("figcaption");
      plot.className = "plot";
      title.textContent = one.title;
      caption.textContent = one.caption;
      figure.append(title, plot, caption);
      figure.style.cssText = `position:absolute;visibility:hidden;width:${places.clientWidth / (found.plots.length > 1 && innerWidth > 960 ? 2 : 1) - 20}px`;
      places.append(figure);
      views.push(await embed(plot, one.spec, found.coloured));
      figures.push(figure);
    }
    detailViews.forEach((view) => view.finalize());
    detailViews = views;
    figures.forEach((figure) => { figure.style.cssText = ""; });
    places.replaceChildren(...figures);
    if (innerWidth !== width) dispatchEvent(new Event("resize")); // what was drawn meanwhile has the old width
    detailsAt = Date.now();
  };

  const select = (service) => {
    chosen.service = chosen.service === service ? null : service;
    drawTable();
    drawPlot();
    drawDetails();
  };
  at("close").addEventListener("click", () => { if (chosen.service) select(chosen.service); });

  const draw = async () => {
    say(at("run"), `run ${state.run}`);
    say(at("progress"), state.progress);
    say(at("facts"), state.facts);
    say(at("host"), state.host);
    radios(at("scenarios"), "scenario", state.scenarios.map((one) => [one, one]), state.scenario, (value) => { chosen.scenario = value; look(); });
    radios(at("measures"), "measure", state.axes.map((one) => [one.measure.key, one.measure.name]), measure().measure.key, (value) => {
      chosen.measure = value;
      drawTable();
      drawPlot();
    });
    show(at("choices"), true);
    show(at("both"), true);
    drawTable();
    drawEvents();
    await drawPlot();
    if (chosen.service !== null && !state.is_over && Date.now() - detailsAt > SLOWLY_MS) await drawDetails();
    document.documentElement.dataset.drawn = String(Number(document.documentElement.dataset.drawn ?? 0) + 1);
  };

  let timer = 0;
  let looking = 0;
  const look = async () => {
    clearTimeout(timer);
    const mine = ++looking;
    const began = performance.now();
    let wait = EVERY_MS;
    try {
      const answer = await fetch(`compare/state?scenario=${encodeURIComponent(chosen.scenario ?? "")}`, { cache: "no-store" });
      if (mine !== looking) return;
      if (answer.status === 404) {
        say(at("progress"), await answer.text());
        wait = SLOWLY_MS / 2;
      } else if (!answer.ok) {
        throw new Error(`${answer.status} ${answer.statusText}`);
      } else {
        const before = state?.run;
        state = await answer.json();
        if (before && before !== state.run) chosen.service = null;
        await draw();
        if (state.is_over) wait = SLOWLY_MS / 2;
      }
      say(at("problem"), "");
    } catch (error) {
      say(at("problem"), `The stand does not answer (${error.message}); what is shown is as old as that.`);
      wait = SLOWLY_MS;
    }
    // A look that took long is no reason to wait for the next one; a breath between two leaves time to click.
    if (mine === looking) timer = setTimeout(look, Math.max(100, wait - (performance.now() - began)));
  };
  dark.addEventListener("change", () => { if (state) { draw(); drawDetails(); } });
  look();
})();
