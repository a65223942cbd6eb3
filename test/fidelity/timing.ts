/** When a task was looked at while it ran: the replay holds it there. */
import { objectsIn, textAt } from './json.ts';
import type { RecordedExchange, Recording } from './recording.ts';
import { isTask } from './world-rows.ts';

/** Labels of tasks that the answer shows running. */
export function runningLabels({ request, response }: RecordedExchange): string[] {
  if (request.method !== 'GET') return [];
  return [...objectsIn(response.body)]
    .filter((row) => isTask(row) && textAt(row, 'state') === 'running')
    .map((row) => textAt(row, 'label') ?? '');
}

/** Step before which a task of that label is held: one that starts others is seen running while it waits for them. */
export function heldStepOf(label: string): string {
  return label.endsWith('::CapsuleSync') ? 'watch' : '';
}

/** Label of a task that this write starts and that is looked at, or in the way, before the next write; null for none. */
export function labelsHeldFrom(recordings: readonly Recording[], at: number): string | null {
  const start = recordings[at];
  if (start?.kind !== 'exchange' || start.request.method === 'GET') return null;
  for (const next of recordings.slice(at + 1)) {
    if (next.kind !== 'exchange') break;
    const [running] = runningLabels(next);
    if (running !== undefined) return running;
    if (JSON.stringify(next.response.body).includes('has pending tasks in associated content views')) {
      return 'Actions::Katello::ContentView::Publish';
    }
    if (next.request.method !== 'GET') break;
  }
  return null;
}

/** Label of a task that is looked at while it runs before the next write; null for none. */
export function nextRunningLabel(recordings: readonly Recording[], at: number): string | null {
  for (const next of recordings.slice(at)) {
    if (next.kind !== 'exchange') continue;
    if (next.request.method !== 'GET') return null;
    const [running] = runningLabels(next);
    if (running !== undefined) return running;
  }
  return null;
}
