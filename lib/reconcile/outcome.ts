/**
 * How a run ends, for whoever called it.
 */

/** How a run ended; failures that use up an attempt are thrown instead. */
export type Outcome =
  | { readonly kind: 'done'; readonly result: 'published' | 'unchanged' | 'refused' | 'gone' }
  /** not now; no attempt is used up; `reason` is a code of domain/reason.ts */
  | { readonly kind: 'again'; readonly afterMs: number; readonly reason: string };

/** What a worker says about a run. */
export interface RunContext {
  readonly runId: string;
  /** true if a failure now is final: the receipt then says failed */
  readonly isLastAttempt: boolean;
  readonly signal: AbortSignal;
}
