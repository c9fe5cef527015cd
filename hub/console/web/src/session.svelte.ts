/** Who looks: known from the browser's session, told to every tab when it ends. */
import { whenEnded } from "./graph.svelte";

export interface Who {
  name: string;
  role: "DEPARTMENT" | "BANK" | "CREDIT_DISCLOSURE" | "OPERATOR";
  department: string | null;
  division: string;
  office?: string | null;
  until: string;
  posts?: string[];
  reads?: string[];
  purposes?: string[];
  bankActs?: string[];
  scopes?: string[];
}

/** `who` is null for a stranger; nothing is known before `known`. */
export const session = $state<{ known: boolean; who: Who | null; signsIn: boolean; over: boolean }>({
  known: false,
  who: null,
  signsIn: true,
  over: false,
});

const tabs = "BroadcastChannel" in window ? new BroadcastChannel("hub-session") : null;

function over(): void {
  if (session.who) session.over = true;
  session.who = null;
}

whenEnded(over);
tabs?.addEventListener("message", ({ data }) => (data === "out" ? over() : void recognise()));

/** Ask who is signed in. */
export async function recognise(): Promise<void> {
  try {
    const answer = await fetch("/me/known", { headers: { accept: "application/json" } });
    const told = answer.ok ? ((await answer.json()) as { who: Who | null; signsIn: boolean }) : { who: null, signsIn: false };
    Object.assign(session, told);
    if (session.who) session.over = false;
  } catch {
    session.who = null;
  }
  session.known = true;
}

/** Sign out, here and in every other tab, and go where the identity provider wants it. */
export async function leave(): Promise<void> {
  const answer = await fetch("/sign-out", { method: "POST", headers: { accept: "application/json" } });
  const { location } = (await answer.json()) as { location: string };
  tabs?.postMessage("out");
  window.location.assign(location);
}

/** Other tabs learn that somebody has signed in. */
export function tellTabs(): void {
  tabs?.postMessage("in");
}

export const mayPost = (kind: string): boolean => session.who?.posts?.includes(kind) ?? false;
export const isRole = (...roles: Who["role"][]): boolean => session.who !== null && roles.includes(session.who.role);
/** What a person does for a bank follows from the office: what is not theirs is not offered, and its place says whose it is. */
export type BankAct = "CHECK" | "READ_CHECKS" | "ATTEST" | "READ_PORTFOLIOS" | "ACKNOWLEDGE" | "MANAGE_PORTFOLIOS";
export const mayBank = (...acts: BankAct[]): boolean => acts.some((act) => session.who?.bankActs?.includes(act));
/** Whether rows of a noun may be seen at all: what may not be is not asked for, and its place says so. */
export const mayRead = (noun: string): boolean => session.who?.reads?.includes(noun) ?? true;
/** Whether the person sees to what was not taken, or did not arrive: departments to their own, operators who may run the hub to all. */
export const maySettle = (): boolean => isRole("DEPARTMENT", "CREDIT_DISCLOSURE") || (session.who?.scopes?.includes("hub:operate") ?? false);
