// What the islands share of the page: its parts, and the words that the server put there.

/** What the server says in words, so that nothing here has to be translated. */
export interface Words {
  names: Record<string, string>;
  does: Record<string, string>;
  play: string;
  pause: string;
  moment: string;
  one: string;
  two: string;
  nothing: string;
  value: string;
  range: string;
  failed: string;
}

let read: Words | null = null;

export function words(): Words {
  read ??= JSON.parse(document.getElementById("body-words")?.textContent ?? "{}") as Words;
  return read;
}

export function part(root: HTMLElement, name: string): HTMLElement {
  const found = root.querySelector<HTMLElement>(`[data-part=${name}]`);
  if (found === null) throw new Error(`the page has no part ${name}`);
  return found;
}

/** "{length} cm" with its values; the sentence itself comes from the server. */
export function filled(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Parts that wait for the island, or that it replaces. */
export function reveal(root: HTMLElement, which: "island" | "picture" | "nothing", shown: boolean): void {
  for (const found of root.querySelectorAll<HTMLElement>(`[data-with=${which}]`)) found.hidden = !shown;
}
