/** What is declared of every kind of record: menus, forms, tables and words are drawn from it. */
import { say, term } from "./words.svelte";

export type Check =
  | { type: "text"; limit: number }
  | { type: "code"; limit: number; refusal: string }
  | { type: "day"; past: boolean }
  | { type: "yuan" | "number"; places: number; limit: string }
  | { type: "whole"; low: number; high: number }
  | { type: "flag" }
  | { type: "word"; words: string }
  | { type: "list"; each: Check; least: number; most: number }
  | { type: "boundary" }
  | { type: "part"; part: string };

export interface Field {
  name: string;
  chinese: string;
  english: string;
  standard?: string;
  required?: boolean;
  derived?: boolean;
  find?: boolean;
  sort?: boolean;
  adds?: boolean;
  personal?: boolean;
  word?: string;
  link?: { noun: string; name: string; key: string };
  check: Check;
}

export interface Kind {
  name: string;
  type: string;
  chinese: string;
  english: string;
  plural: string;
  mutation: string;
  identity: string[];
  number: string | null;
  order: { field: string; descending: boolean };
  keeper: string | null;
  organ: string | null;
  /** Whether a record names mines, and so is reached from them; or concerns them by what it names. */
  namesMines: boolean;
  concernsMines: boolean;
  fields: Field[];
}

interface Word {
  word: string;
  chinese: string;
  english: string;
}

interface Declared {
  kinds: Record<string, Omit<Kind, "name">>;
  parts: Record<string, { fields: Field[] }>;
  words: Record<string, { chinese: string; english: string; words: Word[] }>;
  duties: Record<string, string>;
}

let declared: Declared | undefined;
let byPlural = new Map<string, Kind>();
let byType = new Map<string, Kind>();
/** What was said before the words were there is said anew once they are. */
let byWord = $state.raw(new Map<string, Word>());

/** Take what is declared from where the shell says that it is, and is being fetched; everything else here stands on it. */
export async function learn(): Promise<void> {
  const answer = await fetch(document.querySelector<HTMLLinkElement>('link[rel="preload"][as="fetch"]')!.href);
  if (!answer.ok) throw new Error(`kinds.json: ${answer.status}`);
  declared = (await answer.json()) as Declared;
  // The mines of a penalty are a list of numbers, which is linked by a table of its own.
  for (const { fields } of Object.values(declared.kinds))
    for (const field of fields)
      if (field.name === "mines" && field.check.type === "list") field.link ??= { noun: "mine", name: "mines", key: "licenceNo" };
  const kinds = Object.entries(declared.kinds).map(([name, kind]) => ({ name, ...kind }));
  byPlural = new Map(kinds.map((kind) => [kind.plural, kind]));
  byType = new Map(kinds.map((kind) => [kind.type, kind]));
  byWord = new Map(Object.entries(declared.words).flatMap(([list, { words }]) => words.map((one) => [`${list}.${one.word}`, one] as const)));
}

export const kinds = (): Kind[] => [...byPlural.values()];
export const kindOf = (name: string): Kind | undefined => {
  const found = declared?.kinds[name.toLowerCase()];
  return found && { name: name.toLowerCase(), ...found };
};
export const kindByPlural = (plural: string): Kind | undefined => byPlural.get(plural);
export const kindByType = (type: string): Kind | undefined => byType.get(type);
export const partOf = (name: string): Field[] => declared?.parts[name]?.fields ?? [];

/** The words of a list, in their order. */
export const wordsOf = (list: string): Word[] => declared?.words[list]?.words ?? [];

/** What people call a word; the word itself, in small letters, where it is not declared. */
export function word(list: string, value: string | null | undefined): string {
  if (value === null || value === undefined) return "—";
  return term(byWord.get(`${list}.${value}`), value.toLowerCase().replaceAll("_", " "));
}

export const department = (value: string | null | undefined): string => word("Department", value);
export const errorText = (code: string): string => term(byWord.get(`ErrorCode.${code}`), say("出错了", "Something went wrong"));
export const duties = (of: string): string => declared?.duties[of] ?? "";
export const kindName = (kind: Kind | undefined): string => term(kind);

/** What may be asked of a part or a field that is an object; nothing for what is a value. */
export function selection(check: Check): string {
  if (check.type === "part") return `{ ${partOf(check.part).map((field) => field.name + selection(field.check)).join(" ")} }`;
  return check.type === "list" ? selection(check.each) : "";
}

/** How the graph is asked for a field.  A list of numbers is read as what they name. */
export function askedAs(field: Field): string {
  const { name, link, check } = field;
  if (link && check.type === "list") return `${name === link.name ? "" : `${name}: `}${link.name} { ${link.key} name }`;
  return name + selection(check);
}

/** All fields of a kind, as the graph is asked for them. */
export function selectionOf(kind: Kind, wanted: (field: Field) => boolean = () => true): string {
  return kind.fields.filter(wanted).map(askedAs).join(" ");
}

/** The number of something that is named by it, out of what the graph says of it. */
export const keyOf = (named: object): string => {
  const { licenceNo, uscc, code } = named as { licenceNo?: string; uscc?: string; code?: string };
  return licenceNo ?? uscc ?? code ?? "";
};
