/** Questions to the graph, with the session of who asks, as any client asks them. */
import { errorText } from "./kinds.svelte";
import { half, say } from "./words.svelte";

export interface GraphError {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string; field?: string; chinese?: string; english?: string; detail?: string; retryAfter?: number };
}

/** What the hub refuses, in its own words. */
export class Refused extends Error {
  constructor(readonly errors: GraphError[]) {
    super(errors[0]?.message ?? "");
  }

  get code(): string {
    return this.errors[0]?.extensions?.code ?? "INTERNAL";
  }

  get told(): string {
    return told(this.errors[0]);
  }
}

/** Why the hub cannot be asked at all. */
export class Away extends Error {}

/** What is said to a person of why something was not done. */
export const whyNot = (error: unknown): string => (error instanceof Refused ? error.told : say("枢纽没有应答，请稍后再试。", "The hub does not answer; please try again later."));

/** An error's sentence in the language that is spoken. */
export function told(error: GraphError | undefined): string {
  const more = error?.extensions;
  const sentence = more?.chinese !== undefined ? say(more.chinese, more.english ?? "") : errorText(more?.code ?? "");
  // Why somebody may not is told in both languages, of a field of the record.
  const why = more?.code === "FORBIDDEN" && more.detail?.includes(" / ") ? half(more.detail.replace(/^[\w.]+: /, "")) : "";
  return sentence + (why && say(`（${why}）`, ` (${why})`));
}

/** Whether the hub is there, and since when what is shown stands where it is not. */
export const hub = $state<{ away: boolean; heard: string | null }>({ away: false, heard: null });

/** Why a bank reads; sent with every question. */
export const purpose = $state<{ word: string; reference: string }>(kept());

const PURPOSE = "hub-purpose";

function kept(): { word: string; reference: string } {
  try {
    return JSON.parse(sessionStorage.getItem("hub-purpose") ?? "") as { word: string; reference: string };
  } catch {
    return { word: "", reference: "" };
  }
}

export function statePurpose(word: string, reference: string): void {
  Object.assign(purpose, { word, reference });
  sessionStorage.setItem(PURPOSE, JSON.stringify({ word, reference }));
}

export function headers(accept: string): Record<string, string> {
  const stated: Record<string, string> = purpose.word ? { "hub-purpose": purpose.word + (purpose.reference ? `; ref="${purpose.reference}"` : "") } : {};
  return { "content-type": "application/json", accept, ...stated };
}

let ended: () => void = () => {};
/** Whom to tell that the session has ended. */
export function whenEnded(tell: () => void): void {
  ended = tell;
}

interface Answer<T> {
  data?: T | null;
  errors?: GraphError[];
}

export type Ask = <T>(query: string, variables?: object, signal?: AbortSignal) => Promise<T>;

/** Ask the graph; errors with data (a field that was refused) leave the data standing. */
export const ask: Ask = (query, variables, signal) => askAt("/graphql", query, variables, signal);

/** Ask what the public may see, whoever asks; NOT_FOUND where the hub lets nobody in by this door. */
export const askPublic: Ask = (query, variables, signal) => askAt("/graphql/public", query, variables, signal);

async function askAt<T>(door: string, query: string, variables: object = {}, signal?: AbortSignal): Promise<T> {
  const result = await sent<Answer<T>>(door, { headers: headers("application/json"), body: JSON.stringify({ query, variables }), ...(signal ? { signal } : {}) });
  if (result.errors?.length && !result.data) throw refusal(result.errors);
  return result.data as T;
}

/** Hand a file over at one of the hub's doors; what it says came of it. */
export async function handOver<T>(door: string, file: File): Promise<T> {
  const type = file.name.toLowerCase().endsWith(".csv") ? "text/csv" : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  const result = await sent<T & { errors?: GraphError[] }>(door, { headers: { ...headers("application/json"), "content-type": type }, body: file });
  if (result.errors?.length) throw refusal(result.errors);
  return result;
}

async function sent<T>(door: string, request: RequestInit): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(door, { method: "POST", ...request });
  } catch (error) {
    if (request.signal?.aborted) throw error;
    hub.away = true;
    throw new Away();
  }
  if (answer.status >= 502) {
    hub.away = true;
    throw new Away();
  }
  if (answer.status === 404) throw new Refused([{ message: "", extensions: { code: "NOT_FOUND" } }]);
  const result = (await answer.json()) as T;
  hub.away = answer.status === 503;
  if (!hub.away) hub.heard = new Date().toISOString();
  return result;
}

function refusal(errors: GraphError[]): Refused {
  const refused = new Refused(errors);
  if (refused.code === "UNAUTHENTICATED") ended();
  return refused;
}
