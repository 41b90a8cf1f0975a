// The moment that is shown: played, stepped, set by hand. For whoever asked for less motion, poses that stand.

import { filled, part, words } from "./page";
import type { Header } from "./scene";

const SPEED = 0.5; // of the real movement: slow enough to see
const STILL_MS = 900;
const STILL_POSES = 10;
const PAUSE_S = 0.8; // at the end of a movement that does not repeat

export class Player {
  /** Frame, also between frames. */
  at: number;
  playing = false;
  private last_ms = 0;
  private waited_s = 0;
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  private readonly scrub: HTMLInputElement;
  private readonly cursor: SVGLineElement | null;

  constructor(
    private readonly root: HTMLElement,
    private readonly header: Header,
    private readonly changed: () => void,
  ) {
    this.scrub = part(root, "scrub") as HTMLInputElement;
    this.cursor = root.querySelector<SVGLineElement>("[data-cursor]");
    this.at = this.frame(Number(root.dataset["percent"]));
    part(root, "play").addEventListener("click", () => this.set(!this.playing));
    this.scrub.addEventListener("input", () => this.goTo(Number(this.scrub.value)));
    for (const pose of root.querySelectorAll<HTMLButtonElement>("[data-percent-of]")) {
      pose.addEventListener("click", () => this.goTo(Number(pose.dataset["percentOf"])));
    }
  }

  /** Moves on, if it plays; called before each drawing. Says whether it goes on. */
  advance(): boolean {
    if (!this.playing) return false;
    const now = performance.now();
    const { frames, duration_s, turns } = this.header;
    if (this.still) {
      if (now - this.last_ms < STILL_MS) return true;
      this.last_ms = now;
      this.at = (this.at + frames / STILL_POSES) % frames;
      return true;
    }
    const passed = Math.min(0.1, (now - this.last_ms) / 1000);
    this.last_ms = now;
    const speed = this.header.speed ?? SPEED;
    const next = this.at + ((passed * speed) / duration_s) * frames;
    if (turns) this.at = next % frames;
    else if (next < frames - 1) this.at = next;
    else {
      this.at = frames - 1;
      this.waited_s += passed;
      if (this.waited_s > PAUSE_S) this.at = this.waited_s = 0;
    }
    return true;
  }

  set(playing: boolean): void {
    this.playing = playing;
    this.last_ms = performance.now();
    part(this.root, "play").textContent = playing ? words().pause : words().play;
    // A reader is told the moment where it stops, not every frame on the way.
    part(this.root, "says").setAttribute("aria-live", playing ? "off" : "polite");
    this.changed();
  }

  goTo(percent: number): void {
    this.at = this.frame(percent);
    this.changed();
  }

  get percent(): number {
    const { frames, turns } = this.header;
    return (100 * this.at) / (turns ? frames : frames - 1);
  }

  /** Slider, words and the line in the curve at this moment. */
  slide(): void {
    const percent = Math.round(this.percent) % 101;
    const moment = filled(words().moment, { percent });
    this.scrub.value = String(percent);
    this.scrub.setAttribute("aria-valuetext", moment);
    part(this.root, "moment").textContent = moment;
    if (this.cursor === null) return;
    const { left, right, shift } = this.cursor.dataset;
    const x = Number(left) + (((this.percent + Number(shift)) % 100.01) / 100) * (Number(right) - Number(left));
    this.cursor.setAttribute("x1", x.toFixed(1));
    this.cursor.setAttribute("x2", x.toFixed(1));
  }

  private frame(percent: number): number {
    const { frames, turns } = this.header;
    if (!turns) return (Math.max(0, Math.min(100, percent)) / 100) * (frames - 1);
    return ((((percent / 100) * frames) % frames) + frames) % frames;
  }
}
