"use strict";
(() => {
  const specs = JSON.parse(document.getElementById("specs").textContent);
  const boxes = [...document.querySelectorAll('input[name="coloured"]')];
  const most = Number(document.getElementById("specs").dataset.atOnce);
  let views = [];

  const coloured = () => boxes.filter((box) => box.checked).map((box) => box.value);

  const draw = async () => {
    views.forEach((view) => view.finalize());
    views = [];
    for (const place of document.querySelectorAll(".plot")) {
      const { spec } = place.dataset;
      const view = await drawing.embed(place, specs[spec], coloured(), {
        actions: { export: true, source: false, compiled: false, editor: false },
        downloadFileName: spec,
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
  drawing.dark.addEventListener("change", draw);
  draw();
})();
