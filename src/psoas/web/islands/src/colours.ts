// Colours of the muscles: by name, by how hard they work, or by how far their fibres are stretched.

import type { Muscle } from "./scene";

export type ColourBy = "effect" | "muscle" | "work" | "stretch" | "pull";
type Rgb = readonly [number, number, number];

const PSOAS: Rgb = [0.84, 0.11, 0.08];
const QUADRICEPS: Rgb = [0.93, 0.53, 0.15];
const OTHERS: Rgb = [0.7, 0.36, 0.31];
const REST: Rgb = [0.86, 0.79, 0.72];
const WORKING: Rgb = [0.72, 0.05, 0.09];
const SLACK: Rgb = [0.2, 0.42, 0.66];
const LENGTHENED: Rgb = [0.1, 0.38, 0.6];
const FURTHEST = 0.3; // optimal fibre lengths beyond standing: as blue as it gets
const PULLING: Rgb = [0.42, 0.1, 0.42];
const MOST_PULL_N = 1000; // of one line: as dark as it gets
const STRETCHED: Rgb = [0.8, 0.3, 0.02];

/** Colour as one sees it (sRGB). `activation` 0 to 1, `fibre` in optimal fibre lengths, `force_n` in the tendon. */
export function colourOf(by: ColourBy, muscle: Muscle, activation: number, fibre: number, force_n: number): Rgb {
  if (by === "pull") return mixed(REST, PULLING, Math.min(1, force_n / MOST_PULL_N) ** 0.6);
  if (by === "effect") {
    if (muscle.effect === "works") return mixed(REST, WORKING, 0.25 + 0.75 * Math.sqrt(Math.min(1, activation)));
    if (muscle.effect !== "lengthens") return REST;
    return mixed(REST, LENGTHENED, Math.max(0, Math.min(1, (fibre - (muscle.standing ?? 1)) / FURTHEST)) ** 0.6);
  }
  if (by === "work") return mixed(REST, WORKING, Math.sqrt(Math.min(1, activation)));
  if (by === "stretch") {
    const far = Math.max(-1, Math.min(1, (fibre - 1) / 0.4));
    return far < 0 ? mixed(REST, SLACK, -far) : mixed(REST, STRETCHED, far);
  }
  const base = muscle.groups.includes("iliopsoas")
    ? PSOAS
    : muscle.groups.includes("quadriceps")
      ? QUADRICEPS
      : OTHERS;
  const light = 0.86 + 0.26 * Math.min(1, activation);
  return [base[0] * light, base[1] * light, base[2] * light];
}

function mixed(a: Rgb, b: Rgb, share: number): Rgb {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

/** sRGB to the linear light in which the renderer counts. */
export function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
