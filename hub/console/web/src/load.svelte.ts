/** What a page asks when it comes up, and asks again when something is posted that concerns it. */
import { Away, Refused } from "./graph.svelte";
import { heard, type Posted } from "./live";

export interface Loading<T> {
  readonly data: T | null;
  readonly busy: boolean;
  readonly refused: Refused | null;
  readonly away: boolean;
  again(): void;
}

/**
 * Ask as soon as a component is there, and whenever what `question` reads changes.  `concerns` says which posts make it ask again;
 * several at once are one question.
 */
export function loading<T>(question: (signal: AbortSignal) => Promise<T> | null, concerns?: (event: Posted) => boolean): Loading<T> {
  // What the graph answers is shown, never changed: its parts need no watching.
  let data = $state.raw<T | null>(null);
  const state = $state<{ busy: boolean; refused: Refused | null; away: boolean; round: number }>({
    busy: true,
    refused: null,
    away: false,
    round: 0,
  });
  $effect(() => {
    void state.round;
    const leaving = new AbortController();
    const asked = question(leaving.signal);
    state.busy = asked !== null;
    asked
      ?.then((answer) => {
        if (leaving.signal.aborted) return;
        data = answer;
        Object.assign(state, { refused: null, away: false, busy: false });
      })
      .catch((error: unknown) => {
        if (leaving.signal.aborted) return;
        Object.assign(state, {
          busy: false,
          away: error instanceof Away,
          refused: error instanceof Refused ? error : null,
        });
        if (!(error instanceof Away || error instanceof Refused)) throw error;
      });
    return () => leaving.abort();
  });
  $effect(() => {
    if (!concerns) return;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const stop = heard((event) => {
      if (!concerns(event)) return;
      clearTimeout(waiting);
      waiting = setTimeout(() => state.round++, 100);
    });
    return () => {
      stop();
      clearTimeout(waiting);
    };
  });
  return {
    get data() {
      return data;
    },
    get busy() {
      return state.busy;
    },
    get refused() {
      return state.refused;
    },
    get away() {
      return state.away;
    },
    again: () => void state.round++,
  };
}
