// The knobs: a slider beside each number, and the curve, sentence and table that follow them. The server
// computes; at most one question is on its way, and the newest setting is asked next, so no answer is stale.
// Works without WebGL, and without this file the form's button does the same.

import { filled, part, words } from "./page";

interface Told {
  query: string;
  says: string;
  why: string;
  rows: string[][];
  svg: string;
  figures?: { svg: string; says: string }[];
}

const SETTLED_MS = 400; // without a change: now the body's colours, the address and a reader's words follow

class WhatIf {
  private readonly form: HTMLFormElement;
  private shown: string;
  private asking = false;
  private settling = 0;

  constructor(private readonly root: HTMLElement) {
    this.form = part(root, "knobs") as HTMLFormElement;
    this.shown = this.query();
    for (const knob of this.form.querySelectorAll<HTMLElement>("[data-knob]")) this.wire(knob);
    for (const link of this.form.querySelectorAll<HTMLAnchorElement>("a[data-example]")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.set(new URL(link.href).searchParams);
      });
    }
  }

  private wire(knob: HTMLElement): void {
    const [number, slider] = inputs(knob);
    slider.hidden = false;
    slider.addEventListener("input", () => {
      number.value = slider.value;
      this.turned(knob);
    });
    number.addEventListener("input", () => {
      if (valid(number)) slider.value = number.value || "0";
      this.turned(knob);
    });
  }

  private set(values: URLSearchParams): void {
    for (const knob of this.form.querySelectorAll<HTMLElement>("[data-knob]")) {
      const [number, slider] = inputs(knob);
      slider.value = number.value = values.get(number.name) ?? "0";
      this.turned(knob);
    }
  }

  private turned(knob: HTMLElement): void {
    const [number, slider] = inputs(knob);
    const error = knob.querySelector<HTMLElement>(".error");
    const right = valid(number);
    number.setAttribute("aria-invalid", String(!right));
    if (error !== null) {
      error.hidden = right;
      error.textContent = right ? "" : filled(words().range, { most: number.max });
    }
    slider.setAttribute("aria-valuetext", filled(words().value, { value: slider.value }));
    if (right) void this.ask();
  }

  /** The knobs that are turned. Another movement or leg is another page, behind the form's button. */
  private query(): string {
    const { movement = "", side = "both" } = this.root.dataset;
    const given = new URLSearchParams({ movement });
    for (const knob of this.form.querySelectorAll<HTMLElement>("[data-knob]")) {
      const [number] = inputs(knob);
      if (Number(number.value) > 0) given.set(number.name, number.value);
    }
    if (given.size === 1) given.set("shorter", "0");
    if (side !== "both") given.set("side", side);
    return String(given);
  }

  private async ask(): Promise<void> {
    window.clearTimeout(this.settling);
    if (this.asking) return;
    this.asking = true;
    try {
      for (let query = this.query(); query !== this.shown; query = this.query()) {
        this.show(await answer(this.root, query));
        this.shown = query;
      }
      part(this.root, "failed").hidden = true;
    } catch {
      const failed = part(this.root, "failed");
      failed.textContent = words().failed;
      failed.hidden = false;
    } finally {
      this.asking = false;
    }
    this.settling = window.setTimeout(() => void this.settle(), SETTLED_MS);
  }

  private show(told: Told): void {
    part(this.root, "curve").innerHTML = told.svg; // of our own server; the policy lets no script in it run
    part(this.root, "sentence").textContent = told.says;
    part(this.root, "why").textContent = told.why;
    const rows = this.root.querySelectorAll(".body-loads tbody tr");
    told.rows.forEach((cells, k) => {
      const places = rows[k].querySelectorAll("td");
      cells.forEach((cell, c) => (places[c].textContent = cell));
    });
    this.root.dataset["query"] = told.query;
  }

  /** The second answer, of the walk that adapts, is asked for by the script that follows work. */
  private second(): void {
    const second = part(this.root, "adapted");
    const from = second.dataset["from"] ?? "";
    second.dataset["from"] = `${from.split("?")[0]}?${this.root.dataset["query"]}`;
    second.dataset["poll"] = "1";
    document.dispatchEvent(new Event("poll"));
  }

  private async settle(): Promise<void> {
    part(this.root, "announced").textContent = part(this.root, "sentence").textContent;
    history.replaceState(null, "", `?${this.shown}`);
    this.root.dispatchEvent(new CustomEvent<string>("settled", { detail: this.shown }));
    this.second();
    if (this.root.dataset["state"] !== "picture") return;
    const told = await answer(this.root, `${this.shown}&figures=1`);
    this.root.querySelectorAll(".body-pictures figure").forEach((figure, k) => {
      const drawn = told.figures?.[k];
      if (drawn === undefined) return;
      figure.querySelector("svg")?.replaceWith(fragment(drawn.svg));
      const load = figure.querySelector("figcaption b");
      if (load !== null) load.textContent = drawn.says;
    });
  }
}

function inputs(knob: HTMLElement): [HTMLInputElement, HTMLInputElement] {
  const [number, slider] = knob.querySelectorAll("input");
  return [number, slider];
}

function valid(number: HTMLInputElement): boolean {
  const value = Number(number.value);
  return number.validity.valid && value >= 0 && value <= Number(number.max);
}

async function answer(root: HTMLElement, query: string): Promise<Told> {
  const found = await fetch(`${root.dataset["curve"]}?${query}`);
  if (!found.ok) throw new Error(`${found.url}: ${found.status}`);
  return (await found.json()) as Told;
}

function fragment(svg: string): DocumentFragment {
  const made = document.createElement("template");
  made.innerHTML = svg;
  return made.content;
}

for (const root of document.querySelectorAll<HTMLElement>("[data-curve]")) new WhatIf(root);
