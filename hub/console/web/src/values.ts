/** Values of fields as plain text: in files, titles and comparisons. */
import { keyOf, partOf, word, type Check } from "./kinds.svelte";
import { figure, say } from "./words.svelte";

export function plain(check: Check, value: unknown): string {
  if (value === null || value === undefined || value === "") return "";
  switch (check.type) {
    case "word":
      return word(check.words, String(value));
    case "flag":
      return value ? say("是", "yes") : say("否", "no");
    case "list":
      return (value as unknown[]).map((one) => plain(check.each, one)).join("；");
    case "part":
      return partOf(check.part)
        .map((field) => [say(field.chinese, field.english), plain(field.check, (value as Record<string, unknown>)[field.name])])
        .filter(([, text]) => text)
        .map(([name, text]) => `${name}：${text}`)
        .join("，");
    case "boundary":
      return JSON.stringify(value);
    default:
      return typeof value === "object" ? keyOf(value) : String(value);
  }
}

/** A value as a person reads it in a line of text. */
export function shown(check: Check, value: unknown): string {
  if (value === null || value === undefined || value === "") return "—";
  if (check.type === "yuan") return `${figure(value as string)} ${say("元", "yuan")}`;
  if (check.type === "number") return figure(value as string);
  return plain(check, value) || "—";
}
