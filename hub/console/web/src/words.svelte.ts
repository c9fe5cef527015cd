/** The language that is spoken, and how days, instants and sums are written in it. */

export type Language = "zh" | "en";
const KEPT = "hub-language";

function chosen(): Language {
  try {
    return localStorage.getItem(KEPT) === "en" ? "en" : "zh";
  } catch {
    return "zh";
  }
}

export const language = $state<{ now: Language }>({ now: chosen() });

export function speak(now: Language): void {
  language.now = now;
  try {
    localStorage.setItem(KEPT, now);
  } catch {
    // A browser that keeps nothing still speaks.
  }
}

/** A text of the console itself, in the language that is spoken. */
export function say(chinese: string, english: string): string {
  return language.now === "zh" ? chinese : english;
}

/** Something declared with both terms. */
export function term(of: { chinese: string; english: string } | undefined, otherwise = ""): string {
  return of ? say(of.chinese, of.english || of.chinese) || otherwise : otherwise;
}

/** A text that says both, as descriptions and messages do: `中文 / English`. */
export function half(both: string): string {
  const [chinese, english] = both.split(" / ", 2);
  return say(chinese ?? both, english ?? both);
}

const NUMBERS = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 6 });

export function figure(value: string | number): string {
  return NUMBERS.format(Number(value));
}

/** A sum of money: in 万元 where it is large, as sums are told. */
export function money(yuan: string | number | null): string {
  if (yuan === null) return "—";
  const value = Number(yuan);
  if (value >= 10_000) return `${NUMBERS.format(Math.round(value / 100) / 100)} ${say("万元", "× 10,000 yuan")}`;
  return `${NUMBERS.format(value)} ${say("元", "yuan")}`;
}

const DAY = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short" });
const INSTANT = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });

/** Today in China. */
export function today(): string {
  return DAY.format(new Date());
}

/** An instant in China's time, to the minute. */
export function instant(text: string | null): string {
  return text ? INSTANT.format(new Date(text)) : "—";
}

/** How long ago an instant was. */
export function ago(text: string | null, now = Date.now()): string {
  if (!text) return say("从未", "never");
  const minutes = Math.max(0, Math.round((now - Date.parse(text)) / 60_000));
  if (minutes < 1) return say("刚刚", "just now");
  if (minutes < 60) return say(`${minutes} 分钟前`, `${minutes} min ago`);
  if (minutes < 48 * 60) return say(`${Math.round(minutes / 60)} 小时前`, `${Math.round(minutes / 60)} h ago`);
  return say(`${Math.round(minutes / 1440)} 天前`, `${Math.round(minutes / 1440)} days ago`);
}

/** Whole days from today until a day; negative where it is past. */
export function daysUntil(day: string): number {
  return Math.round((Date.parse(day) - Date.parse(today())) / 86_400_000);
}
