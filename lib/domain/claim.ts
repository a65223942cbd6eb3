/**
 * What the reactor remembers about a push repository, in labels on its distribution: the claim (what was last verified)
 * and the pins (tags that are left as somebody set them in Katello).
 *
 * Label values must not hold commas or parentheses (Pulp answers 400, pulpcore 3.105); reading never throws, because
 * anybody may write labels.
 */

/** Names of the labels. */
export const LABELS = {
  /** `false` keeps Katello's orphan cleanup away (Katello 4.21) */
  protection: 'katello_orphan_cleanup',
  /** id of the Katello repository that this push repository fills */
  repository: 'kpr_repository',
  claim: 'kpr_claim',
  pins: 'kpr_pins',
  /** since when the push repository is known to be an orphan that may be deleted one day */
  quarantine: 'kpr_quarantine',
  /** the push repository is about to be deleted: no new push */
  closing: 'kpr_closing',
} as const;

/** Labels as Pulp sends them. */
export type Labels = Readonly<Record<string, string | null>>;

/** Which versions were last verified to show the same. */
export interface Claim {
  /** of the push repository; one that was deleted and pushed again has another */
  readonly uuid: string;
  /** of the Katello repository */
  readonly repositoryId: number;
  readonly pushVersion: number;
  readonly targetVersion: number;
}

/** Pushed digest, or `-` where nothing was pushed, by tag: target is left alone until the pushed value differs from it. */
export type Pins = ReadonlyMap<string, string>;

/** The pushed value of a tag that is not pushed. */
export const NOT_PUSHED = '-';

/** A distribution as Pulp sends it, as much of it as tells whose it is. */
export interface DistributionRow {
  readonly name: string;
  readonly base_path: string;
  readonly repository: string | null;
  readonly repository_version: string | null;
  /** where a pull-through cache fetches from; absent before pulp_container 2.20 */
  readonly remote?: string | null | undefined;
}

const FORMAT = '1';

/**
 * True for the distribution that a push makes: it serves the repository of its own name, whatever its version. That of an
 * image in a pull-through cache does too, and has a remote (pulp_container 2.27, 2.30).
 */
export function isOurs(distribution: DistributionRow, repositoryName: string): boolean {
  const { name, base_path: basePath, repository, repository_version: version } = distribution;
  const isCached = Boolean(distribution.remote);
  return name === basePath && name === repositoryName && Boolean(repository) && !version && !isCached;
}

/** True once Katello's orphan cleanup is told to keep away. */
export function isProtected(labels: Labels): boolean {
  return labels[LABELS.protection] === 'false';
}

/** Id of the Katello repository that the push repository fills; null when none was labelled yet. */
export function readOwnedRepositoryId(labels: Labels): number | null {
  return parseNumber(labels[LABELS.repository] ?? '');
}

/** The claim, if it is one of this push repository on this Katello repository; else null. */
export function readClaim(labels: Labels, uuid: string, repositoryId: number): Claim | null {
  const claim = parseClaim(labels[LABELS.claim] ?? '');
  return claim?.uuid === uuid && claim.repositoryId === repositoryId ? claim : null;
}

/** Value of the label `kpr_claim`. */
export function formatClaim({ uuid, repositoryId, pushVersion, targetVersion }: Claim): string {
  return [FORMAT, uuid, repositoryId, pushVersion, targetVersion].join(' ');
}

/** The pins, sorted by tag; entries that cannot be read are dropped. */
export function readPins(labels: Labels): Pins {
  return sortPins((labels[LABELS.pins] ?? '').split(' ').flatMap(parsePin));
}

/** Value of the label `kpr_pins`: `tag=digest` or `tag=-`, separated by spaces; the same pins give the same text. */
export function formatPins(pins: Pins): string {
  return [...sortPins([...pins])].map(([tag, value]) => `${encode(tag)}=${encode(value)}`).join(' ');
}

type Pin = readonly [tag: string, value: string];

function parseClaim(text: string): Claim | null {
  const [, format, uuid, ...numbers] = /^(\S+) (\S+) (\S+) (\S+) (\S+)$/.exec(text) ?? [];
  const [repositoryId = null, pushVersion = null, targetVersion = null] = numbers.map(parseNumber);
  const isWhole = repositoryId !== null && pushVersion !== null && targetVersion !== null;
  return format === FORMAT && uuid && isWhole ? { uuid, repositoryId, pushVersion, targetVersion } : null;
}

function parsePin(entry: string): [Pin] | [] {
  const [, tag, value] = /^([A-Za-z0-9._:%-]*)=(-|[a-z0-9]+:[0-9a-f]+)$/.exec(entry) ?? [];
  return tag !== undefined && value ? [[decode(tag), value]] : [];
}

function sortPins(pins: readonly Pin[]): Pins {
  return new Map(pins.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Pulp takes any tag name in a push. Each unsafe UTF-16 unit becomes `%` and four digits. */
function encode(text: string): string {
  return text.replace(/[^A-Za-z0-9._:-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function decode(text: string): string {
  return text.replace(/%([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function parseNumber(text: string): number | null {
  const number = Number(text);
  return /^(?:0|[1-9][0-9]*)$/.test(text) && Number.isSafeInteger(number) ? number : null;
}
