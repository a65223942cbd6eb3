/** Recorded ids and the stand-in's own ones for the same things. */
import { isObject, numberAt, objectsIn, textAt } from './json.ts';
import { isTask } from './world-rows.ts';

/** Pairs the tasks that stand at the same place of both answers. */
export function pairTasks(recorded: unknown, given: unknown, ids: Map<string, string>): void {
  if (Array.isArray(recorded) && Array.isArray(given)) {
    recorded.forEach((item, index) => pairTasks(item, given[index], ids));
  } else if (isObject(recorded) && isObject(given)) {
    const [want, have] = [textAt(recorded, 'id'), textAt(given, 'id')];
    if (isTask(recorded) && isTask(given) && want !== null && have !== null) ids.set(want, have);
    for (const [key, member] of Object.entries(recorded)) pairTasks(member, given[key], ids);
  } else if (typeof recorded === 'string' && typeof given === 'string') {
    pairUrls(recorded, given, ids);
  }
}

function pairUrls(recorded: string, given: string, ids: Map<string, string>): void {
  const [want, have] = [recorded, given].map((text) => /^Task ([0-9a-f-]{36}):/.exec(text)?.[1]);
  if (want !== undefined && have !== undefined) ids.set(want, have);
}

/** Pairs the images of two listings by their digests. */
export function pairManifests(recorded: unknown, given: unknown, ids: Map<number, number>): void {
  const own = new Map([...objectsIn(given)].map((row) => [textAt(row, 'digest'), numberAt(row, 'id')]));
  for (const row of objectsIn(recorded)) {
    const [id, ownId] = [numberAt(row, 'id'), own.get(textAt(row, 'digest'))];
    if (typeof row['digest'] === 'string' && id !== null && typeof ownId === 'number') ids.set(id, ownId);
  }
}
