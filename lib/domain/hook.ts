/**
 * What a webhook says was pushed. A hint is a wake-up: whatever cannot be read is one for any path.
 */
import { fromPulpName, parseRef } from './path.ts';

/** Whose notification it is. */
export type HookKind = 'cloudevents' | 'distribution' | 'plain';

/** Pushes told at once by one notification; more are one hint for any path. */
const MOST_PATHS = 100;

/**
 * The push paths that a notification names, each once; `[null]`: something was pushed somewhere.
 *
 * Pulp's task events name no repository (pulpcore 3.63 to 3.123). A registry in front of Pulp names them as Pulp knows them;
 * what is not under the prefix is no push of ours. People name them as they type them.
 *
 * @throws E_REFUSED bad-name for a plain hint of a path that is none
 */
export function pathsOfHook(kind: HookKind, body: unknown, prefix: string): (string | null)[] {
  switch (kind) {
    case 'cloudevents':
      return [null];
    case 'plain': {
      const path = fieldOf(body, 'path');
      return [typeof path === 'string' ? parseRef(path, prefix).path : null];
    }
    case 'distribution':
      return pathsOfEvents(fieldOf(body, 'events'), prefix);
    default:
      return kind satisfies never;
  }
}

function pathsOfEvents(events: unknown, prefix: string): (string | null)[] {
  if (!Array.isArray(events)) return [null];
  const names = new Set(events.map((event) => fieldOf(fieldOf(event, 'target'), 'repository')));
  if (names.size > MOST_PATHS) return [null];
  return [...names].flatMap((name) => {
    const path = typeof name === 'string' ? fromPulpName(name, prefix) : null;
    return path === null ? [] : [path];
  });
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === field)?.[1]
    : undefined;
}
