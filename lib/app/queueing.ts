/**
 * Queues as people see and steer them.
 */

import { QUEUE_NAMES, type QueueName } from '../../queues/contract.ts';
import { createQueueControl } from '../../queues/control.ts';
import type { Queues } from '../../queues/queues.ts';
import type { Store } from '../state/store.ts';
import type { QueueApi } from '../web/routes/queues.ts';
import type { QueueStatus } from '../web/status.ts';

type Parts = { readonly queues: Queues; readonly store: Pick<Store, 'pauses' | 'paths'> };

/** What the queues hold, and who paused them. @throws E_TRANSPORT */
export async function inspectQueues({ queues, store }: Parts): Promise<QueueStatus[]> {
  return Promise.all(
    (await queues.inspect()).map(async (counts) => {
      const pause = counts.isPaused ? await store.pauses.find(counts.queue) : null;
      return { ...counts, pausedBy: pause?.login ?? null };
    }),
  );
}

/** What the API answers about queues; `daemon` throws E_TRANSPORT until it stands. */
export function createQueueApi(daemon: () => Parts): QueueApi {
  const control = () => createQueueControl(daemon().queues);
  return {
    names: QUEUE_NAMES,
    listQueues: async () => inspectQueues(daemon()),
    findJobState: async (path) => daemon().queues.findState(path),

    async change({ queue, action, login, dryRun }) {
      const name = nameOf(queue);
      const jobs = action === 'drain' ? await control().countWaiting(name) : await control().countFailed(name);
      if (!dryRun) await changeQueue(daemon(), name, action, login);
      return { isPaused: await control().isPaused(name), jobs: action === 'pause' || action === 'resume' ? 0 : jobs };
    },

    listFailedPaths: async () => control().listFailedPaths(),
    retry: async (path) => {
      const { queues, store } = daemon();
      await store.paths.clearPace(path);
      await queues.promote(path);
    },
  };
}

async function changeQueue(
  { queues, store }: Parts,
  name: QueueName,
  action: 'pause' | 'resume' | 'drain' | 'retry',
  login: string | null,
): Promise<void> {
  const control = createQueueControl(queues);
  switch (action) {
    case 'pause':
      await store.pauses.write(name, { login, since: new Date().toISOString() });
      return control.pause(name);
    case 'resume':
      await control.resume(name);
      return store.pauses.forget(name);
    case 'drain':
      return control.drain(name);
    case 'retry':
      return control.retryFailed(name);
    default:
      return action satisfies never;
  }
}

function nameOf(queue: string): QueueName {
  const name = QUEUE_NAMES.find((known) => known === queue);
  if (!name) throw new Error(`there is no queue called ${queue}`);
  return name;
}
