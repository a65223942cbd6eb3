/** What a token request asks for. Pure. */
import { fromPulpName, type PushPath, parsePushPath, toPulpName } from '../domain/path.ts';
import { refuse } from '../domain/reason.ts';
import { RequestError } from './answer.ts';

/** A repository that a client wants to reach. */
export interface Wanted {
  /** as asked, without one reserved prefix in front; not checked yet */
  readonly name: string;
  readonly isPush: boolean;
}

/** More repositories than a client has reason to ask for at once: one, and some to mount from. */
const MAX_WANTED = 20;

/**
 * The repositories of all scopes, each once, in a fixed order; `prefix/name` and `name` are the same.
 *
 * Scopes are `type:name:action,action`, in several parameters or one with spaces. Other types (the catalog) and actions
 * that are neither pull nor push are left out: nobody gets them.
 *
 * @throws RequestError 400 for more repositories than a push can need
 */
export function readWanted(scopes: readonly string[], prefix: string): Wanted[] {
  const wanted = new Map<string, boolean>();
  for (const scope of scopes.flatMap((text) => text.split(' '))) {
    const [, name, list = ''] = /^repository:(.+):([^:]*)$/s.exec(scope) ?? [];
    const actions = list.split(',');
    if (name === undefined || !(actions.includes('pull') || actions.includes('push'))) continue;

    const key = fromPulpName(name, prefix) ?? name;
    wanted.set(key, wanted.get(key) === true || actions.includes('push'));
    if (wanted.size > MAX_WANTED) throw new RequestError(400, `more than ${MAX_WANTED} repositories in one request`);
  }
  return [...wanted].map(([name, isPush]) => ({ name, isPush })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The push path of what is wanted.
 *
 * @throws E_REFUSED bad-name, also for a second prefix behind the first
 */
export function parseWanted({ name }: Wanted, prefix: string): PushPath {
  if (fromPulpName(name, prefix) !== null) throw refuse('bad-name', { path: name });
  const path = parsePushPath(name);
  toPulpName(path.path, prefix); // longer than Pulp takes
  return path;
}
