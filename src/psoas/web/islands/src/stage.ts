// Light, floor, camera. One canvas shows one body or two beside each other, from the same place. Draws only
// when something has changed; turns shadows off where drawing is slow.

import * as THREE from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";

export type View = "whole" | "hip" | "knee" | "back";

/** Where the body is in the moment from which one looks (m): each bone, hip, knees. */
export interface Places {
  boxes: THREE.Box3[];
  hip: THREE.Vector3;
  knee: THREE.Vector3;
  /** From where to see the whole of it. */
  from?: number[];
}

const FROM: Record<View, [number, number, number]> = {
  whole: [0.86, 0.12, 0.5],
  hip: [0.84, 0.16, 0.52],
  knee: [0.8, 0.12, 0.6],
  back: [-0.86, 0.12, 0.5],
};
const CLOSE_M = 0.29; // half of what a close view shows, up and down
const MARGIN_M = 0.09; // room for the names above the bodies
const FIELD_DEG = 28;
const SLOW_MS = 70;

export class Stage {
  readonly scene = new THREE.Scene();
  readonly camera = new THREE.PerspectiveCamera(FIELD_DEG, 1, 0.05, 20);
  private readonly renderer: THREE.WebGLRenderer;
  private readonly controls: OrbitControls;
  private readonly key = new THREE.DirectionalLight(0xfff0da, 2.5);
  private waiting = false;
  private slow = 0;
  private places: Places | null = null;
  private view: View = "whole";
  private panes: (() => void)[] = [() => undefined];
  private alike = true;

  /** Throws where the browser has no WebGL. */
  constructor(
    readonly canvas: HTMLCanvasElement,
    private readonly onFrame: () => void,
  ) {
    this.renderer = new THREE.WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.renderer.toneMapping = THREE.ACESFilmicToneMapping;
    this.renderer.toneMappingExposure = 1.0;
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = THREE.PCFShadowMap;
    this.renderer.shadowMap.autoUpdate = false;
    this.light();
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.enablePan = false;
    this.controls.enableZoom = false; // the wheel scrolls the page until the picture has the focus
    this.controls.minDistance = 0.35;
    this.controls.maxDistance = 6;
    this.controls.rotateSpeed = 0.8;
    this.controls.addEventListener("change", () => this.draw());
    canvas.style.touchAction = "pan-y pinch-zoom"; // a finger moving up or down scrolls the page
    canvas.addEventListener("focus", () => (this.controls.enableZoom = true));
    canvas.addEventListener("blur", () => (this.controls.enableZoom = false));
    new ResizeObserver(() => this.fit()).observe(canvas);
  }

  stand(places: Places): void {
    this.places = places;
    this.look(this.view);
  }

  /** What stands in each part of the picture, from left to right: each is called before its part is drawn.
   * alike: they differ in colour, hardly in shape, so that one shadow does for all. */
  show(panes: (() => void)[], alike: boolean): void {
    this.panes = panes;
    this.alike = alike;
    this.fit();
  }

  look(view: View): void {
    this.view = view;
    if (this.places === null) return;
    const { hip, knee, from } = this.places;
    const way = new THREE.Vector3(...(view === "whole" && from !== undefined ? from : FROM[view])).normalize();
    const half = Math.tan(THREE.MathUtils.degToRad(FIELD_DEG / 2));
    const whole = view === "whole" || view === "back";
    const [target, high, wide, deep] = whole
      ? this.whole(way)
      : [(view === "hip" ? hip : knee).clone(), CLOSE_M, 0.62 * CLOSE_M, 0];
    const near = whole ? deep : 0; // what comes towards the eye looks larger
    const away = Math.max(high, wide / this.camera.aspect) / half + near;
    this.controls.target.copy(target);
    this.camera.position.copy(target).addScaledVector(way, away);
    this.controls.update();
    this.draw();
  }

  /** The middle of all bones as seen along `way`, half their height and width, a quarter of their depth. */
  private whole(way: THREE.Vector3): [THREE.Vector3, number, number, number] {
    const right = new THREE.Vector3(0, 1, 0).cross(way).normalize();
    const up = way.clone().cross(right);
    const seen = new THREE.Box3();
    const corner = new THREE.Vector3();
    for (const { min, max } of this.places?.boxes ?? []) {
      for (let k = 0; k < 8; k++) {
        corner.set(k & 1 ? max.x : min.x, k & 2 ? max.y : min.y, k & 4 ? max.z : min.z);
        seen.expandByPoint(new THREE.Vector3(corner.dot(right), corner.dot(up), corner.dot(way)));
      }
    }
    const middle = seen.getCenter(new THREE.Vector3());
    const size = seen.getSize(new THREE.Vector3());
    const target = right.multiplyScalar(middle.x).addScaledVector(up, middle.y).addScaledVector(way, middle.z);
    return [target, size.y / 2 + MARGIN_M, size.x / 2 + MARGIN_M / 2, 0.5 * (size.z / 2)];
  }

  /** Turns around the person, radians; comes nearer by a factor. */
  orbit(around: number, up: number, nearer = 1): void {
    const arm = this.camera.position.clone().sub(this.controls.target);
    const at = new THREE.Spherical().setFromVector3(arm);
    at.theta += around;
    at.phi = Math.max(0.15, Math.min(2.6, at.phi + up));
    at.radius = Math.max(0.35, Math.min(6, at.radius / nearer));
    this.camera.position.copy(this.controls.target).add(new THREE.Vector3().setFromSpherical(at));
    this.controls.update();
    this.draw();
  }

  /** Draws once, at the next frame of the screen. */
  draw(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      const began = performance.now();
      this.onFrame();
      const { clientWidth, clientHeight: height } = this.canvas;
      const width = clientWidth / this.panes.length;
      this.renderer.setScissorTest(this.panes.length > 1);
      this.panes.forEach((show, k) => {
        show();
        if (k === 0 || !this.alike) this.renderer.shadowMap.needsUpdate = true;
        this.renderer.setViewport(k * width, 0, width, height);
        this.renderer.setScissor(k * width, 0, width, height);
        this.renderer.render(this.scene, this.camera);
      });
      this.spare(performance.now() - began);
    });
  }

  /** The part of the picture at a place (pixels of the page), and what is under it there. */
  under(x: number, y: number, what: (pane: number) => THREE.Object3D[]): [number, THREE.Intersection | null] {
    const box = this.canvas.getBoundingClientRect();
    const across = ((x - box.left) / box.width) * this.panes.length;
    const pane = Math.max(0, Math.min(this.panes.length - 1, Math.floor(across)));
    const at = new THREE.Vector2((across - pane) * 2 - 1, 1 - ((y - box.top) / box.height) * 2);
    const ray = new THREE.Raycaster();
    ray.setFromCamera(at, this.camera);
    return [pane, ray.intersectObjects(what(pane), true)[0] ?? null];
  }

  private light(): void {
    const { key, scene } = this;
    key.position.set(1.9, 3.4, 2.1);
    key.target.position.set(0, 0.7, 0);
    key.castShadow = true;
    key.shadow.mapSize.set(1536, 1536);
    Object.assign(key.shadow.camera, { left: -1.1, right: 1.1, top: 1.2, bottom: -1.2, near: 0.5, far: 7 });
    key.shadow.radius = 7;
    key.shadow.bias = -0.0005;
    key.shadow.normalBias = 0.012;
    const rim = new THREE.DirectionalLight(0xd2e0ff, 1.5);
    rim.position.set(-2.4, 1.8, -2.0);
    const fill = new THREE.DirectionalLight(0xfff6ea, 0.75);
    fill.position.set(2.2, 0.6, -1.6);
    scene.add(key, key.target, rim, fill, new THREE.HemisphereLight(0xfffaf2, 0xb9a282, 1.15));
    const floor = new THREE.Mesh(
      new THREE.CircleGeometry(1.6, 64),
      new THREE.ShadowMaterial({ opacity: 0.17, color: 0x3a2a18 }),
    );
    floor.rotation.x = -Math.PI / 2;
    floor.position.y = -0.004;
    floor.receiveShadow = true;
    scene.add(floor);
  }

  private fit(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0 || height === 0) return;
    this.renderer.setPixelRatio(this.key.castShadow ? Math.min(2, window.devicePixelRatio) : 1);
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / this.panes.length / height;
    this.camera.updateProjectionMatrix();
    this.look(this.view);
  }

  /** An old phone gets a plainer picture. */
  private spare(took: number): void {
    this.slow = took > SLOW_MS ? this.slow + 1 : 0;
    if (this.slow < 4 || !this.key.castShadow) return;
    this.key.castShadow = false;
    this.fit();
  }
}
