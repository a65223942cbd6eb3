/**
 * Reading Pulp's hrefs. An href holds the type of a repository, which changes on `migrate`; the uuid and the version
 * number do not, so state is kept by those (pulp_container 2.29).
 */
import { InvariantError } from '../errors.ts';

/** A repository version taken apart. */
export interface VersionRef {
  readonly repositoryHref: string;
  readonly uuid: string;
  readonly number: number;
}

const VERSION = /^(\/.*\/repositories\/container\/(?:container|container-push)\/([0-9a-f-]{36})\/)versions\/(\d+)\/$/;
const UUID_AT_END = /^\/.*\/([0-9a-f-]{36})\/$/;
const REPOSITORY = /^\/.*\/repositories\/container\/(container|container-push)\/([0-9a-f-]{36})\/$/;

/** The version that an href names, or null for anything else (`<unavailable>`, tags, other plugins). */
export function findVersionRef(href: string | null): VersionRef | null {
  const match = VERSION.exec(href ?? '');
  if (!match?.[1] || !match[2] || !match[3]) return null;
  return { repositoryHref: match[1], uuid: match[2], number: Number(match[3]) };
}

/** @throws E_INVARIANT when it is no version of a container repository */
export function readVersionRef(href: string): VersionRef {
  const version = findVersionRef(href);
  if (!version) throw new InvariantError(`not a container repository version: ${href}`);
  return version;
}

/** Type and uuid of a container repository. @throws E_INVARIANT for anything else */
export function readRepositoryRef(href: string): { type: 'container' | 'container-push'; uuid: string } {
  const match = REPOSITORY.exec(href);
  if (!match?.[2]) throw new InvariantError(`not a container repository: ${href}`);
  return { type: match[1] === 'container' ? 'container' : 'container-push', uuid: match[2] };
}

/** Href of a version of this repository. */
export function versionHref(repositoryHref: string, number: number): string {
  return `${repositoryHref}versions/${number}/`;
}

/** Uuid of any object of Pulp. @throws E_INVARIANT when the href does not end in one */
export function readUuid(href: string): string {
  const uuid = UUID_AT_END.exec(href)?.[1];
  if (uuid === undefined) throw new InvariantError(`not an href of Pulp: ${href}`);
  return uuid;
}
