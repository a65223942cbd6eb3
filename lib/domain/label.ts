/**
 * Labels that Katello derives from names, and container names that it would refuse.
 *
 * @see Katello 4.14 to 5.0
 */
import { refuse } from './reason.ts';

/** Labels of the three parts of a container name; null where Katello makes a UUID. */
export interface ContainerLabels {
  readonly organization: string;
  readonly product: string | null;
  readonly repository: string | null;
}

const MAX_LABEL_LENGTH = 128;
const MAX_CONTAINER_NAME_LENGTH = 255;

/** Stands for a label that Katello will make up: every UUID is a legal part. */
const SOME_UUID = '00000000-0000-4000-8000-000000000000';

const STRICT = /^[a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)*$/;
const LOOSE = /^[a-z0-9][a-z0-9._-]*(?:\/[a-z0-9][a-z0-9._-]*)*$/;

/** The label that Katello derives when none is given; null where it makes a UUID. */
export function katelloLabel(name: string): string | null {
  const isAscii = /^[\0-\x7f]*$/.test(name);
  return isAscii && name.length <= MAX_LABEL_LENGTH ? name.replace(/[^A-Za-z0-9_-]+/g, '_') : null;
}

/**
 * The name under which Katello's registry would serve the repository, where Katello would refuse that name; null where
 * it takes it, or where that cannot be told from here.
 *
 * Knows Katello's default pattern only and not whether the name is taken, so null is no promise. Never used to find a
 * repository: the container name is read from Katello.
 */
export function refusedContainerName(labels: ContainerLabels, katelloVersion: string): string | null {
  const version = parseVersion(katelloVersion);
  if (version === null) return null;

  const name = defaultContainerName(labels, version);
  const isLegal = (isAtLeast(version, 4, 17) ? STRICT : LOOSE).test(name);
  return isLegal && name.length <= MAX_CONTAINER_NAME_LENGTH ? null : name;
}

/**
 * Passes unless Katello would refuse to make a repository of this name there, as far as that can be told.
 *
 * @throws E_REFUSED name-refused
 */
export function checkContainerName(
  name: string,
  labels: Omit<ContainerLabels, 'repository'>,
  katelloVersion: string,
): void {
  const refused = refusedContainerName({ ...labels, repository: katelloLabel(name) }, katelloVersion);
  if (refused !== null) throw refuse('name-refused', { name, message: `${refused} is no container name` });
}

type Version = readonly [major: number, minor: number];

/** Joined by `-` up to 4.15; then cleaned, which is not one-to-one. */
function defaultContainerName({ organization, product, repository }: ContainerLabels, version: Version): string {
  return [organization, product ?? SOME_UUID, repository ?? SOME_UUID]
    .join(isAtLeast(version, 4, 16) ? '/' : '-')
    .replace(/[^A-Za-z0-9_/-]/g, '_')
    .replace(/_{3,}/g, '_')
    .replace(/-_|^_+|_+$/g, '')
    .toLowerCase();
}

function parseVersion(text: string): Version | null {
  const [, major, minor] = /^(\d+)\.(\d+)(?:\D|$)/.exec(text) ?? [];
  return major && minor ? [Number(major), Number(minor)] : null;
}

function isAtLeast([major, minor]: Version, wantedMajor: number, wantedMinor: number): boolean {
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
