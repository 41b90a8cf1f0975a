// Muscles that spread like a fan: the glutei, whose lines lie beside each other, and the iliacus, which fills the
// hollow of the hip bone. A fan is a flat tube: as wide as its lines lie apart, as thick as its volume leaves.

import * as THREE from "three";
import { type Muscle, POINTS, type Scene, between } from "./scene";

const TOGETHER = ["glmax", "glmed", "glmin"];
const OVERLAP = 0.62; // of the distance between neighbouring lines: half a line's width, and a little more
const THIN_M = 0.0012;
const ROUND_TO = 0.2; // share of the length over which a fan's edge on the bone is rounded
const TENDON_AT = 0.8; // share of the length from which on a fan is a tendon
// The iliacus: half its width at the hip bone and at its end, m; along the hollow, in the frame of the pelvis.
const HOLLOW_M: [number, number] = [0.036, 0.009];
const HOLLOW: [number, number, number] = [0.91, -0.18, 0.36];

interface Fan {
  before: number;
  after: number;
}

export class Fans {
  private readonly fans = new Map<number, Fan | "hollow">();
  private readonly hollow = { r: new THREE.Vector3(), l: new THREE.Vector3() };

  constructor(private readonly scene: Scene) {
    const { muscles } = scene.header;
    const at = (name: string): number => muscles.findIndex((m) => m.name === name);
    muscles.forEach((m, k) => {
      if (stem(m) === "iliacus") this.fans.set(k, "hollow");
      const part = /^([a-z]+)([123])_[rl]$/.exec(m.name);
      if (part === null || !TOGETHER.includes(part[1])) return;
      const neighbour = (step: number): number => at(`${part[1]}${Number(part[2]) + step}_${m.side}`);
      this.fans.set(k, { before: neighbour(-1), after: neighbour(1) });
    });
  }

  has(k: number): boolean {
    return this.fans.has(k);
  }

  /** Where along a line the flesh is drawn: a fan has hardly a tendon where it begins. */
  fleshAt(k: number, s: number): number {
    return this.has(k) ? 0.1 + 0.9 * s : s;
  }

  /** The way along the hollow of the hip bone at a moment; called once before the fans of it are asked for. */
  turn(at: number): void {
    const { header, boneQuaternion } = this.scene;
    const width = header.bones.length * 4;
    const q = [0, 1, 2, 3].map((d) => between(boneQuaternion, header.frames, width, at, d));
    const turned = new THREE.Quaternion(q[0], q[1], q[2], q[3]).normalize();
    this.hollow.r.set(...HOLLOW).applyQuaternion(turned);
    this.hollow.l.set(HOLLOW[0], HOLLOW[1], -HOLLOW[2]).applyQuaternion(turned);
  }

  /** Across the fan at one of its points (written to `across`, not yet square to the line); half its width. */
  across(k: number, i: number, lines: Float32Array, across: THREE.Vector3): number {
    const fan = this.fans.get(k);
    const s = i / (POINTS - 1);
    const ending = s < TENDON_AT ? 1 : Math.max(0.15, 1 - (s - TENDON_AT) / (1 - TENDON_AT));
    const beginning = s < ROUND_TO ? Math.sqrt(1 - 0.94 * (1 - s / ROUND_TO) ** 2) : 1;
    const narrow = ending * beginning;
    if (fan === "hollow" || fan === undefined) {
      const { side } = this.scene.header.muscles[k];
      across.copy(this.hollow[side]);
      return (HOLLOW_M[0] + (HOLLOW_M[1] - HOLLOW_M[0]) * Math.min(1, s / 0.6)) * narrow;
    }
    const low = fan.before < 0 ? k : fan.before;
    const high = fan.after < 0 ? k : fan.after;
    const a = (low * POINTS + i) * 3;
    const b = (high * POINTS + i) * 3;
    across.set(lines[b] - lines[a], lines[b + 1] - lines[a + 1], lines[b + 2] - lines[a + 2]);
    const gaps = fan.before < 0 || fan.after < 0 ? 1 : 2;
    return (across.length() / gaps) * OVERLAP * narrow;
  }

  /** Half the thickness that keeps the volume of a round belly, never thicker than that. */
  deep(round: number, wide: number): number {
    return Math.max(THIN_M, Math.min(round, (round * round) / Math.max(wide, 1e-4)));
  }
}

function stem(muscle: Muscle): string {
  return muscle.name.slice(0, -2);
}
