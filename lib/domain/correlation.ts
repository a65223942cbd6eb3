/**
 * Correlation ids of the reactor's writes to Pulp: UUIDs of one recognisable family, so that a later run can tell its
 * own late write from somebody else's decision.
 */
import { InvariantError } from '../errors.ts';

/** Which write it is. */
export interface Write {
  /** of the push repository */
  readonly uuid: string;
  /** of the push repository, below 2^32 */
  readonly version: number;
  /** number of the write within a run, below 2^16 */
  readonly step: number;
}

/** First eight digits of every id: `kpr` in ASCII, and the layout. */
const FAMILY = '6b707201';

/**
 * A version-8 UUID (RFC 9562): family, ten digits of the push repository's uuid, push version, step. The same write has
 * the same id; different versions and steps of one repository never share one.
 *
 * @throws E_INVARIANT when a part does not fit
 */
export function correlationId({ uuid, version, step }: Write): string {
  return `${familyOf(uuid)}-${hex(version, 8)}${hex(step, 4)}`;
}

/** True for the id of a write that the reactor made for this push repository. Takes any spelling of an id. */
export function isOwnWrite(id: string, uuid: string): boolean {
  const digits = compact(id);
  return /^[0-9a-f]{32}$/.test(digits) && digits.startsWith(compact(familyOf(uuid)));
}

/** The last digits of a uuid are random in version 4 and in version 7; the first of the latter are a clock. */
function familyOf(uuid: string): string {
  const digits = compact(uuid);
  if (!/^[0-9a-f]{32}$/.test(digits)) throw new InvariantError('a push repository has no uuid');
  const own = digits.slice(-10);
  return `${FAMILY}-${own.slice(0, 4)}-8${own.slice(4, 7)}-8${own.slice(7)}`;
}

function hex(value: number, width: number): string {
  if (!Number.isInteger(value) || value < 0 || value >= 16 ** width) {
    throw new InvariantError(`${value} does not fit into ${width} digits of a correlation id`);
  }
  return value.toString(16).padStart(width, '0');
}

function compact(uuid: string): string {
  return uuid.toLowerCase().replaceAll('-', '');
}
