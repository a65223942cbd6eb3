/** Somebody who pulls a tag from Katello all the time. */
import { setTimeout as delay } from 'node:timers/promises';
import { findDigest } from '../image/push.ts';
import type { Scene } from './scene.ts';

export interface Watch {
  /** Pulls once more, and answers what all pulls got: digests in their order, each once in a row; null for no such tag. */
  stop(): Promise<(string | null)[]>;
}

/** Leaves a real Pulp some time for other work. */
const GAP_MS = { memory: 2, real: 100 };

/** Begins to pull. */
export async function watchTag(scene: Scene, tag: string): Promise<Watch> {
  const { container_repository_name: name } = await scene.repository();
  const stopping = new AbortController();
  const pulled: (string | null)[] = [];
  const pull = async (): Promise<void> => {
    const digest = await findDigest(scene.lab.server, name, tag);
    if (pulled.at(-1) !== digest || pulled.length === 0) pulled.push(digest);
  };
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      await pull();
      await delay(scene.isReal ? GAP_MS.real : GAP_MS.memory);
    }
  })();

  return {
    async stop() {
      stopping.abort();
      await watching;
      await pull();
      return pulled;
    },
  };
}
