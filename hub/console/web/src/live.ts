/**
 * What is posted, as it is posted.  A browser has six connections to a host, so one tab alone follows the log and tells the others;
 * when it is closed another takes its place.
 */
import { headers } from "./graph.svelte";
import { recognise } from "./session.svelte";

export interface Posted {
  cursor: string;
  position: number;
  kind: string;
  action: string;
  recordId: string;
  version: number;
  department: string;
  licenceNos: string[];
  recordedAt: string;
}

const QUERY =
  "subscription($after: Cursor) { recordPosted(after: $after) { cursor position kind action recordId version department licenceNos recordedAt } }";
const LONGEST_WAIT = 30_000;

const listeners = new Set<(event: Posted) => void>();
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("hub-live") : null;
tabs?.addEventListener("message", ({ data }) => tell(data as Posted));
let stopping: AbortController | null = null;

function tell(event: Posted): void {
  for (const listener of listeners) listener(event);
}

/** Hear of every post until the function that is given back is called. */
export function heard(listener: (event: Posted) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Begin to follow, in one tab of all. */
export function follow(): void {
  if (stopping) return;
  stopping = new AbortController();
  const { signal } = stopping;
  if ("locks" in navigator) void navigator.locks.request("hub-live", { signal }, () => lead(signal)).catch(() => {});
  else void lead(signal);
}

export function stopFollowing(): void {
  stopping?.abort();
  stopping = null;
}

async function lead(signal: AbortSignal): Promise<void> {
  let after: string | null = null;
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      for await (const event of events(after, signal)) {
        failures = 0;
        after = event.cursor;
        tabs?.postMessage(event);
        tell(event);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Ended) return void recognise();
    }
    await new Promise((done) => setTimeout(done, Math.min(LONGEST_WAIT, 500 * 2 ** failures) * (0.5 + Math.random())));
  }
}

/** The session is over: there is nothing to try again. */
class Ended extends Error {}

async function* events(after: string | null, signal: AbortSignal): AsyncGenerator<Posted> {
  const answer = await fetch("/graphql", {
    method: "POST",
    headers: headers("text/event-stream"),
    body: JSON.stringify({ query: QUERY, variables: { after } }),
    signal,
  });
  if (answer.status === 401 || answer.status === 403) throw new Ended();
  if (!answer.ok || !answer.body) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    held += value;
    for (let end = held.indexOf("\n\n"); end >= 0; end = held.indexOf("\n\n")) {
      const event = held.slice(0, end);
      held = held.slice(end + 2);
      const data = /^data: (.+)$/m.exec(event)?.[1];
      if (!event.startsWith("event: next") || !data) continue;
      const { data: posted, errors } = JSON.parse(data) as {
        data?: { recordPosted: Posted } | null;
        errors?: { extensions?: { code?: string } }[];
      };
      if (errors?.some((one) => one.extensions?.code === "UNAUTHENTICATED")) throw new Ended();
      if (posted) yield posted.recordPosted;
    }
  }
}
