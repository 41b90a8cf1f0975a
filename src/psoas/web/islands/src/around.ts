// What stands around the bones in an exercise: a step or bench, bands, and an upper body that is hinted at.

import * as THREE from "three";
import type { Bones } from "./bones";
import type { Scene } from "./scene";

// Points of the upper body (docs/reference/scene.md): waist, chest, neck, head, then shoulder, elbow, hand.
const LIMBS: [number, number, number][] = [
  [2, 3, 0.042],
  [4, 5, 0.036],
  [5, 6, 0.029],
  [7, 8, 0.036],
  [8, 9, 0.029],
];
const [WAIST, NECK, HEAD, SHOULDER_R, SHOULDER_L] = [0, 2, 3, 4, 7];
const HEAD_M = 0.092;
const TRUNK_M = { wide: 0.155, deep: 0.1, beyond: 0.07 };
const FOOT: Record<string, [number, number, number]> = { ball: [0.18, 0, 0], heel: [0, 0, 0] };
const BAND_M = 0.006;
const UP = new THREE.Vector3(0, 1, 0);

const HINT = new THREE.MeshStandardMaterial({
  color: 0xe9ddc8,
  roughness: 0.95,
  transparent: true,
  opacity: 0.55,
  depthFunc: THREE.EqualDepth,
});
const DEPTH = new THREE.MeshBasicMaterial({ colorWrite: false, transparent: true });

export class Around {
  readonly group = new THREE.Group();
  private readonly limbs: THREE.Mesh[] = [];
  private readonly head: THREE.Mesh | null = null;
  private readonly trunk: THREE.Mesh | null = null;
  private readonly bands: THREE.Mesh[] = [];
  private readonly supports: THREE.Mesh[] = [];

  constructor(
    private readonly scene: Scene,
    private readonly bones: Bones,
  ) {
    const { boxes = [], upper, bands = [] } = scene.header;
    const wood = new THREE.MeshStandardMaterial({ color: 0xcbb894, roughness: 0.85 });
    for (const { middle, half } of boxes) {
      const box = new THREE.Mesh(new THREE.BoxGeometry(2 * half[0], 2 * half[1], 2 * half[2]), wood);
      box.position.set(middle[0], middle[1] - 0.002, middle[2]);
      box.receiveShadow = true;
      box.castShadow = true;
      this.supports.push(box);
    }
    if (upper !== undefined) {
      for (const [, , thick] of LIMBS) this.limbs.push(rod(thick, HINT));
      this.head = new THREE.Mesh(new THREE.SphereGeometry(HEAD_M, 28, 20).scale(0.86, 1.12, 0.86), HINT);
      this.trunk = new THREE.Mesh(new THREE.SphereGeometry(1, 32, 24), HINT);
      const parts = [...this.limbs, this.head, this.trunk];
      // Depth first, then colour: what is hinted at is one pale shape, not shells that show through each other.
      for (const part of parts) {
        part.renderOrder = 2;
        const before = new THREE.Mesh(part.geometry, DEPTH);
        before.renderOrder = 1;
        part.add(before);
      }
      this.group.add(...parts);
    }
    const rubber = new THREE.MeshStandardMaterial({ color: 0x4c7a6a, roughness: 0.6 });
    for (let k = 0; k < bands.length; k++) this.bands.push(rod(BAND_M, rubber));
    for (const part of [...this.supports, ...this.bands]) this.group.add(part);
  }

  pose(at: number): void {
    const { upper, bands = [], frames } = this.scene.header;
    if (upper !== undefined) {
      const low = Math.floor(at) % frames;
      const share = at - Math.floor(at);
      const from = upper[low];
      const to = upper[(low + 1) % frames];
      const points = Array.from({ length: from.length / 3 }, (_, k) =>
        new THREE.Vector3(from[3 * k], from[3 * k + 1], from[3 * k + 2]).lerp(
          new THREE.Vector3(to[3 * k], to[3 * k + 1], to[3 * k + 2]),
          share,
        ),
      );
      LIMBS.forEach(([a, b], k) => laid(this.limbs[k], points[a], points[b]));
      if (this.head !== null) {
        this.head.position.copy(points[HEAD]);
        this.head.quaternion.setFromUnitVectors(UP, points[HEAD].clone().sub(points[NECK]).normalize());
      }
      if (this.trunk !== null) this.chest(this.trunk, points);
    }
    bands.forEach(([a, b], k) => {
      const [one, other] = [this.end(a), this.end(b)];
      if (one !== null && other !== null) laid(this.bands[k], one, other);
    });
  }

  /** An egg from waist to neck, as wide as the shoulders tell and flatter from front to back. */
  private chest(trunk: THREE.Mesh, points: THREE.Vector3[]): void {
    const up = points[NECK].clone().sub(points[WAIST]);
    const high = up.length() / 2 + TRUNK_M.beyond;
    up.normalize();
    const across = points[SHOULDER_R].clone().sub(points[SHOULDER_L]);
    across.addScaledVector(up, -across.dot(up)).normalize();
    const forward = up.clone().cross(across);
    trunk.position.copy(points[WAIST]).lerp(points[NECK], 0.5);
    trunk.quaternion.setFromRotationMatrix(new THREE.Matrix4().makeBasis(across, up, forward));
    trunk.scale.set(TRUNK_M.wide, high, TRUNK_M.deep);
  }

  /** Room that all of it takes, for whoever looks at the whole. */
  boxes(): THREE.Box3[] {
    this.group.updateMatrixWorld(true);
    return [...this.supports, ...this.limbs, this.head, this.trunk]
      .filter((part) => part !== null)
      .map((part) => new THREE.Box3().setFromObject(part));
  }

  private end(name: string): THREE.Vector3 | null {
    const [stem, side] = name.split("_");
    const local = FOOT[stem];
    return local === undefined ? null : this.bones.point(`calcn_${side}`, local);
  }
}

/** A rod with round ends, of length 1 until it is laid. */
function rod(thick: number, material: THREE.Material): THREE.Mesh {
  const made = new THREE.Mesh(new THREE.CapsuleGeometry(thick, 1, 8, 18), material);
  made.userData["rest"] = (made.geometry.getAttribute("position").array as Float32Array).slice();
  return made;
}

/** Lays a rod from one point to another. */
function laid(made: THREE.Mesh, from: THREE.Vector3, to: THREE.Vector3): void {
  const along = to.clone().sub(from);
  const length = Math.max(along.length(), 1e-6);
  made.position.copy(from).addScaledVector(along, 0.5);
  made.quaternion.setFromUnitVectors(UP, along.divideScalar(length));
  // The straight part is stretched; the round ends keep their shape.
  const rest = made.userData["rest"] as Float32Array;
  const position = made.geometry.getAttribute("position");
  for (let i = 0; i < position.count; i++) {
    const y = rest[3 * i + 1];
    position.setY(i, y + (Math.sign(y) * (length - 1)) / 2);
  }
  position.needsUpdate = true;
}
