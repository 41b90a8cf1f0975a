// The page of the body: a movement to watch, turn and ask, once or twice beside each other. Everything the
// picture shows stands beside it in words and in a table, which the server has already filled.

import * as THREE from "three";
import { Around } from "./around";
import { Bones } from "./bones";
import type { ColourBy } from "./colours";
import { Muscles } from "./muscles";
import { Nerves } from "./nerves";
import { part, reveal } from "./page";
import { Player } from "./player";
import { type Doing, type Muscle, type Scene, readDoing, readScene } from "./scene";
import { type Places, Stage, type View } from "./stage";
import { Telling } from "./telling";

const STEP_RAD = 0.12;
const TABLE_MS = 250;
const FORWARD_PERCENT = 1;
const FROM_SIDE = [0.56, 0.1, 0.83]; // where walks differ: how far hips go back, how the pelvis tips
const TURN: Record<string, [number, number, number]> = {
  ArrowLeft: [-STEP_RAD, 0, 1],
  ArrowRight: [STEP_RAD, 0, 1],
  ArrowUp: [0, -STEP_RAD, 1],
  ArrowDown: [0, STEP_RAD, 1],
  "+": [0, 0, 1.15],
  "=": [0, 0, 1.15],
  "-": [0, 0, 1 / 1.15],
};

/** One body: how it moves, its muscles, and what they do. */
interface Body {
  scene: Scene;
  muscles: Muscles;
  doing: Doing;
}

class BodyPage {
  private readonly player: Player;
  private readonly telling: Telling;
  private readonly around: Around;
  private readonly nerves: Nerves;
  private chosen: number | null = null;
  private colour: ColourBy = "muscle";
  private told_ms = 0;
  /** Which bodies the picture shows, from left to right. */
  private shown: number[];

  constructor(
    private readonly root: HTMLElement,
    private readonly stage: Stage,
    private readonly scene: Scene,
    private readonly bones: Bones,
    private readonly bodies: Body[],
  ) {
    stage.scene.add(bones.group, ...bodies.map((body) => body.muscles.mesh));
    this.around = new Around(scene, bones);
    this.nerves = new Nerves(scene, bones);
    stage.scene.add(this.around.group, this.nerves.group);
    this.shown = bodies.map((_, k) => k);
    this.telling = new Telling(root, scene, bodies.map((body) => body.doing));
    this.player = new Player(root, scene.header, () => this.show());
    this.wire();
    this.pose();
    stage.stand(this.places());
    this.arrange(this.shown);
  }

  /** Called by the stage before it draws. */
  frame(): void {
    const goesOn = this.player.advance();
    this.pose();
    if (!goesOn) return;
    if (performance.now() - this.told_ms > TABLE_MS) this.tell();
    this.player.slide();
    this.stage.draw();
  }

  /** The muscles of the changed body under a new setting, in the movement as it was. */
  change(doing: Doing): void {
    this.replace(this.scene, doing);
  }

  /** The changed body moves otherwise. */
  adapt(scene: Scene): void {
    this.replace(scene, scene.doing);
  }

  private replace(scene: Scene, doing: Doing): void {
    const changed = this.bodies[1];
    if (changed === undefined) return;
    changed.doing = doing;
    if (changed.scene !== scene) {
      this.stage.scene.remove(changed.muscles.mesh);
      changed.muscles.mesh.geometry.dispose();
      changed.scene = scene;
      changed.muscles = new Muscles(scene);
      this.stage.scene.add(changed.muscles.mesh);
      this.layers();
      this.stage.stand(this.places());
      this.arrange(this.shown);
      this.stage.look("whole");
    }
    this.telling.doing = this.bodies.map((body) => body.doing);
    this.show();
  }

  private pose(): void {
    const { at } = this.player;
    this.stand(0);
    this.around.pose(at);
    for (const k of this.shown) {
      const { muscles, doing } = this.bodies[k];
      muscles.shape(at, doing);
      muscles.paint(at, doing, this.colour, this.chosen);
    }
  }

  /** One body alone, in its pose: the bones serve all of them in turn. */
  private stand(k: number): void {
    this.bodies.forEach((body, other) => (body.muscles.mesh.visible = other === k));
    this.bones.pose(this.player.at, this.bodies[k].scene);
    this.nerves.pose();
  }

  /** Whether all bodies move the same way. */
  private alike(): boolean {
    return this.bodies.every((body) => body.scene === this.scene);
  }

  private places(): Places {
    this.stand(0);
    const knees = ["tibia_r", "tibia_l"].map((name) => this.bones.place(name)).filter((place) => place !== null);
    const knee = knees.reduce((sum, place) => sum.add(place), new THREE.Vector3()).divideScalar(knees.length);
    const from = this.scene.header.from ?? (this.alike() ? undefined : FROM_SIDE);
    return { boxes: [...this.bones.boxes(), ...this.around.boxes()], hip: this.bones.place("pelvis") ?? knee, knee, from };
  }

  private wire(): void {
    const { root, stage } = this;
    for (const button of root.querySelectorAll<HTMLButtonElement>("[data-view]")) {
      button.addEventListener("click", () => {
        stage.stand(this.places());
        stage.look(button.dataset["view"] as View);
      });
    }
    for (const button of root.querySelectorAll<HTMLButtonElement>("[data-zoom]")) {
      button.addEventListener("click", () => stage.orbit(0, 0, Number(button.dataset["zoom"])));
    }
    for (const choice of root.querySelectorAll<HTMLInputElement>("[name=shown]")) {
      choice.addEventListener("change", () =>
        this.arrange(choice.value === "both" ? this.bodies.map((_, k) => k) : [Number(choice.value)]),
      );
    }
    for (const choice of root.querySelectorAll<HTMLInputElement>("[name=colour]")) {
      choice.addEventListener("change", () => this.setColour(choice.value as ColourBy));
      if (choice.checked) this.colour = choice.value as ColourBy;
    }
    for (const layer of root.querySelectorAll<HTMLInputElement>("[name=layer]")) {
      layer.addEventListener("change", () => this.layers());
    }
    const list = part(root, "choose") as HTMLSelectElement;
    list.addEventListener("change", () => this.choose(list.value));
    stage.canvas.addEventListener("keydown", (event) => this.key(event));
    let pressed: [number, number] | null = null;
    stage.canvas.addEventListener("pointerdown", (event) => (pressed = [event.clientX, event.clientY]));
    stage.canvas.addEventListener("pointerup", (event) => {
      if (pressed !== null && Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) < 6) {
        this.pick(event.clientX, event.clientY);
      }
      pressed = null;
    });
  }

  private key(event: KeyboardEvent): void {
    const move = TURN[event.key];
    if (move !== undefined) this.stage.orbit(...move);
    else if (event.key === " ") this.player.set(!this.player.playing);
    else if (event.key === "," || event.key === ".") {
      this.player.goTo(this.player.percent + (event.key === "." ? FORWARD_PERCENT : -FORWARD_PERCENT));
    } else return;
    event.preventDefault();
  }

  private pick(x: number, y: number): void {
    const [pane, hit] = this.stage.under(x, y, (k) => {
      this.stand(this.shown[k]);
      this.bones.group.updateMatrixWorld(true);
      return [this.bodies[this.shown[k]].muscles.mesh, this.bones.group];
    });
    const { muscles } = this.bodies[this.shown[pane]];
    const found = hit !== null && hit.object === muscles.mesh && hit.face ? muscles.muscleOf(hit.face) : null;
    this.choose(found === null ? "" : this.scene.header.muscles[found].name);
  }

  private choose(name: string): void {
    const found = this.scene.header.muscles.findIndex((m) => m.name === name);
    this.chosen = found < 0 ? null : found;
    (part(this.root, "choose") as HTMLSelectElement).value = found < 0 ? "" : name;
    this.show();
  }

  /** Puts bodies beside each other; the names above them follow. */
  private arrange(shown: number[]): void {
    this.shown = shown;
    for (const name of this.root.querySelectorAll<HTMLElement>("[data-pane]")) {
      name.hidden = !shown.includes(Number(name.dataset["pane"]));
    }
    this.stage.show(
      shown.map((k) => () => this.stand(k)),
      this.alike(),
    );
    this.show();
  }

  /** Which muscles are drawn, and whether the nerves are. */
  private layers(): void {
    const on = (name: string): boolean =>
      this.root.querySelector<HTMLInputElement>(`[name=layer][value=${name}]`)?.checked ?? true;
    for (const { muscles } of this.bodies) muscles.only((muscle) => on(layerOf(muscle)));
    this.nerves.group.visible = on("nerves");
    part(this.root, "nerves").hidden = !on("nerves");
    this.show();
  }

  private setColour(by: ColourBy): void {
    this.colour = by;
    for (const key of this.root.querySelectorAll<HTMLElement>("[data-key]")) key.hidden = key.dataset["key"] !== by;
    this.show();
  }

  private show(): void {
    this.player.slide();
    this.tell();
    this.stage.draw();
  }

  private tell(): void {
    this.told_ms = performance.now();
    this.telling.tell(this.player.at, this.chosen);
  }
}

function layerOf(muscle: Muscle): string {
  if (muscle.groups.includes("iliopsoas")) return "iliopsoas";
  return muscle.groups.includes("quadriceps") ? "quadriceps" : "others";
}

async function start(root: HTMLElement): Promise<void> {
  const canvas = root.querySelector("canvas");
  if (canvas === null) return;
  let page: BodyPage | null = null;
  canvas.hidden = false;
  const stage = new Stage(canvas, () => page?.frame());
  const { scene: sceneAt = "", bones: bonesAt = "", doing: doingAt, query } = root.dataset;
  const changed = doingAt === undefined ? null : bytes(`${doingAt}?${query}`).then(readDoing);
  const scene = readScene(await bytes(sceneAt));
  const bones = await Bones.load(bonesAt, scene);
  const all = [scene.doing, ...(changed === null ? [] : [await changed])];
  page = new BodyPage(root, stage, scene, bones, all.map((doing) => ({ scene, muscles: new Muscles(scene), doing })));
  root.dataset["state"] = "ready";
  reveal(root, "island", true);
  reveal(root, "picture", false);
  if (doingAt === undefined) return;
  follow(root, page, doingAt);
  chooseWalk(root, page, doingAt);
}

/** A new setting brings new colours; an answer that comes after a later one is dropped. */
function follow(root: HTMLElement, page: BodyPage, doingAt: string): void {
  let latest = "";
  root.addEventListener("settled", (event) => {
    const query = (event as CustomEvent<string>).detail;
    latest = query;
    bytes(`${doingAt}?${query}`).then(
      (found) => {
        if (latest === query) page.change(readDoing(found));
      },
      () => undefined, // the curve's own question has already said that the server is away
    );
  });
}

/** The changed body walks as before, or adapted where that has been computed: the second answer says so. */
function chooseWalk(root: HTMLElement, page: BodyPage, doingAt: string): void {
  const choice = part(root, "moves");
  const choices = [...choice.querySelectorAll<HTMLInputElement>("input")];
  const adaptedAt = (): string => part(root, "adapted").dataset["scene"] ?? "";
  const offer = (): void => {
    choice.hidden = adaptedAt() === "";
    for (const each of choices) each.checked = each.value === "before";
  };
  for (const each of choices) {
    each.addEventListener("change", () => {
      const wanted = each.value === "adapted" ? adaptedAt() : `${doingAt}?${root.dataset["query"]}`;
      void bytes(wanted).then((found) => {
        if (!each.checked) return;
        if (each.value === "adapted") page.adapt(readScene(found));
        else page.change(readDoing(found));
        choice.dataset["walks"] = each.value;
      }, offer);
    });
  }
  root.addEventListener("settled", () => (choice.hidden = true));
  document.addEventListener("renewed", offer);
  offer();
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
    reveal(root, "nothing", true);
  });
}
