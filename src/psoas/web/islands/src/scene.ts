// Reads a scene as the engine writes it (docs/reference/scene.md) and makes it even: every muscle line gets
// the same number of points, evenly along its path, so that one geometry holds all muscles.

export interface Muscle {
  name: string;
  muscle: string;
  side: "r" | "l";
  groups: string[];
  first: number;
  points: number;
  max_force_n: number;
  radius_m: number;
  /** Of an exercise: what it does to the muscle, and its fibre length in standing. */
  effect?: "works" | "lengthens" | "neither";
  standing?: number;
}

/** A stretch of a nerve: points in the frames of bones. */
export interface Nerve {
  name: string;
  side: string;
  points: [string, number, number, number][];
}

interface Packed {
  name: string;
  type: string;
  shape: number[];
  at: number;
  unit: number;
}

export interface Header {
  format: string;
  frames: number;
  duration_s: number;
  /** The movement repeats: after the last frame comes the first. */
  turns: boolean;
  /** Legs whose movement is known; the other one is not drawn. */
  legs: string[];
  /** Of the real speed; half where nothing is said. */
  speed?: number;
  /** From where the whole body is seen best. */
  from?: number[];
  /** The body moves in a place that stands still; else the pelvis is held in the middle. */
  still?: boolean;
  boxes?: { middle: number[]; half: number[] }[];
  /** Points of the upper body, [frame][10 * 3], m. */
  upper?: number[][];
  /** Bands between two named points of the feet. */
  bands?: [string, string][];
  nerves?: Nerve[];
  bones: { name: string; scale: number[] }[];
  muscles: Muscle[];
  arrays: Packed[];
}

/** What the muscles do under one condition: [frame * muscles + muscle]. */
export interface Doing {
  activation: Float32Array;
  force_n: Float32Array;
  fibre_length: Float32Array;
}

export interface Scene {
  header: Header;
  boneOrigin: Float32Array;
  boneQuaternion: Float32Array;
  /** [frame][muscle][POINTS][3], m, from the pelvis. */
  path: Float32Array;
  length_m: Float32Array;
  doing: Doing;
}

export const POINTS = 22;
const FORMAT = "psoas-scene-1";

type Read = (name: string) => Float32Array;

export function readScene(buffer: ArrayBuffer): Scene {
  const [header, array] = opened<Header>(buffer);
  return {
    header,
    boneOrigin: array("bone_origin_m"),
    boneQuaternion: array("bone_quaternion"),
    path: evened(header, array("path_m")),
    length_m: array("length_m"),
    doing: doingOf(array),
  };
}

/** What the muscles do under another condition, in the frames of a scene. */
export function readDoing(buffer: ArrayBuffer): Doing {
  return doingOf(opened(buffer)[1]);
}

function doingOf(array: Read): Doing {
  return { activation: array("activation"), force_n: array("force_n"), fibre_length: array("fibre_length") };
}

/** Length of the header (4 bytes, little endian), the header as JSON, the block of numbers. */
function opened<T extends { format: string; arrays: Packed[] }>(buffer: ArrayBuffer): [T, Read] {
  const size = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size))) as T;
  if (header.format !== FORMAT) throw new Error(`a scene of format ${header.format}, not ${FORMAT}`);
  const array = (name: string): Float32Array => {
    const packed = header.arrays.find((a) => a.name === name);
    if (packed === undefined) throw new Error(`the scene has no ${name}`);
    return unpacked(buffer, 4 + size, packed);
  };
  return [header, array];
}

function unpacked(buffer: ArrayBuffer, block: number, packed: Packed): Float32Array {
  const count = packed.shape.reduce((a, b) => a * b, 1);
  const view = new DataView(buffer, block + packed.at);
  const read: Record<string, (i: number) => number> = {
    "<f4": (i) => view.getFloat32(4 * i, true),
    "<i2": (i) => view.getInt16(2 * i, true),
    "<u2": (i) => view.getUint16(2 * i, true),
    "|u1": (i) => view.getUint8(i),
  };
  const one = read[packed.type];
  if (one === undefined) throw new Error(`numbers of type ${packed.type}`);
  return Float32Array.from({ length: count }, (_, i) => one(i) * packed.unit);
}

function evened(header: Header, path: Float32Array): Float32Array {
  const muscles = header.muscles;
  const total = path.length / header.frames / 3;
  const even = new Float32Array(header.frames * muscles.length * POINTS * 3);
  for (let f = 0; f < header.frames; f++) {
    muscles.forEach((m, k) => {
      const start = (f * total + m.first) * 3;
      const line = resampled(path.subarray(start, start + m.points * 3), POINTS);
      even.set(softened(line), (f * muscles.length + k) * POINTS * 3);
    });
  }
  return even;
}

/** `count` points at even distances along a line of points. */
export function resampled(line: Float32Array, count: number): Float32Array {
  const points = line.length / 3;
  const along = new Float64Array(points);
  for (let i = 1; i < points; i++) along[i] = along[i - 1] + distance(line, i - 1, i);
  const out = new Float32Array(count * 3);
  let piece = 0;
  for (let k = 0; k < count; k++) {
    const at = (along[points - 1] * k) / (count - 1);
    while (piece < points - 2 && along[piece + 1] < at) piece++;
    const span = along[piece + 1] - along[piece];
    const share = span > 0 ? Math.min(1, (at - along[piece]) / span) : 0;
    for (let d = 0; d < 3; d++) {
      const a = line[piece * 3 + d];
      out[k * 3 + d] = a + (line[(piece + 1) * 3 + d] - a) * share;
    }
  }
  return out;
}

/** Corners at via points rounded off; the ends stay on the bone. */
function softened(line: Float32Array): Float32Array {
  let from = line;
  for (let pass = 0; pass < 2; pass++) {
    const to = from.slice();
    for (let i = 3; i < from.length - 3; i++) to[i] = (from[i - 3] + 2 * from[i] + from[i + 3]) / 4;
    from = to;
  }
  return from;
}

function distance(line: Float32Array, a: number, b: number): number {
  return Math.hypot(
    line[b * 3] - line[a * 3],
    line[b * 3 + 1] - line[a * 3 + 1],
    line[b * 3 + 2] - line[a * 3 + 2],
  );
}

/** A value between two frames of a movement that repeats. */
export function between(values: Float32Array, frames: number, width: number, at: number, column: number): number {
  const low = Math.floor(at) % frames;
  const high = (low + 1) % frames;
  const share = at - Math.floor(at);
  return values[low * width + column] * (1 - share) + values[high * width + column] * share;
}

/** Where the pelvis' origin is drawn: its height always, its place on the floor where that stands still. */
export function pelvisAt(scene: Scene, at: number): [number, number, number] {
  const { frames, bones, still } = scene.header;
  const place = (d: number): number => between(scene.boneOrigin, frames, bones.length * 3, at, d);
  return still ? [place(0), place(1), place(2)] : [0, place(1), 0];
}
