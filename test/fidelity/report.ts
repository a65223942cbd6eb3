/** How the outcomes of a replay are told. */
import type { Outcome } from './replay.ts';

export interface Summary {
  readonly total: number;
  readonly inScope: number;
  readonly same: number;
}

export function summarize(outcomes: readonly Outcome[]): Summary {
  const inScope = outcomes.filter(({ verdict }) => verdict.kind !== 'out of scope');
  return {
    total: outcomes.length,
    inScope: inScope.length,
    same: inScope.filter(({ verdict }) => verdict.kind === 'same').length,
  };
}

/** `name · same`, `name · different: how` with the first difference or all, or `name · out of scope: why`. */
export function formatOutcome({ name, verdict }: Outcome, isVerbose: boolean): string {
  if (verdict.kind === 'same') return `${name} · same`;
  if (verdict.kind === 'out of scope') return `${name} · out of scope: ${verdict.why}`;
  const shown = verdict.differences.slice(0, isVerbose ? undefined : 1).map(({ place, what }) => `${place}: ${what}`);
  const rest = verdict.differences.length - shown.length;
  return `${name} · different: ${shown.join(' | ')}${rest > 0 ? ` (and ${rest} more)` : ''}`;
}

export function formatSummary({ total, inScope, same }: Summary, version: string): string {
  return `${version}: ${same} of ${inScope} in scope are the same (${percent(same, inScope)}); ${inScope} of ${total} are in scope (${percent(inScope, total)})`;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? 'none' : `${((100 * part) / whole).toFixed(1)} %`;
}
