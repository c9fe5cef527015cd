/** The colour of a word: what carries, what warns, what blocks.  A colour never stands alone: a mark and the word go with it. */
import type { Tone } from "./parts/Mark.svelte";

const TONES: Record<string, Record<string, Tone>> = {
  Standing: {
    LISTED_NATIONAL: "good",
    LISTED_PROVINCIAL: "good",
    UNDER_ASSESSMENT: "info",
    PUBLIC_NOTICE: "info",
    CONTRACTED: "info",
    WARNED: "warn",
    REMOVED: "bad",
  },
  Verdict: { AGREE: "good", AGREE_WITH_CONDITIONS: "warn", DISAGREE: "bad" },
  DirectoryStep: { LISTED: "good", PROPOSED: "info", PUBLIC_NOTICE: "info", RECTIFICATION: "warn", REMOVED: "bad" },
  ContractState: { RUNNING: "info", FULFILLED: "good", MISSING: "bad", OVERDUE: "bad", BREACHED: "bad", TRANSFER_ONLY: "warn" },
  AssessmentResult: { PASSED: "good", FAILED: "bad", IN_PROGRESS: "info" },
  StepOutcome: { PASSED: "good", FAILED: "bad" },
  TransferState: { OPEN: "warn", IN_HAND: "info", RETURNED: "plain", HANDLED: "good" },
  Eligibility: { ELIGIBLE: "good", IN_DOUBT: "warn", BARRED: "bad" },
  ReportState: { SIGNED_OFF: "good", LATE: "warn", DUE_SOON: "warn", OVERDUE: "bad" },
  DutyState: { DONE: "good", IN_HAND: "info", OVERDUE: "bad", NO_RECORD: "warn" },
  Freshness: { FRESH: "good", LATE: "warn", FAILING: "bad", NEVER: "bad" },
  PublicationClass: { MINOR: "info", GENERAL: "warn", SERIOUS: "bad" },
  RegistrationStatus: { REVOKED: "bad", DEREGISTERED: "bad" },
  LifeCycle: { PRODUCING: "good", SUSPENDED: "warn", CLOSED: "bad", CLOSING: "warn" },
  Outcome: { ACCEPTED: "good", NEW_VERSION: "good", UNCHANGED: "info", STALE: "warn", REJECTED: "bad" },
  LoanAnswer: { CLEAR: "good", ATTENTION: "warn", BLOCKED: "bad", UNKNOWN: "plain" },
  ChangeOfFinding: { NEW: "warn", WORSE: "bad", BETTER: "good", OTHERWISE: "info", GONE: "good" },
  DeliveryState: { WAITING: "info", SENT: "info", ACKNOWLEDGED: "good", REFUSED: "bad", DEAD: "bad" },
  RejectionState: { WAITING: "warn", TAKEN: "good", REPAIRED: "good" },
  WebhookState: { ACTIVE: "good", PAUSED: "warn" },
  WorkState: { RUNNING: "info", DUE: "warn", WAITING: "good" },
  Severity: { INFO: "info", ATTENTION: "warn", BLOCKING: "bad", UNKNOWN: "plain" },
};

/** The tone of a word, where its list has tones at all. */
export function toneOf(list: string, value: string): Tone | null {
  const tones = TONES[list];
  return tones ? (tones[value] ?? "plain") : null;
}
