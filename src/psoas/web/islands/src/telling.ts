// The sentence about the chosen muscle and the table of one leg, kept at the moment that is shown.

import { filled, part, words } from "./page";
import { type Doing, type Scene, between } from "./scene";

export class Telling {
  constructor(
    private readonly root: HTMLElement,
    private readonly scene: Scene,
    /** As it is and, where something is changed, changed. */
    public doing: Doing[],
  ) {}

  tell(at: number, chosen: number | null): void {
    for (const row of this.root.querySelectorAll<HTMLElement>("tr[data-lines]")) this.fill(row, at);
    part(this.root, "says").textContent = chosen === null ? words().nothing : this.sentence(at, chosen);
  }

  private sentence(at: number, k: number): string {
    const { name } = this.scene.header.muscles[k];
    const [force, changed] = this.doing.map((doing) => this.force(doing, [k], at).toFixed(0));
    return filled(changed === undefined ? words().one : words().two, {
      name: words().names[name],
      does: words().does[name],
      length: (100 * this.length(k, at)).toFixed(1),
      force,
      changed: changed ?? force,
    });
  }

  private fill(row: HTMLElement, at: number): void {
    const lines = (row.dataset["lines"] ?? "").split(" ").map(Number);
    const cells = row.querySelectorAll("td");
    const mean = lines.reduce((sum, k) => sum + this.length(k, at), 0) / lines.length;
    cells[0].textContent = (100 * mean).toFixed(1);
    this.doing.forEach((doing, c) => (cells[1 + c].textContent = this.force(doing, lines, at).toFixed(0)));
  }

  private length(k: number, at: number): number {
    const { frames, muscles } = this.scene.header;
    return between(this.scene.length_m, frames, muscles.length, at, k);
  }

  private force(doing: Doing, lines: number[], at: number): number {
    const { frames, muscles } = this.scene.header;
    return lines.reduce((sum, k) => sum + between(doing.force_n, frames, muscles.length, at, k), 0);
  }
}
