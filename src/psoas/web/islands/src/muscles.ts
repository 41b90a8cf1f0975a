// All muscles as one mesh of tapered tubes. A belly keeps its volume: it is thicker where the line is shorter.
// Shapes are rebuilt for each frame shown; colours are one texel a muscle; fibres are drawn in the shader.

import * as THREE from "three";
import { type ColourBy, colourOf, linear } from "./colours";
import { Fans } from "./fans";
import { type Doing, type Header, type Muscle, POINTS, type Scene, between, pelvisAt } from "./scene";

const ROUND = 14; // sides of a tube
const RING = ROUND + 1; // the seam has its own vertices, so that fibres close
const EACH = POINTS * RING;
const CIRCLE = Float32Array.from({ length: 2 * RING }, (_, k) => {
  const angle = (Math.floor(k / 2) / ROUND) * 2 * Math.PI;
  return k % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
});
const THICKNESS = 0.56; // a drawn belly over that of a cylinder with the muscle's whole cross-section
const LARGEST_M = 0.023;
const TENDON_M = 0.0021;
const FASCICLE_M = 0.0042; // a psoas line is one of eleven: thinner would not be seen

export class Muscles {
  readonly mesh: THREE.Mesh;
  private readonly position: THREE.BufferAttribute;
  private readonly normal: THREE.BufferAttribute;
  private readonly colour: THREE.DataTexture;
  private readonly radius: number[];
  private readonly usual_m: number[];
  private readonly lines: Float32Array;
  private readonly fans: Fans;

  constructor(private readonly scene: Scene) {
    const count = scene.header.muscles.length;
    this.lines = new Float32Array(count * POINTS * 3);
    this.fans = new Fans(scene);
    const geometry = new THREE.BufferGeometry();
    this.position = dynamic(count * EACH);
    this.normal = dynamic(count * EACH);
    geometry.setAttribute("position", this.position);
    geometry.setAttribute("normal", this.normal);
    geometry.setAttribute("place", places(count, this.fans));
    geometry.setIndex(triangles(scene.header, () => true));
    // Never outgrown: a person.
    geometry.boundingSphere = new THREE.Sphere(new THREE.Vector3(0, 0, 0), 3);
    this.colour = new THREE.DataTexture(new Float32Array(count * 4), count, 1, THREE.RGBAFormat, THREE.FloatType);
    this.mesh = new THREE.Mesh(geometry, fibrous(this.colour));
    this.mesh.castShadow = true;
    this.mesh.receiveShadow = true;
    this.radius = scene.header.muscles.map((m) => {
      const drawn = Math.min(LARGEST_M, m.radius_m * THICKNESS);
      return m.name.startsWith("psoas_") ? Math.max(FASCICLE_M, drawn) : drawn;
    });
    this.usual_m = this.radius.map((_, k) => {
      let sum = 0;
      for (let f = 0; f < scene.header.frames; f++) sum += scene.length_m[f * count + k];
      return sum / scene.header.frames;
    });
  }

  /** Shapes of a moment; `at` counts frames, also between them. */
  shape(at: number, doing: Doing): void {
    const { header, path, length_m } = this.scene;
    const count = header.muscles.length;
    const low = Math.floor(at) % header.frames;
    const high = (low + 1) % header.frames;
    const share = at - Math.floor(at);
    const pelvis = pelvisAt(this.scene, at);
    for (let i = 0; i < this.lines.length; i++) {
      const a = path[low * this.lines.length + i];
      this.lines[i] = a + (path[high * this.lines.length + i] - a) * share + pelvis[i % 3];
    }
    this.fans.turn(at);
    for (let k = 0; k < count; k++) {
      const length = between(length_m, header.frames, count, at, k);
      const active = between(doing.activation, header.frames, count, at, k);
      const swell = Math.sqrt(this.usual_m[k] / length) * (1 + 0.07 * active);
      this.tube(k, this.radius[k] * swell);
    }
    this.position.needsUpdate = true;
    this.normal.needsUpdate = true;
  }

  /** Colours of a moment; the chosen muscle glows a little and the others step back. */
  paint(at: number, doing: Doing, by: ColourBy, chosen: number | null): void {
    const { header } = this.scene;
    const texel = this.colour.image.data as Float32Array;
    header.muscles.forEach((m, k) => {
      const count = header.muscles.length;
      const active = between(doing.activation, header.frames, count, at, k);
      const fibre = between(doing.fibre_length, header.frames, count, at, k);
      const force = between(doing.force_n, header.frames, count, at, k);
      const rgb = colourOf(by, m, active, fibre, force);
      for (let d = 0; d < 3; d++) texel[k * 4 + d] = linear(rgb[d]);
      texel[k * 4 + 3] = chosen === null ? 0 : chosen === k ? 1 : sisters(m, header.muscles[chosen]) ? 0 : -1;
    });
    this.colour.needsUpdate = true;
  }

  /** Leaves out muscles; the others stay as they are. */
  only(shown: (muscle: Muscle) => boolean): void {
    this.mesh.geometry.setIndex(triangles(this.scene.header, shown));
  }

  /** The muscle of a triangle that a ray has met. */
  muscleOf(face: THREE.Face): number {
    return Math.floor(face.a / EACH);
  }

  /** A tube around a line, flat where it is a fan; its rings are carried along without turning. */
  private tube(k: number, radius: number): void {
    const line = this.lines.subarray(k * POINTS * 3, (k + 1) * POINTS * 3);
    const fan = this.fans.has(k);
    const across = new THREE.Vector3();
    const along = new THREE.Vector3();
    const third = new THREE.Vector3();
    for (let i = 0; i < POINTS; i++) {
      const after = Math.min(i + 1, POINTS - 1) * 3;
      const before = Math.max(i - 1, 0) * 3;
      along
        .set(line[after] - line[before], line[after + 1] - line[before + 1], line[after + 2] - line[before + 2])
        .normalize();
      if (i === 0) across.set(0, 0, 1).cross(along);
      const size = TENDON_M + (radius - TENDON_M) * belly(i / (POINTS - 1));
      const wide = fan ? Math.max(TENDON_M, this.fans.across(k, i, this.lines, across)) : size;
      const deep = fan ? this.fans.deep(size, wide) : size;
      across.addScaledVector(along, -across.dot(along)).normalize();
      third.crossVectors(along, across);
      this.ring((k * EACH + i * RING) * 3, line.subarray(i * 3, i * 3 + 3), across, third, wide, deep);
    }
  }

  /** One ring of vertices, an ellipse, from place `v` on. */
  private ring(
    v: number,
    middle: Float32Array,
    across: THREE.Vector3,
    third: THREE.Vector3,
    wide: number,
    deep: number,
  ): void {
    const position = this.position.array as Float32Array;
    const normal = this.normal.array as Float32Array;
    for (let j = 0; j < RING; j++, v += 3) {
      const c = CIRCLE[2 * j];
      const s = CIRCLE[2 * j + 1];
      const [outC, outS] = [c * deep, s * wide]; // the normal of an ellipse
      const size = 1 / Math.hypot(outC, outS);
      for (let d = 0; d < 3; d++) {
        const a = across.getComponent(d);
        const b = third.getComponent(d);
        position[v + d] = middle[d] + c * wide * a + s * deep * b;
        normal[v + d] = (outC * a + outS * b) * size;
      }
    }
  }
}

/** Strands of one muscle. */
function sisters(one: Muscle, other: Muscle): boolean {
  return one.muscle === other.muscle && one.side === other.side;
}

/** 0 in the tendons, 1 in the middle of the belly. */
export function belly(share: number): number {
  const s = Math.max(0, Math.min(1, (share - 0.03) / 0.85));
  return Math.sin(Math.PI * s) ** 0.85;
}

function dynamic(count: number): THREE.BufferAttribute {
  return new THREE.BufferAttribute(new Float32Array(count * 3), 3).setUsage(THREE.DynamicDrawUsage);
}

/** For the shader: muscle, share along, share around. */
function places(count: number, fans: Fans): THREE.BufferAttribute {
  const place = new Float32Array(count * EACH * 3);
  for (let v = 0; v < count * EACH; v++) {
    const i = Math.floor((v % EACH) / RING);
    const k = Math.floor(v / EACH);
    place.set([k, fans.fleshAt(k, i / (POINTS - 1)), ((v % EACH) % RING) / ROUND], v * 3);
  }
  return new THREE.BufferAttribute(place, 3);
}

function triangles(header: Header, shown: (muscle: Muscle) => boolean): THREE.BufferAttribute {
  const index: number[] = [];
  for (let k = 0; k < header.muscles.length; k++) {
    if (!header.legs.includes(header.muscles[k].side) || !shown(header.muscles[k])) continue;
    for (let i = 0; i < POINTS - 1; i++) {
      for (let j = 0; j < ROUND; j++) {
        const a = k * EACH + i * RING + j;
        index.push(a, a + 1, a + RING, a + 1, a + RING + 1, a + RING);
      }
    }
  }
  return new THREE.BufferAttribute(new Uint32Array(index), 1);
}

/** Flesh with fibres along it and pale tendons at its ends. */
function fibrous(colour: THREE.DataTexture): THREE.Material {
  const material = new THREE.MeshStandardMaterial({ roughness: 0.4, metalness: 0 });
  material.onBeforeCompile = (shader) => {
    shader.uniforms["muscleColour"] = { value: colour };
    shader.vertexShader = shader.vertexShader
      .replace(
        "#include <common>",
        `#include <common>
        attribute vec3 place;
        uniform sampler2D muscleColour;
        varying vec4 vColourOf;
        varying vec3 vPlace;`,
      )
      .replace(
        "#include <begin_vertex>",
        `#include <begin_vertex>
        vColourOf = texelFetch(muscleColour, ivec2(int(place.x + 0.5), 0), 0);
        vPlace = place;`,
      );
    shader.fragmentShader = shader.fragmentShader
      .replace("#include <common>", `#include <common>\n${FIBRES}`)
      .replace(
        "#include <color_fragment>",
        `float fibre = fibres(vPlace);
        float flesh = fleshy(vPlace.y);
        vec3 tendon = vec3(0.80, 0.74, 0.64);
        vec3 meat = vColourOf.rgb * (0.66 + 0.5 * fibre);
        diffuseColor.rgb = mix(tendon * (0.86 + 0.2 * fibre), meat, flesh);
        diffuseColor.rgb = mix(diffuseColor.rgb, vec3(0.62, 0.55, 0.5), vColourOf.a < -0.5 ? 0.42 : 0.0);`,
      )
      .replace(
        "#include <normal_fragment_maps>",
        `vec3 dx = dFdx(-vViewPosition), dy = dFdy(-vViewPosition);
        vec3 r1 = cross(dy, normal), r2 = cross(normal, dx);
        float det = dot(dx, r1);
        float height = 0.0011 * fibre;
        vec3 slope = sign(det) * (dFdx(height) * r1 + dFdy(height) * r2);
        normal = normalize(abs(det) * normal - slope);`,
      )
      .replace(
        "#include <emissivemap_fragment>",
        `float edge = 1.0 - abs(dot(normalize(vViewPosition), normal));
        totalEmissiveRadiance += vColourOf.rgb * (vColourOf.a > 0.5 ? 0.22 + 0.9 * edge * edge : 0.10 * edge * edge);`,
      );
  };
  return material;
}

const FIBRES = `
varying vec4 vColourOf;
varying vec3 vPlace;
float chance(vec2 p) { return fract(sin(dot(p, vec2(127.1, 311.7))) * 43758.5453); }
float strand(float round, float along, float count, float seed) {
  float x = round * count, y = along * 3.0;
  float i = floor(x), j = floor(y), u = smoothstep(0.0, 1.0, x - i), v = smoothstep(0.0, 1.0, y - j);
  float i1 = mod(i + 1.0, count);
  i = mod(i, count);
  return mix(mix(chance(vec2(i, j + seed)), chance(vec2(i1, j + seed)), u),
             mix(chance(vec2(i, j + 1.0 + seed)), chance(vec2(i1, j + 1.0 + seed)), u), v);
}
float fibres(vec3 p) {
  return 0.6 * strand(p.z, p.y, 22.0, floor(p.x + 0.5) * 7.0) + 0.4 * strand(p.z, p.y * 2.0, 46.0, floor(p.x + 0.5) * 3.0);
}
float fleshy(float s) {
  return smoothstep(0.035, 0.15, s) * (1.0 - smoothstep(0.76, 0.9, s));
}
`;
