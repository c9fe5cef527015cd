/** Which page an address shows.  Filters, tab and page stand in the query, so that an address can be sent to a colleague. */
import type { Component } from "svelte";
import table from "./routes.json";

const pages = import.meta.glob<{ default: Component }>("./pages/*.svelte");
const patterns = Object.entries(table).map(([path, page]) => ({
  page,
  names: [...path.matchAll(/:(\w+)/g)].map((found) => found[1]!),
  pattern: new RegExp(`^${path.replace(/:\w+/g, "([^/]+)")}$`),
}));

export interface Route {
  page: string | null;
  path: string;
  params: Record<string, string>;
  query: URLSearchParams;
}

function read(): Route {
  const path = location.pathname.replace(/(?<=.)\/$/, "");
  const query = new URLSearchParams(location.search);
  for (const { page, names, pattern } of patterns) {
    const found = pattern.exec(path);
    if (found) return { page, path, params: Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(found[i + 1]!)])), query };
  }
  return { page: null, path, params: {}, query };
}

export const route = $state<{ now: Route; visits: number }>({ now: read(), visits: 0 });

/** The component of a page. */
export async function component(page: string): Promise<Component | null> {
  const load = pages[`./pages/${page}.svelte`];
  return load ? (await load()).default : null;
}

export function go(address: string): void {
  history.pushState(null, "", address);
  route.now = read();
  route.visits++;
}

/** The address of this page with some of its query changed; what is empty is left out. */
export function withQuery(changes: Record<string, string | null>): string {
  const query = new URLSearchParams(route.now.query);
  for (const [name, value] of Object.entries(changes)) if (value) query.set(name, value);
    else query.delete(name);
  const text = query.toString();
  return route.now.path + (text ? `?${text}` : "");
}

/** Change the query without a new entry in the history. */
export function setQuery(changes: Record<string, string | null>): void {
  history.replaceState(null, "", withQuery(changes));
  route.now = read();
}

/** Follow links of the console's own without loading it anew. */
export function startRouting(): void {
  addEventListener("popstate", () => {
    route.now = read();
    route.visits++;
  });
  document.addEventListener("click", (event) => {
    const link = (event.target as Element | null)?.closest?.("a");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (!patterns.some(({ pattern }) => pattern.test(link.pathname))) return;
    event.preventDefault();
    if (link.href !== location.href) go(link.pathname + link.search);
  });
}
