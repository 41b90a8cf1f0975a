// Light, floor, camera. Draws only when something has changed; turns shadows off where drawing is slow.

import * as THREE from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";

export type View = "whole" | "hip" | "knee" | "back";

/** From where one looks (unit direction), at which height of the person, from how far (heights of the legs). */
const VIEWS: Record<View, { from: [number, number, number]; height: number; far: number }> = {
  whole: { from: [0.86, 0.12, 0.5], height: 0.6, far: 1.5 },
  hip: { from: [0.84, 0.16, 0.52], height: 1.0, far: 0.56 },
  knee: { from: [0.8, 0.12, 0.6], height: 0.5, far: 0.56 },
  back: { from: [-0.86, 0.12, 0.5], height: 0.6, far: 1.5 },
};
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
  private hip_m = 1;
  private view: View = "whole";

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
    this.light();
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.enablePan = false;
    this.controls.enableZoom = false; // the wheel scrolls the page until the picture has the focus
    this.controls.minDistance = 0.35;
    this.controls.maxDistance = 5;
    this.controls.rotateSpeed = 0.8;
    this.controls.addEventListener("change", () => this.draw());
    canvas.style.touchAction = "pan-y pinch-zoom"; // a finger moving up or down scrolls the page
    canvas.addEventListener("focus", () => (this.controls.enableZoom = true));
    canvas.addEventListener("blur", () => (this.controls.enableZoom = false));
    new ResizeObserver(() => this.fit()).observe(canvas);
  }

  /** The height of the hips above the ground says where to look. */
  stand(hip_m: number): void {
    this.hip_m = hip_m;
    this.look(this.view);
  }

  look(view: View): void {
    this.view = view;
    const { from, height, far } = VIEWS[view];
    const target = new THREE.Vector3(0, height * this.hip_m, 0);
    const half = Math.tan(THREE.MathUtils.degToRad(FIELD_DEG / 2));
    const narrow = Math.max(1, 0.62 / this.camera.aspect);
    const away = (far * this.hip_m * narrow) / 2 / half;
    this.controls.target.copy(target);
    this.camera.position.copy(target).addScaledVector(new THREE.Vector3(...from).normalize(), away);
    this.controls.update();
    this.draw();
  }

  /** Turns around the person, radians; comes nearer by a factor. */
  orbit(around: number, up: number, nearer = 1): void {
    const arm = this.camera.position.clone().sub(this.controls.target);
    const at = new THREE.Spherical().setFromVector3(arm);
    at.theta += around;
    at.phi = Math.max(0.15, Math.min(2.6, at.phi + up));
    at.radius = Math.max(0.35, Math.min(5, at.radius / nearer));
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
      this.renderer.render(this.scene, this.camera);
      this.spare(performance.now() - began);
    });
  }

  /** What is under a place of the canvas (pixels of the page). */
  under(x: number, y: number, what: THREE.Object3D[]): THREE.Intersection | null {
    const box = this.canvas.getBoundingClientRect();
    const at = new THREE.Vector2(((x - box.left) / box.width) * 2 - 1, 1 - ((y - box.top) / box.height) * 2);
    const ray = new THREE.Raycaster();
    ray.setFromCamera(at, this.camera);
    return ray.intersectObjects(what, true)[0] ?? null;
  }

  private light(): void {
    const { key, scene } = this;
    key.position.set(1.9, 3.4, 2.1);
    key.target.position.set(0, 0.7, 0);
    key.castShadow = true;
    key.shadow.mapSize.set(2048, 2048);
    Object.assign(key.shadow.camera, { left: -1.1, right: 1.1, top: 1.2, bottom: -1.2, near: 0.5, far: 7 });
    key.shadow.radius = 4;
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
    this.camera.aspect = width / height;
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
