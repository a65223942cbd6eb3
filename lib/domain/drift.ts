/**
 * Drift: what became wrong though nobody pushed, as the daily check finds it.
 */
import type { Action, Plan } from './plan.ts';

/** Digest by tag name. */
export type Digests = ReadonlyMap<string, string>;

/** What a person should know of one path; `none` where all is as it was left. */
export type Drift =
  | { readonly kind: 'none' }
  /** a run would publish: content is missing, or is not what is served */
  | { readonly kind: 'unpublished'; readonly actions: readonly Action['kind'][] }
  /** Katello lists other tags than it serves; sorted by name */
  | { readonly kind: 'unlisted'; readonly tags: readonly string[] };

/** What Katello lists of a repository, and what is in the version that it serves. */
export interface Shown {
  readonly listed: Digests;
  readonly served: Digests;
}

/**
 * What is wrong, the worse first. Pins and claims that a run would write are none: they are how a change in Katello is
 * taken note of.
 *
 * @param shown null while there is no repository
 */
export function findDrift({ actions }: Pick<Plan, 'actions'>, shown: Shown | null): Drift {
  const kinds = actions.map(({ kind }) => kind).filter((kind) => kind !== 'pin' && kind !== 'claim');
  if (kinds.length > 0) return { kind: 'unpublished', actions: kinds };

  const tags = shown === null ? [] : differing(shown);
  return tags.length > 0 ? { kind: 'unlisted', tags } : { kind: 'none' };
}

function differing({ listed, served }: Shown): string[] {
  const names = new Set([...listed.keys(), ...served.keys()]);
  return [...names].filter((name) => listed.get(name) !== served.get(name)).toSorted();
}
