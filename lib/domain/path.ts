/**
 * Push paths: what a user typed after the host ↔ organization, product and repository name ↔ the name in Pulp.
 */
import { refuse } from './reason.ts';

/**
 * A push path taken apart. One of
 *
 * - `org/name`: the organization's push product
 * - `org/product/name`
 * - `id/3/name`: the push product of organization 3
 * - `id/3/7/name`: product 7 of organization 3 (a number as third segment with a fourth behind it)
 *
 * The name may have more segments (`org/product/team/api` is repository `team/api`). All of it is lower case.
 */
export interface PushPath {
  readonly path: string;
  readonly organization: { readonly by: 'label'; readonly label: string } | { readonly by: 'id'; readonly id: number };
  readonly product:
    | { readonly by: 'label'; readonly label: string }
    | { readonly by: 'id'; readonly id: number }
    | { readonly by: 'push-product' };
  /** name of the Katello repository */
  readonly name: string;
}

/** What a person names on a command line: `[host[:port]/][prefix/]PATH[:tag][@digest]`. */
export interface Ref {
  readonly path: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

/** Longest name that Pulp takes, reserved prefix included. */
const MAX_LENGTH = 255;

/** One segment as Pulp's registry takes it (pulp_container 2.9 to 2.30). */
const SEGMENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;

/** First segment of the forms that name ids. */
const BY_ID = 'id';

/** @throws E_REFUSED bad-name */
export function parsePushPath(path: string): PushPath {
  const segments = splitPath(path);
  const [first = '', second = '', third = ''] = segments;
  if (segments.length < 2) throw badName(path);

  if (first === BY_ID) {
    if (segments.length < 3) throw badName(path);
    const organization = { by: 'id', id: parseId(second, path) } as const;
    return segments.length > 3 && isNumber(third)
      ? { path, organization, product: { by: 'id', id: parseId(third, path) }, name: join(segments, 3) }
      : { path, organization, product: { by: 'push-product' }, name: join(segments, 2) };
  }

  const organization = { by: 'label', label: first } as const;
  return segments.length > 2
    ? { path, organization, product: { by: 'label', label: second }, name: join(segments, 2) }
    : { path, organization, product: { by: 'push-product' }, name: second };
}

/**
 * Name of the push repository and its distribution in Pulp.
 *
 * @throws E_REFUSED bad-name when it is longer than Pulp takes
 */
export function toPulpName(path: string, prefix: string): string {
  const name = `${prefix}/${path}`;
  if (name.length > MAX_LENGTH) throw badName(path);
  return name;
}

/** The push path of a name in Pulp; null when it is not under the prefix. */
export function fromPulpName(name: string, prefix: string): string | null {
  return name.startsWith(`${prefix}/`) ? name.slice(prefix.length + 1) : null;
}

/**
 * Reads a reference; host and prefix are dropped. As for podman, the first of several segments is a host if it holds a
 * dot or a colon or is `localhost`, and here, if it is not the prefix.
 *
 * @throws E_REFUSED bad-name
 */
export function parseRef(text: string, prefix: string): Ref {
  const [, name = '', tag = null, digest = null] =
    /^(.*?)(?::(\w[\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(text) ?? [];
  const hostless = dropFirst(name, (first) => first !== prefix && (/[.:]/.test(first) || first === 'localhost'));
  const path = dropFirst(hostless, (first) => first === prefix);
  return { path: parsePushPath(path).path, tag, digest };
}

/** True for a usable reserved prefix: one segment with a dot, so that no name that Katello makes can equal it. */
export function isPrefix(text: string): boolean {
  return text.length <= MAX_LENGTH && text.includes('.') && isPathSegment(text);
}

/** True for one segment of a path as Pulp takes it. */
export function isPathSegment(text: string): boolean {
  return SEGMENT.test(text);
}

function splitPath(path: string): string[] {
  if (path.length > MAX_LENGTH) throw badName(path);
  const segments = path.split('/');
  if (!segments.every(isPathSegment)) throw badName(path);
  return segments;
}

function dropFirst(name: string, isDropped: (first: string) => boolean): string {
  const slash = name.indexOf('/');
  return slash > 0 && isDropped(name.slice(0, slash)) ? name.slice(slash + 1) : name;
}

function isNumber(segment: string): boolean {
  return /^[0-9]+$/.test(segment);
}

/** Ids as Katello writes them: no leading zero. */
function parseId(segment: string, path: string): number {
  const id = Number(segment);
  if (!/^[1-9][0-9]*$/.test(segment) || !Number.isSafeInteger(id)) throw badName(path);
  return id;
}

function join(segments: readonly string[], from: number): string {
  return segments.slice(from).join('/');
}

function badName(path: string): Error {
  return refuse('bad-name', { path });
}
