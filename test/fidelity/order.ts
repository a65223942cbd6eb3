/**
 * The order of replay: by number. Each hundred was recorded in one go; one that was recorded before another goes before
 * it, as the time of the first thing that it made tells.
 */
import { textsIn } from './json.ts';
import type { Recording } from './recording.ts';

export function inOrderOfTime(recordings: readonly Recording[]): Recording[] {
  const hundreds = new Map<number, Recording[]>();
  for (const recording of recordings) {
    const hundred = Math.floor(recording.number / 100);
    hundreds.set(hundred, [...(hundreds.get(hundred) ?? []), recording]);
  }
  const starts = new Map([...hundreds].map(([hundred, rows]) => [hundred, startOf(rows)]));
  return [...hundreds.entries()]
    .toSorted(([a], [b]) => (starts.get(a) ?? '').localeCompare(starts.get(b) ?? '') || a - b)
    .flatMap(([, rows]) => rows);
}

/** Time of the first thing that was made or started, as text that sorts. */
function startOf(recordings: readonly Recording[]): string {
  for (const recording of recordings) {
    if (recording.kind !== 'exchange' || ![201, 202].includes(recording.response.status)) continue;
    const latest = latestTime(recording.response.body);
    if (latest !== null) return latest;
  }
  return '';
}

function latestTime(body: unknown): string | null {
  const times = [...textsIn(body)].filter((text) => /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d/.test(text));
  return (
    times
      .map((text) => text.slice(0, 19).replace('T', ' '))
      .toSorted()
      .at(-1) ?? null
  );
}
