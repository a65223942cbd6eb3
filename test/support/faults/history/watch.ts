/** Two witnesses of what Katello serves: one pulls all the time, one sees every change of what a pull would get. */
import { setTimeout as delay } from 'node:timers/promises';
import { findDigest } from '../../image/push.ts';
import type { FakePulp } from '../../pulp/fake-pulp.ts';
import { readServed } from '../served.ts';
import type { Recorder } from './recorder.ts';

export interface WatchOptions {
  readonly fakePulp: FakePulp;
  readonly recorder: Recorder;
  readonly paths: readonly string[];
  readonly tags: readonly string[];
  /** container name that Katello gives to the repository of a push path */
  readonly nameOf: (path: string) => string;
}

export interface Watch {
  /** Looks once more and stops; answers how often a tag was pulled. @throws what a pull threw */
  stop(): Promise<number>;
}

const PULL_GAP_MS = 150;
/** Less than any publish takes. */
const LOOK_GAP_MS = 5;

export function startWatch({ fakePulp, recorder, paths, tags, nameOf }: WatchOptions): Watch {
  const puller = recorder.witness('pulls');
  const observer = recorder.witness('served versions');
  const stopping = new AbortController();

  let pulls = 0;
  const pullAll = async (): Promise<void> => {
    for (const path of paths) {
      for (const tag of tags) puller.saw(path, tag, await findDigest(fakePulp, nameOf(path), tag));
      pulls += tags.length;
    }
  };
  const lookAtAll = async (): Promise<void> => {
    for (const path of paths) {
      const served = readServed(fakePulp.state, nameOf(path));
      for (const tag of tags) observer.saw(path, tag, served?.get(tag) ?? null);
    }
  };
  const again = async (look: () => Promise<void>, gapMs: number): Promise<void> => {
    while (!stopping.signal.aborted) {
      await look();
      await delay(gapMs);
    }
    await look();
  };
  const watching = Promise.all([again(pullAll, PULL_GAP_MS), again(lookAtAll, LOOK_GAP_MS)]);
  watching.catch(() => undefined); // `stop` throws it

  return {
    stop: async () => {
      stopping.abort();
      await watching;
      return pulls;
    },
  };
}
