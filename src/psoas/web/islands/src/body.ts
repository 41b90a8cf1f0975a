// The page of the body: one stride to watch, turn and ask. Everything the picture shows stands beside it in
// words and in a table, which the server has already filled; this keeps them at the moment that is shown.

import { Bones } from "./bones";
import type { ColourBy } from "./colours";
import { Muscles } from "./muscles";
import { type Scene, between, readScene } from "./scene";
import { Stage, type View } from "./stage";

/** What the server says in words, so that nothing here has to be translated. */
interface Words {
  names: Record<string, string>;
  does: Record<string, string>;
  play: string;
  pause: string;
  moment: string;
  one: string;
  nothing: string;
}

const STEP_RAD = 0.12;
const TABLE_MS = 250;
const FORWARD_PERCENT = 1;
const SPEED = 0.5; // of the real stride: slow enough to see
const STILL_MS = 900;
const STILL_POSES = 10;

class BodyPage {
  private at = 0; // frame, also between frames
  private playing = false;
  private chosen: number | null = null;
  private condition = 0;
  private colour: ColourBy = "muscle";
  private last_ms = 0;
  private told_ms = 0;
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  constructor(
    private readonly root: HTMLElement,
    private readonly stage: Stage,
    private readonly scene: Scene,
    private readonly bones: Bones,
    private readonly muscles: Muscles,
    private readonly words: Words,
  ) {
    stage.scene.add(bones.group, muscles.mesh);
    stage.stand(scene.boneOrigin[1]);
    this.at = (Number(root.dataset["percent"]) / 100) * scene.header.frames;
    this.wire();
    this.show();
  }

  /** Called by the stage before it draws. */
  frame(): void {
    const now = performance.now();
    if (this.playing && this.still) this.step(now);
    else if (this.playing) {
      const passed = Math.min(0.1, (now - this.last_ms) / 1000) * SPEED;
      this.at = (this.at + (passed / this.scene.header.stride_s) * this.scene.header.frames) % this.scene.header.frames;
    }
    if (!this.still) this.last_ms = now;
    const doing = this.scene.doing[this.condition];
    this.bones.pose(this.at);
    this.muscles.shape(this.at, doing, this.rise());
    this.muscles.paint(this.at, doing, this.colour, this.chosen);
    if (!this.playing) return;
    if (now - this.told_ms > TABLE_MS) this.tell();
    this.slide();
    this.stage.draw();
  }

  /** For whoever asked for less motion: a pose, a pause, the next pose. */
  private step(now: number): void {
    if (now - this.last_ms < STILL_MS) return;
    this.last_ms = now;
    const { frames } = this.scene.header;
    this.at = (this.at + frames / STILL_POSES) % frames;
  }

  private rise(): number {
    const count = this.scene.header.bones.length;
    return between(this.scene.boneOrigin, this.scene.header.frames, count * 3, this.at, 1);
  }

  private percent(): number {
    return (100 * this.at) / this.scene.header.frames;
  }

  private wire(): void {
    const { root, stage } = this;
    const canvas = stage.canvas;
    this.part("play").addEventListener("click", () => this.setPlaying(!this.playing));
    this.input("scrub").addEventListener("input", () => this.goTo(Number(this.input("scrub").value)));
    for (const button of root.querySelectorAll<HTMLButtonElement>("[data-view]")) {
      button.addEventListener("click", () => stage.look(button.dataset["view"] as View));
    }
    for (const button of root.querySelectorAll<HTMLButtonElement>("[data-zoom]")) {
      button.addEventListener("click", () => stage.orbit(0, 0, Number(button.dataset["zoom"])));
    }
    for (const choice of root.querySelectorAll<HTMLInputElement>("[name=condition]")) {
      choice.addEventListener("change", () => this.setCondition(Number(choice.value)));
      if (choice.checked) this.condition = Number(choice.value);
    }
    for (const choice of root.querySelectorAll<HTMLInputElement>("[name=colour]")) {
      choice.addEventListener("change", () => this.setColour(choice.value as ColourBy));
      if (choice.checked) this.colour = choice.value as ColourBy;
    }
    const list = this.part("choose") as HTMLSelectElement;
    list.addEventListener("change", () => this.choose(list.value));
    for (const button of root.querySelectorAll<HTMLButtonElement>("[data-choose]")) {
      button.addEventListener("click", () => this.choose(button.dataset["choose"] ?? ""));
    }
    canvas.addEventListener("keydown", (event) => this.key(event));
    let pressed: [number, number] | null = null;
    canvas.addEventListener("pointerdown", (event) => (pressed = [event.clientX, event.clientY]));
    canvas.addEventListener("pointerup", (event) => {
      if (pressed !== null && Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) < 6) {
        this.pick(event.clientX, event.clientY);
      }
      pressed = null;
    });
  }

  private key(event: KeyboardEvent): void {
    const turn: Record<string, [number, number, number]> = {
      ArrowLeft: [-STEP_RAD, 0, 1],
      ArrowRight: [STEP_RAD, 0, 1],
      ArrowUp: [0, -STEP_RAD, 1],
      ArrowDown: [0, STEP_RAD, 1],
      "+": [0, 0, 1.15],
      "=": [0, 0, 1.15],
      "-": [0, 0, 1 / 1.15],
    };
    const move = turn[event.key];
    if (move !== undefined) this.stage.orbit(...move);
    else if (event.key === " ") this.setPlaying(!this.playing);
    else if (event.key === "," || event.key === ".") {
      this.goTo(this.percent() + (event.key === "." ? FORWARD_PERCENT : -FORWARD_PERCENT));
    } else return;
    event.preventDefault();
  }

  private pick(x: number, y: number): void {
    const hit = this.stage.under(x, y, [this.muscles.mesh, this.bones.group]);
    const muscle = hit !== null && hit.object === this.muscles.mesh && hit.face ? this.muscles.muscleOf(hit.face) : null;
    this.choose(muscle === null ? "" : this.scene.header.muscles[muscle].name);
  }

  private choose(name: string): void {
    const found = this.scene.header.muscles.findIndex((m) => m.name === name);
    this.chosen = found < 0 ? null : found;
    (this.part("choose") as HTMLSelectElement).value = found < 0 ? "" : name;
    this.show();
  }

  private setPlaying(playing: boolean): void {
    this.playing = playing;
    this.last_ms = performance.now();
    this.part("play").textContent = playing ? this.words.pause : this.words.play;
    // A reader is told the moment where it stops, not every frame on the way.
    this.part("says").setAttribute("aria-live", playing ? "off" : "polite");
    this.show();
  }

  private goTo(percent: number): void {
    const frames = this.scene.header.frames;
    this.at = ((((percent / 100) * frames) % frames) + frames) % frames;
    this.show();
  }

  private setCondition(condition: number): void {
    this.condition = condition;
    this.root.dataset["condition"] = String(condition);
    this.show();
  }

  private setColour(by: ColourBy): void {
    this.colour = by;
    for (const key of this.root.querySelectorAll<HTMLElement>("[data-key]")) key.hidden = key.dataset["key"] !== by;
    this.show();
  }

  private show(): void {
    this.slide();
    this.tell();
    this.stage.draw();
  }

  private slide(): void {
    const percent = Math.round(this.percent()) % 100;
    this.input("scrub").value = String(percent);
    this.input("scrub").setAttribute("aria-valuetext", filled(this.words.moment, { percent }));
    const cursor = this.root.querySelector("[data-cursor]");
    if (!(cursor instanceof SVGLineElement)) return;
    const left = Number(cursor.dataset["left"]);
    const x = left + (this.percent() / 100) * (Number(cursor.dataset["right"]) - left);
    cursor.setAttribute("x1", x.toFixed(1));
    cursor.setAttribute("x2", x.toFixed(1));
  }

  /** The sentence and the table at this moment. */
  private tell(): void {
    this.told_ms = performance.now();
    const percent = Math.round(this.percent()) % 100;
    this.part("moment").textContent = filled(this.words.moment, { percent });
    for (const row of this.root.querySelectorAll<HTMLElement>("tr[data-lines]")) this.fillRow(row);
    const k = this.chosen;
    if (k === null) {
      this.part("says").textContent = this.words.nothing;
      return;
    }
    const { name } = this.scene.header.muscles[k];
    this.part("says").textContent = filled(this.words.one, {
      name: this.words.names[name],
      does: this.words.does[name],
      length: (100 * this.length(k)).toFixed(1),
      force: this.force([k]).toFixed(0),
      percent,
    });
  }

  private fillRow(row: HTMLElement): void {
    const lines = (row.dataset["lines"] ?? "").split(" ").map(Number);
    const cells = row.querySelectorAll("td");
    const mean = lines.reduce((sum, k) => sum + this.length(k), 0) / lines.length;
    cells[0].textContent = (100 * mean).toFixed(1);
    this.scene.doing.forEach((_, c) => {
      cells[1 + c].textContent = this.force(lines, c).toFixed(0);
    });
  }

  private length(k: number): number {
    const { frames, muscles } = this.scene.header;
    return between(this.scene.length_m, frames, muscles.length, this.at, k);
  }

  private force(lines: number[], condition = this.condition): number {
    const { frames, muscles } = this.scene.header;
    const force = this.scene.doing[condition].force_n;
    return lines.reduce((sum, k) => sum + between(force, frames, muscles.length, this.at, k), 0);
  }

  private part(name: string): HTMLElement {
    const found = this.root.querySelector<HTMLElement>(`[data-part=${name}]`);
    if (found === null) throw new Error(`the page has no part ${name}`);
    return found;
  }

  private input(name: string): HTMLInputElement {
    return this.part(name) as HTMLInputElement;
  }
}

/** "{length} cm" with its values; the sentence itself comes from the server. */
function filled(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

async function start(root: HTMLElement): Promise<void> {
  const canvas = root.querySelector("canvas");
  const words = document.getElementById("body-words");
  if (canvas === null || words === null) return;
  let page: BodyPage | null = null;
  canvas.hidden = false;
  const stage = new Stage(canvas, () => page?.frame());
  const scene = readScene(await bytes(root.dataset["scene"] ?? ""));
  const bones = await Bones.load(root.dataset["bones"] ?? "", scene);
  page = new BodyPage(root, stage, scene, bones, new Muscles(scene), JSON.parse(words.textContent ?? "") as Words);
  root.dataset["state"] = "ready";
  for (const part of root.querySelectorAll<HTMLElement>("[data-with=island]")) part.hidden = false;
  for (const part of root.querySelectorAll<HTMLElement>("[data-with=picture]")) part.hidden = true;
}

async function bytes(url: string): Promise<ArrayBuffer> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.arrayBuffer();
}

for (const root of document.querySelectorAll<HTMLElement>("[data-island=body]")) {
  start(root).catch(() => {
    // Without WebGL, or where the scene does not come: the picture and the table stay, and a line says why.
    root.dataset["state"] = "picture";
    const canvas = root.querySelector("canvas");
    if (canvas !== null) canvas.hidden = true;
    for (const part of root.querySelectorAll<HTMLElement>("[data-with=nothing]")) part.hidden = false;
  });
}
