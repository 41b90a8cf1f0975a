// The bones: one node a segment, posed from the scene; hollows are a little darker than ridges.

import * as THREE from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { mergeVertices, toCreasedNormals } from "three/addons/utils/BufferGeometryUtils.js";
import type { Scene } from "./scene";

const CREASE_RAD = 1.0;
const HOLLOW = 0.42; // how much darker the deepest hollow is

export class Bones {
  readonly group = new THREE.Group();
  private readonly nodes: (THREE.Object3D | null)[];

  private constructor(
    private readonly scene: Scene,
    model: THREE.Object3D,
  ) {
    const material = new THREE.MeshStandardMaterial({
      color: 0xf0e2c4,
      roughness: 0.72,
      metalness: 0,
      vertexColors: true,
    });
    model.traverse((part) => {
      if (!(part instanceof THREE.Mesh)) return;
      part.geometry = shaded(part.geometry as THREE.BufferGeometry);
      part.material = material;
      part.castShadow = true;
      part.receiveShadow = true;
    });
    this.nodes = scene.header.bones.map(({ name, scale }) => {
      const known = !/_[rl]$/.test(name) || scene.header.legs.includes(name.slice(-1));
      const node = (known && model.getObjectByName(name)) || null;
      if (node !== null) {
        node.scale.set(scale[0], scale[1], scale[2]);
        this.group.add(node);
      }
      return node;
    });
  }

  static async load(url: string, scene: Scene): Promise<Bones> {
    const model = await new GLTFLoader().loadAsync(url);
    return new Bones(scene, model.scene);
  }

  /** Where a segment's origin is now; null where the body has no such bone. */
  place(name: string): THREE.Vector3 | null {
    const k = this.scene.header.bones.findIndex((bone) => bone.name === name);
    return this.nodes[k]?.position.clone() ?? null;
  }

  /** Where a point of a segment's frame is now. */
  point(name: string, local: [number, number, number]): THREE.Vector3 | null {
    const node = this.nodes[this.scene.header.bones.findIndex((bone) => bone.name === name)];
    return node ? new THREE.Vector3(...local).multiply(node.scale).applyQuaternion(node.quaternion).add(node.position) : null;
  }

  /** Room that each bone takes now. */
  boxes(): THREE.Box3[] {
    this.group.updateMatrixWorld(true);
    return this.nodes.filter((node) => node !== null).map((node) => new THREE.Box3().setFromObject(node, true));
  }

  /** Poses of a moment of a scene of these bones, the first one (the pelvis) held in the middle. */
  pose(at: number, scene: Scene): void {
    const { header, boneOrigin: origin, boneQuaternion: turn } = scene;
    const held = (d: number): boolean => d !== 1 && !header.still;
    const count = header.bones.length;
    const low = Math.floor(at) % header.frames;
    const high = (low + 1) % header.frames;
    const share = at - Math.floor(at);
    const a = new THREE.Quaternion();
    const b = new THREE.Quaternion();
    this.nodes.forEach((node, k) => {
      if (node === null) return;
      const place = [0, 1, 2].map((d) => {
        const from = (frame: number): number =>
          origin[(frame * count + k) * 3 + d] - (held(d) ? origin[frame * count * 3 + d] : 0);
        return from(low) * (1 - share) + from(high) * share;
      });
      node.position.set(place[0], place[1], place[2]);
      a.fromArray(turn, (low * count + k) * 4);
      b.fromArray(turn, (high * count + k) * 4);
      node.quaternion.copy(a.slerp(b, share).normalize());
    });
  }
}

/** Sharp edges kept, and a colour a vertex for how hollow the bone is there. */
function shaded(geometry: THREE.BufferGeometry): THREE.BufferGeometry {
  const plain = new THREE.BufferGeometry();
  plain.setAttribute("position", floats(geometry.getAttribute("position")));
  plain.setIndex(geometry.getIndex());
  const whole = mergeVertices(plain);
  whole.computeVertexNormals();
  whole.setAttribute("color", hollows(whole));
  return toCreasedNormals(whole, CREASE_RAD);
}

function floats(from: THREE.BufferAttribute | THREE.InterleavedBufferAttribute): THREE.BufferAttribute {
  const to = new Float32Array(from.count * 3);
  for (let i = 0; i < from.count; i++) to.set([from.getX(i), from.getY(i), from.getZ(i)], i * 3);
  return new THREE.BufferAttribute(to, 3);
}

/** Where the neighbours of a vertex lie above its tangent plane, light comes from fewer sides. */
function hollows(geometry: THREE.BufferGeometry): THREE.BufferAttribute {
  const position = geometry.getAttribute("position");
  const normal = geometry.getAttribute("normal");
  const index = geometry.getIndex();
  const deep = new Float32Array(position.count);
  const near = new Float32Array(position.count);
  const to = new THREE.Vector3();
  const from = new THREE.Vector3();
  const up = new THREE.Vector3();
  for (let t = 0; index !== null && t < index.count; t++) {
    const next = t % 3 === 2 ? t - 2 : t + 1;
    for (const [one, other] of [
      [index.getX(t), index.getX(next)],
      [index.getX(next), index.getX(t)],
    ]) {
      from.fromBufferAttribute(position, one);
      to.fromBufferAttribute(position, other).sub(from).normalize();
      deep[one] += up.fromBufferAttribute(normal, one).dot(to);
      near[one] += 1;
    }
  }
  const colour = new Float32Array(position.count * 3);
  for (let i = 0; i < position.count; i++) {
    const hollow = near[i] > 0 ? deep[i] / near[i] : 0;
    const light = Math.max(0.4, Math.min(1.08, 1 - HOLLOW * 2 * hollow - 0.06));
    colour.set([light, light * (0.985 + 0.015 * light), light * (0.95 + 0.05 * light)], i * 3);
  }
  return new THREE.BufferAttribute(colour, 3);
}
