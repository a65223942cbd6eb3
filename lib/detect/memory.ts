/** What the detector remembers of repositories, so that it need not ask again. Bounded; losing an entry costs a read. */

export interface Known {
  /** push path; null for a repository that is not under the prefix */
  readonly path: string | null;
  /** newest version that was queued */
  readonly version: number;
}

/** By uuid, which a repository keeps when its type or its name changes, and never gets again. */
export interface Memory {
  find(uuid: string): Known | undefined;
  remember(uuid: string, known: Known): void;
}

export const FOREIGN: Known = { path: null, version: 0 };

/** Forgets what was not asked for longest. */
export function createMemory(limit: number): Memory {
  const entries = new Map<string, Known>();
  const remember = (uuid: string, known: Known) => {
    entries.delete(uuid);
    entries.set(uuid, known);
    const [oldest] = entries.keys();
    if (entries.size > limit && oldest !== undefined) entries.delete(oldest);
  };
  return {
    find(uuid) {
      const known = entries.get(uuid);
      if (known) remember(uuid, known);
      return known;
    },
    remember,
  };
}
