// Enhancement only: every page works without it.
"use strict";
const map = document.querySelector("[data-map]");
if (map) {
  const said = document.querySelector("[data-said]");
  const regions = [...map.querySelectorAll("[data-region]")];
  const show = (region, on) => {
    region.toggleAttribute("data-on", on);
    region.setAttribute("aria-checked", String(on));
  };
  const box = (region) => document.getElementById("r-" + region.dataset.region);
  const draw = () => regions.forEach((region) => show(region, box(region).checked));
  const seen = new Set();
  regions.forEach((region) => {
    const words = region.querySelector("title").textContent;
    region.setAttribute("role", "checkbox");
    region.setAttribute("aria-label", words);
    if (!seen.has(region.dataset.region)) region.setAttribute("tabindex", "0");
    else region.setAttribute("aria-hidden", "true");
    seen.add(region.dataset.region);
    const toggle = () => {
      box(region).checked = !box(region).checked;
      draw();
      said.textContent = words + (box(region).checked ? ": " + said.dataset.on : ": " + said.dataset.off);
    };
    region.addEventListener("click", toggle);
    region.addEventListener("keydown", (event) => {
      if (event.key === " " || event.key === "Enter") {
        event.preventDefault();
        toggle();
      }
    });
  });
  document.getElementById("where").addEventListener("change", draw);
  draw();
}
const error = document.getElementById("error");
if (error) {
  error.tabIndex = -1;
  error.focus();
}
// The form goes once, even with two clicks.
document.querySelectorAll("form").forEach((form) => {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
});
window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.sent));
