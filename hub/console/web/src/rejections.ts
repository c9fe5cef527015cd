/** What people do at the quarantine's desk, and what is said when it is done. */
import type { Ask } from "./graph.svelte";
import { say } from "./words.svelte";

interface Done {
  done: { done: number; taken: number };
}

export async function retry(by: Ask, ids: string[]): Promise<string> {
  const { done } = await by<Done>("mutation Retry($ids: [ID!]) { done: retryRejections(choice: { ids: $ids }) { done taken } }", { ids });
  return say(`已重试 ${done.done} 条，其中 ${done.taken} 条已接收。`, `${done.done} were tried again, ${done.taken} of them were taken.`);
}

export async function dismiss(by: Ask, ids: string[], reason: string): Promise<string> {
  const { done } = await by<Done>("mutation Dismiss($ids: [ID!], $reason: String!) { done: dismissRejections(choice: { ids: $ids }, reason: $reason) { done taken } }", { ids, reason });
  return say(`${done.done} 条不予处理。`, `${done.done} were dismissed.`);
}
