/** The province's divisions, asked once. */
import { ask, type Ask } from "./graph.svelte";

export interface Division {
  code: string;
  name: string;
  level: string;
}

export const divisions = $state<{ all: Division[] }>({ all: [] });
let asked: Promise<void> | null = null;

export function loadDivisions(by: Ask = ask): Promise<void> {
  asked ??= by<{ divisions: Division[] }>("{ divisions { code name level } }")
    .then((data) => void (divisions.all = data.divisions))
    .catch(() => void (asked = null));
  return asked;
}
