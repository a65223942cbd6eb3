/**
 * Who pushed what, and what Katello serves of it: whether everything has arrived, and whether a tag ever went back to an
 * older push than it had shown before.
 */
import { createImage, type Pushable } from '../image/image.ts';
import type { FakePulp } from '../pulp/fake-pulp.ts';
import { isClaimed, readServed, servesLatest } from './served.ts';

export interface Ledger {
  /** Pushes under the reserved prefix, and writes it down as the tag's newest. */
  push(path: string, tag: string, what: Pushable): Promise<void>;
  /** As `push`, of an image that was never pushed before. */
  pushNew(path: string, tag: string): Promise<void>;
  /** True if Katello serves exactly what was pushed to the path. */
  isServed(path: string): boolean;
  /** Paths that do not show everything that was pushed, and nothing else, or are not at rest yet; a line each. */
  findUnsettled(): string[];
  /** Looks what Katello serves now; call it often. */
  look(): void;
  /** Tags that were seen to go back, a line each. */
  readonly stepsBack: readonly string[];
  /** Pushes so far. */
  count(): number;
}

export interface LedgerOptions {
  readonly fakePulp: FakePulp;
  readonly prefix: string;
  readonly push: (path: string, tag: string, what: Pushable) => Promise<void>;
  /** container name that Katello gives to the repository of a push path */
  readonly nameOf: (path: string) => string;
}

export function createLedger({ fakePulp, prefix, push, nameOf }: LedgerOptions): Ledger {
  const { state } = fakePulp;
  /** digests by path and tag, oldest push first */
  const pushes = new Map<string, Map<string, string[]>>();
  /** number of the push that was seen last, by path and tag */
  const seen = new Map<string, number>();
  const stepsBack: string[] = [];
  let count = 0;

  const record = async (path: string, tag: string, what: Pushable): Promise<void> => {
    const tags = pushes.get(path) ?? new Map<string, string[]>();
    pushes.set(path, tags);
    tags.set(tag, [...(tags.get(tag) ?? []), what.manifest.digest]);
    count += 1;
    await push(path, tag, what);
  };

  const isServed = (path: string, tags: ReadonlyMap<string, readonly string[]>): boolean => {
    const served = readServed(state, nameOf(path));
    return served?.size === tags.size && [...tags].every(([tag, digests]) => served.get(tag) === digests.at(-1));
  };

  const flawOf = (path: string, tags: ReadonlyMap<string, readonly string[]>): string | null => {
    if (!isServed(path, tags)) return 'is not served as it was pushed';
    if (!servesLatest(state, nameOf(path))) return 'has a version that is not published';
    return isClaimed(state, `${prefix}/${path}`) ? null : 'is not claimed';
  };

  const lookAt = (path: string, tag: string, served: string | undefined): void => {
    const key = `${path}:${tag}`;
    const before = seen.get(key) ?? -1;
    const now = served === undefined ? -1 : (pushes.get(path)?.get(tag)?.indexOf(served) ?? -1);
    if (now < before) stepsBack.push(`${key} went from push ${before + 1} to ${now < 0 ? 'none' : `push ${now + 1}`}`);
    seen.set(key, now);
  };

  return {
    push: record,
    pushNew: (path, tag) => record(path, tag, createImage({ seed: `${path}:${tag} ${count}` })),
    isServed: (path) => isServed(path, pushes.get(path) ?? new Map()),
    findUnsettled: () =>
      [...pushes].flatMap(([path, tags]) => {
        const flaw = flawOf(path, tags);
        return flaw === null ? [] : [`${path} ${flaw}`];
      }),
    look: () => {
      for (const [path, tags] of pushes) {
        const served = readServed(state, nameOf(path));
        for (const tag of tags.keys()) lookAt(path, tag, served?.get(tag));
      }
    },
    stepsBack,
    count: () => count,
  };
}
