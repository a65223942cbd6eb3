/** Orphans as values, for the rules about them. */
import { formatClaim, LABELS } from '../../lib/domain/claim.ts';
import { type Closing, formatClosing, formatQuarantine } from '../../lib/domain/closing.ts';
import type { OrphanFacts, OrphanRules } from '../../lib/domain/orphan.ts';

export const UUID = '0198c0de-0000-7000-8000-000000000001';
export const NOW = Date.parse('2026-08-21T12:00:00Z');
export const HOUR_MS = 3_600_000;

export const RULES: OrphanRules = { policy: 'full', quarantineMs: 24 * HOUR_MS, closingMs: 450_000, now: NOW };

/** A proven orphan that nobody has seen yet; @param labels in place of its own, undefined takes one away */
export function orphan(
  facts: Partial<OrphanFacts> = {},
  labels: Readonly<Record<string, string | undefined>> = {},
): OrphanFacts {
  const claim = formatClaim({ uuid: UUID, repositoryId: 42, pushVersion: 3, targetVersion: 5 });
  const all = { [LABELS.repository]: '42', [LABELS.claim]: claim, [LABELS.protection]: 'false', ...labels };
  const kept = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    labels: Object.fromEntries(kept),
    uuid: UUID,
    version: 3,
    isOurs: true,
    isGone: true,
    isProven: true,
    deletedAt: null,
    ...facts,
  };
}

/** Since so many milliseconds. */
export function quarantined(ms: number): Record<string, string> {
  return { [LABELS.quarantine]: formatQuarantine(NOW - ms) };
}

/** The deletion was ordered so many milliseconds ago. */
export function closed(ms: number, closing: Partial<Closing> = {}): Record<string, string> {
  return { [LABELS.closing]: formatClosing({ uuid: UUID, version: 3, since: NOW - ms, order: 'sweep', ...closing }) };
}
