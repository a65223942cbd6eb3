/**
 * Whether bytes are what their digest says. Pulp takes the bytes of an upload that comes in one request under any digest,
 * and shares blobs by digest between all repositories (pulp_container 2.16 to 2.30): a poisoned blob breaks every image
 * that needs it.
 */

/** A configuration or layer as Pulp keeps it. */
export interface StoredBlob {
  /** what images call it: algorithm, colon, hex digits */
  readonly digest: string;
  /** of its bytes, hex digits; null where Pulp holds none and fetches and checks them when they are asked for */
  readonly sha256: string | null;
}

/** The first digest, in alphabetical order, that stands for other bytes; null when all are right. Judges sha256 only. */
export function findMismatch(blobs: readonly StoredBlob[]): string | null {
  const wrong = blobs.filter(
    ({ digest, sha256 }) => digest.startsWith('sha256:') && sha256 !== null && digest !== `sha256:${sha256}`,
  );
  return wrong.map(({ digest }) => digest).toSorted()[0] ?? null;
}
