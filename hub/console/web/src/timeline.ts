/** Records of every kind as entries of one timeline. */
import { word, type Check, type Field, type Kind } from "./kinds.svelte";
import { selectionOf } from "./kinds.svelte";
import type { Row } from "./lists";
import type { Tone } from "./parts/Mark.svelte";
import { toneOf } from "./tones";
import { plain, shown } from "./values";
import { money } from "./words.svelte";

export interface Entry {
  id: string;
  on: string;
  kind: Kind;
  department: string;
  number: string;
  text: string;
  tone: Tone;
  chip: string;
  withdrawn: boolean;
}

/** What an entry says beside its number, for kinds whose first text does not say it best. */
const TEXTS: Record<string, string> = { opinion: "text", penalty: "violationType", case_transfer: "matter", appeal: "topic", commendation: "honour", contract: "requirements" };

const isWord = (check: Check): check is { type: "word"; words: string } => check.type === "word";

/** The word that decides how an entry looks: the first whose list has tones, else the first of all. */
function deciding(kind: Kind, row: Row): { field: Field; value: string } | null {
  const words = kind.fields.filter((field) => isWord(field.check) && typeof row[field.name] === "string");
  const field = words.find((one) => isWord(one.check) && toneOf(one.check.words, "") !== null) ?? words.find((one) => !kind.identity.includes(one.name)) ?? words[0];
  return field ? { field, value: row[field.name] as string } : null;
}

export function entryOf(kind: Kind, row: Row): Entry {
  const decides = deciding(kind, row);
  const list = decides && isWord(decides.field.check) ? decides.field.check.words : "";
  const field = kind.fields.find(({ name }) => name === TEXTS[kind.name]) ?? kind.fields.find((one) => one.check.type === "text" && one.check.limit > 200);
  const text = field ? shown(field.check, row[field.name]) : "";
  const identity = kind.identity.map((name) => kind.fields.find((one) => one.name === name)).find((one) => one && ["text", "code"].includes(one.check.type));
  const fine = kind.name === "penalty" ? (row["fine"] as string | null) : null;
  return {
    id: row.recordId,
    on: String(row[kind.order.field] ?? row.recordedAt).slice(0, 10),
    kind,
    department: row.department,
    number: identity ? plain(identity.check, row[identity.name]) : "",
    text: text === "—" ? "" : text,
    tone: kind.name === "penalty" ? "bad" : decides ? (toneOf(list, decides.value) ?? "plain") : "plain",
    chip: fine ? money(fine) : decides ? word(list, decides.value) : "",
    withdrawn: row.withdrawn,
  };
}

/** What a timeline asks of a kind: all but parts, polygons and personal facts. */
export function entrySelection(kind: Kind): string {
  const plainly = selectionOf(kind, ({ check, personal }) => !personal && check.type !== "boundary" && !(check.type === "list" && check.each.type === "part"));
  return `recordId version department recordedAt withdrawn ${plainly}`;
}
