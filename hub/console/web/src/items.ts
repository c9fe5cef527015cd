/** From what stands in a form to the item that is posted, and back. */
import { keyOf, partOf, type Check, type Field } from "./kinds.svelte";
import { half, say } from "./words.svelte";

export type Filled = string | boolean | Filled[] | { [name: string]: Filled } | null | undefined;
export type Values = Record<string, Filled>;

/** A form's empty values: lists are there, so that boxes can be ticked. */
export function blank(fields: Field[]): Values {
  return Object.fromEntries(fields.filter(({ check }) => check.type === "list").map(({ name }) => [name, []]));
}

/** What a sender fills. */
export const inputs = (fields: Field[]): Field[] => fields.filter((field) => !field.derived);

/** The item to post; what is empty is left out, and what cannot be read goes as it is, for the hub to say what is wrong with it. */
export function itemOf(fields: Field[], values: Values): Record<string, unknown> {
  const item: Record<string, unknown> = {};
  for (const { name, check } of inputs(fields)) {
    const value = sent(check, values[name]);
    if (value !== undefined) item[name] = value;
  }
  return item;
}

function sent(check: Check, value: Filled): unknown {
  if (value === undefined || value === null || value === "") return undefined;
  switch (check.type) {
    case "whole":
      return /^-?\d+$/.test(String(value).trim()) ? Number(value) : value;
    case "yuan":
    case "number":
      return String(value).normalize("NFKC").replaceAll(",", "").trim();
    case "boundary":
      try {
        return JSON.parse(String(value));
      } catch {
        return value;
      }
    case "part": {
      const part = itemOf(partOf(check.part), value as Values);
      return Object.keys(part).length ? part : undefined;
    }
    case "list": {
      const several = (value as Filled[]).map((one) => sent(check.each, one)).filter((one) => one !== undefined);
      return several.length ? several : undefined;
    }
    default:
      return value;
  }
}

/** A form's values for a record that stands. */
export function filled(fields: Field[], record: Record<string, unknown>): Values {
  const values = blank(inputs(fields));
  for (const { name, check } of inputs(fields)) if (record[name] !== null && record[name] !== undefined) values[name] = back(check, record[name]);
  return values;
}

function back(check: Check, value: unknown): Filled {
  if (check.type === "list") return (value as unknown[]).map((one) => back(check.each, one));
  if (check.type === "part") return filled(partOf(check.part), value as Record<string, unknown>);
  if (check.type === "flag") return Boolean(value);
  if (check.type === "boundary") return typeof value === "string" ? value : JSON.stringify(value);
  return typeof value === "object" ? keyOf(value as object) : String(value);
}

export interface Problem {
  path: string;
  message: string;
  code: string;
  chinese?: string;
  english?: string;
  detail?: string | null;
}

/** The hub's own words for what is wrong with a field. */
export function wordsOfProblem(problem: Problem): string {
  if (problem.chinese !== undefined) return say(problem.chinese, problem.english ?? "") + (problem.detail ? say(`（${problem.detail}）`, ` (${problem.detail})`) : "");
  return half(problem.message.replace(/^[\w.]+: /, ""));
}

/** Problems by the path of the field that they are about. */
export function byPath(problems: Problem[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const problem of problems) found[problem.path] = [...(found[problem.path] ?? []), wordsOfProblem(problem)];
  return found;
}

/** What is said of a field or of anything in it. */
export function about(problems: Record<string, string[]>, path: string, inner: boolean): string[] {
  const own = problems[path] ?? [];
  if (!inner) return own;
  return [...own, ...Object.entries(problems).flatMap(([name, texts]) => (name.startsWith(`${path}.`) ? texts : []))];
}
