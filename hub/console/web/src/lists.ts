/** Lists of any kind of record: what they are filtered and ordered by and which columns they show, from the declarations. */
import type { Ask } from "./graph.svelte";
import { askedAs, kindByPlural, type Check, type Field, type Kind } from "./kinds.svelte";

export const PAGE = 50;
/** Longer texts are read on the record's own page. */
const LONGEST_IN_A_CELL = 200;
const MOST_COLUMNS = 7;

export type Filter = {
  name: string;
  chinese: string;
  english: string;
  way: "text" | "code" | "word" | "holding" | "day" | "number" | "whole" | "flag" | "prefecture" | "division" | "withdrawn";
  words?: string;
};

const of = (name: string, chinese: string, english: string, way: Filter["way"], words?: string): Filter => ({
  name,
  chinese,
  english,
  way,
  ...(words ? { words } : {}),
});

/** What follows from records is no field of theirs, and lists are filtered by it as well. */
const FOLLOWS: Record<string, Filter[]> = {
  mine: [
    of("standing", "绿色矿山状态", "standing", "word", "Standing"),
    of("buildDuty", "建设义务", "duty to build", "word", "BuildDuty"),
    of("contractState", "合同状态", "state of the contract", "word", "ContractState"),
    of("mustContract", "须签建设合同", "must sign a contract", "flag"),
  ],
  penalty: [of("publicationOverdue", "公示逾期未撤", "published too long", "flag")],
  case_transfer: [of("state", "办理状态", "state", "word", "TransferState"), of("overdue", "逾期", "overdue", "flag")],
};

function way(check: Check): { way: Filter["way"]; words?: string } | null {
  switch (check.type) {
    case "text":
      return { way: "text" };
    case "code":
      return { way: check.refusal === "UNKNOWN_DIVISION" ? "division" : "code" };
    case "day":
      return { way: "day" };
    case "yuan":
    case "number":
      return { way: "number" };
    case "whole":
      return { way: "whole" };
    case "flag":
      return { way: "flag" };
    case "word":
      return { way: "word", words: check.words };
    case "list":
      return check.each.type === "word" ? { way: "holding", words: check.each.words } : null;
    default:
      return null;
  }
}

export function filtersOf(kind: Kind): Filter[] {
  const own = kind.fields
    .filter((field) => field.find)
    .flatMap((field) => {
      const found = way(field.check);
      return found ? [{ name: field.name, chinese: field.chinese, english: field.english, ...found } as Filter] : [];
    });
  const all = [...(FOLLOWS[kind.name] ?? []), ...own];
  const named = new Set(all.map((one) => one.name));
  if (kind.concernsMines || kind.name === "mine") {
    if (!named.has("prefectureCode")) all.push(of("prefectureCode", "所在州（市）", "prefecture", "prefecture"));
    if (!named.has("licenceNo")) all.push(of("licenceNo", "采矿许可证号", "mining licence", "code"));
  }
  all.push(of("department", "所属部门", "department", "word", "Department"), of("withdrawn", "只看已撤回", "withdrawn only", "withdrawn"));
  return all.map((one) => (one.name === "prefectureCode" ? { ...one, way: "prefecture" } : one));
}

/** The graph's filter for what the address says. */
export function filterOf(filters: Filter[], query: URLSearchParams): Record<string, unknown> {
  const filter: Record<string, unknown> = {};
  for (const { name, way } of filters) {
    const value = query.get(name)?.trim();
    const from = query.get(`${name}.from`)?.trim();
    const to = query.get(`${name}.to`)?.trim();
    if (value) filter[name] = said(way, value);
    else if (from || to) filter[name] = { ...(from ? { from: bound(way, from) } : {}), ...(to ? { to: bound(way, to) } : {}) };
  }
  return filter;
}

function said(way: Filter["way"], value: string): unknown {
  const several = value.split(",");
  switch (way) {
    case "text":
      return { contains: value };
    case "code":
      return { startsWith: value };
    case "division":
      return { startsWith: value.replace(/(00){1,2}$/, "") };
    case "word":
      return several.length > 1 ? { in: several } : { eq: value };
    case "holding":
      return { has: value };
    case "flag":
      return { eq: value === "true" };
    case "withdrawn":
      return value === "true";
    case "whole":
      return { eq: Number(value) };
    default:
      return { eq: value };
  }
}

const bound = (way: Filter["way"], value: string): unknown => (way === "whole" ? Number(value) : value);

/** How the list is ordered: `sort=decidedOn` or `sort=-decidedOn` in the address. */
export function orderOf(kind: Kind, query: URLSearchParams): { field: Field; descending: boolean } | null {
  const text = query.get("sort") ?? "";
  const field = kind.fields.find((one) => one.sort && one.name === text.replace(/^-/, ""));
  return field ? { field, descending: text.startsWith("-") } : null;
}

function fits(field: Field): boolean {
  const check = field.check;
  if (field.personal || /^authority|Code$|^(west|south|east|north)$/.test(field.name)) return false;
  if (check.type === "text") return check.limit <= LONGEST_IN_A_CELL;
  if (check.type === "list") return check.each.type === "word";
  return check.type !== "boundary" && check.type !== "part";
}

/** The columns of a list: what identifies a record, what it is about, its words and sums, and the day by which it is ordered. */
export function columnsOf(kind: Kind): Field[] {
  const rank = (field: Field): number => {
    if (kind.identity.includes(field.name)) return field.check.type === "word" ? 3 : 0;
    if (/^(name|title|partyName|matter|honour)$/.test(field.name)) return 1;
    if (field.link?.noun === "mine" || field.link?.noun === "enterprise") return 2;
    if (field.name === kind.order.field) return 4;
    if (field.adds) return 5;
    if (field.check.type === "word" || (field.check.type === "list" && field.check.each.type === "word")) return 3.5;
    return field.find ? 6 : 9;
  };
  const weight = (rank: number) => (rank === 4 || rank === 5 ? 2.5 : rank);
  return kind.fields
    .filter((field) => fits(field) || kind.identity.includes(field.name))
    .map((field, place) => ({ field, place, rank: rank(field) }))
    .filter(({ rank }) => rank < 9)
    // The day and the sums are never what is left out.
    .sort((one, other) => weight(one.rank) - weight(other.rank) || one.place - other.place)
    .slice(0, MOST_COLUMNS)
    .sort((one, other) => one.rank - other.rank || one.place - other.place)
    .map(({ field }) => field);
}

const NAMED: Record<string, string> = { mine: "licenceNo name", enterprise: "uscc name", authority: "code name", division: "code name", assessor: "uscc name" };

/** What to ask for a column: its value, and the name of what it links to. */
export function columnSelection(field: Field): string {
  if (field.check.type === "list") return askedAs(field);
  const link = field.link && NAMED[field.link.noun] ? ` ${field.link.name} { ${NAMED[field.link.noun]} }` : "";
  return askedAs(field) + link;
}

export interface Row {
  __typename?: string;
  recordId: string;
  version: number;
  department: string;
  recordedAt: string;
  withdrawn: boolean;
  [field: string]: unknown;
}

export interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
}

export interface Page<T = Row> {
  nodes: T[];
  totalCount: number;
  pageInfo: PageInfo;
}

/** A file holds at most so many rows. */
const MOST_ROWS = 10_000;
const AT_ONCE = 500;

/** All rows of a `list`, as many as a file holds. */
export async function everyRow<T>(by: Ask, query: string, variables: object): Promise<T[]> {
  const rows: T[] = [];
  let after: string | null = null;
  do {
    const { list }: { list: Page<T> } = await by<{ list: Page<T> }>(query, { ...variables, first: AT_ONCE, after, last: undefined, before: undefined });
    rows.push(...list.nodes);
    after = list.pageInfo.hasNextPage ? list.pageInfo.endCursor : null;
  } while (after && rows.length < MOST_ROWS);
  return rows;
}

/** The part of a list that the address says. */
export function placeOf(query: URLSearchParams): Record<string, unknown> {
  const before = query.get("before");
  return before ? { last: PAGE, before } : { first: PAGE, after: query.get("after") };
}

export interface ListOf {
  kind: Kind;
  columns: Field[];
  more?: string;
}

/** The question for one page of a list. */
export function listQuery({ kind, columns, more = "" }: ListOf): string {
  const chosen = columns.map(columnSelection).join(" ");
  return `query List($filter: ${kind.type}Filter, $orderBy: [${kind.type}Order!], $first: Int, $after: String, $last: Int, $before: String) {
    list: ${kind.plural}(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { recordId version department recordedAt withdrawn ${chosen} ${more} }
    }
  }`;
}

export function listVariables(kind: Kind, filter: object, query: URLSearchParams): Record<string, unknown> {
  const order = orderOf(kind, query);
  return {
    filter,
    ...(order ? { orderBy: [{ field: order.field.word, direction: order.descending ? "DESC" : "ASC" }] } : {}),
    ...placeOf(query),
  };
}

/** Where a record is read. */
export function addressOf(kind: Kind, row: Row): string {
  if (kind.name === "mine") return `/mines/${encodeURIComponent(String(row["licenceNo"]))}`;
  if (kind.name === "enterprise") return `/enterprises/${encodeURIComponent(String(row["uscc"]))}`;
  if (kind.name === "assessment") return `/assessments/${encodeURIComponent(String(row["assessmentNo"]))}`;
  return `/records/${encodeURIComponent(row.recordId)}`;
}

/** The kind of a record by its id: `penalty_…`. */
export function pluralOfId(id: string, kinds: Kind[]): Kind | undefined {
  const name = id.replace(/_[0-9a-f]{30}(\.v\d+)?$/, "");
  const kind = kinds.find((one) => one.name === name);
  return kind && kindByPlural(kind.plural);
}
