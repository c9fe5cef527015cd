/** Light or dark: as the system has it, unless somebody chose. */
const KEPT = "hub-look";
const system = matchMedia("(prefers-color-scheme: dark)");

function chosen(): "light" | "dark" | null {
  const kept = localStorage.getItem(KEPT);
  return kept === "light" || kept === "dark" ? kept : null;
}

const current = () => chosen() ?? (system.matches ? "dark" : "light");
export const look = $state<{ now: "light" | "dark" }>({ now: current() });

function show(): void {
  look.now = current();
  document.documentElement.dataset["look"] = look.now;
}

system.addEventListener("change", show);
show();

export function turn(): void {
  localStorage.setItem(KEPT, look.now === "dark" ? "light" : "dark");
  show();
}
