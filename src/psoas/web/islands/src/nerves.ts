// The nerves from spine to knee: smooth lines through landmarks of the moving bones. A scheme, and said to be one.

import * as THREE from "three";
import type { Bones } from "./bones";
import type { Nerve, Scene } from "./scene";

const THICK_M: Record<string, number> = { femoral: 0.0036, saphenous: 0.0024, obturator: 0.0028 };
const THIN_M = 0.0019;
const ALONG = 40;
const ROUND = 7;
const YELLOW = 0xf0c02e;

export class Nerves {
  readonly group = new THREE.Group();
  private readonly lines: { nerve: Nerve; mesh: THREE.Mesh; behind: THREE.Mesh }[] = [];

  constructor(
    scene: Scene,
    private readonly bones: Bones,
  ) {
    const solid = new THREE.MeshStandardMaterial({ color: YELLOW, roughness: 0.45, emissive: 0x5a4200 });
    // What muscle or bone covers shines through a little, so that the whole course is seen.
    const hidden = new THREE.MeshBasicMaterial({
      color: YELLOW,
      transparent: true,
      opacity: 0.5,
      depthFunc: THREE.GreaterDepth,
      depthWrite: false,
    });
    for (const nerve of scene.header.nerves ?? []) {
      if (!scene.header.legs.includes(nerve.side)) continue;
      const mesh = new THREE.Mesh(new THREE.BufferGeometry(), solid);
      const behind = new THREE.Mesh(mesh.geometry, hidden);
      behind.renderOrder = 3;
      this.lines.push({ nerve, mesh, behind });
      this.group.add(mesh, behind);
    }
    this.group.visible = false;
  }

  /** Follows the bones of the moment, where the layer is shown. */
  pose(): void {
    if (!this.group.visible) return;
    for (const { nerve, mesh, behind } of this.lines) {
      const points = nerve.points.map(([bone, x, y, z]) => this.bones.point(bone, [x, y, z]));
      const known = points.filter((point) => point !== null);
      if (known.length < 2) continue;
      const curve = new THREE.CatmullRomCurve3(known, false, "centripetal");
      mesh.geometry.dispose();
      mesh.geometry = new THREE.TubeGeometry(curve, ALONG, THICK_M[nerve.name] ?? THIN_M, ROUND);
      behind.geometry = mesh.geometry;
    }
  }
}
