/**
 * Telling others what happened, with everything it needs: what is kept in Redis for people is told to programs too.
 */
import { createHash } from 'node:crypto';
import type { QueueOptions } from '../../queues/contract.ts';
import {
  createNotificationQueue,
  createNotificationWorker,
  type NotificationWorker,
} from '../../queues/notifications.ts';
import type { Queues } from '../../queues/queues.ts';
import { openSecret } from '../config/secret.ts';
import type { Config } from '../config.ts';
import { createEvent, type Happening, happeningOf, happeningOfAlarm } from '../domain/event.ts';
import { errorFields, type Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { createReceiver } from '../notify/receiver.ts';
import type { ReceiverState } from '../state/receivers.ts';
import { WELL } from '../state/receivers.ts';
import type { Store } from '../state/store.ts';
import type { NotificationApi } from '../web/notifications.ts';

export interface Notifying extends NotificationApi {
  /** Queues the event for every receiver. Never fails: what Redis does not take is lost. */
  readonly tell: (happening: Happening) => void;
  /** The same store, which tells of each push that ended and of each new alarm. */
  listenTo(store: Store): Store;
  /** Takes jobs, once it is started; null where nobody is to be told. */
  createWorker(options: QueueOptions): NotificationWorker | null;
}

export interface NotifyingOptions {
  readonly config: Pick<Config, 'notify' | 'caFile' | 'publicUrl'>;
  readonly version: string;
  readonly store: Store;
  readonly queues: Queues;
  /** asked when there is something to count */
  readonly metrics: () => Pick<Metrics, 'notified'>;
  readonly log: Logger;
}

const KEY_LENGTH = 12;

export function createNotifying(options: NotifyingOptions): Notifying {
  const { config, version, store, queues, metrics } = options;
  const log = options.log.child({ component: 'notifications' });
  const { urls, secret } = config.notify;
  const ca = config.caFile === null ? null : openSecret(config.caFile);
  const receivers = urls.map((url) =>
    createReceiver(url, {
      key: createHash('sha256').update(url.href).digest('hex').slice(0, KEY_LENGTH),
      userAgent: `kpr/${version}`,
      ca: () => (ca === null ? [] : [ca.reveal()]),
      secret: () => secret?.reveal() ?? '',
    }),
  );
  const named = queues.all.find(({ name }) => name === 'notifications');
  if (!named) throw new Error('there is no queue called notifications');
  const queue = createNotificationQueue(
    named,
    receivers.map(({ key }) => key),
  );

  const tell = (happening: Happening): void => {
    if (receivers.length === 0) return;
    queue
      .add(createEvent(happening, config.publicUrl.origin, Date.now()))
      .catch((error: unknown) => log.debug('event is lost', { event: happening.id, ...errorFields(error) }));
  };

  return {
    tell,
    listenTo: (told) => ({
      ...told,
      receipts: {
        ...told.receipts,
        save: async (receipt) => {
          await told.receipts.save(receipt);
          const happening = happeningOf(receipt);
          if (happening) tell(happening);
        },
      },
      alarms: {
        ...told.alarms,
        raise: async (alarm) => {
          const isNew = await told.alarms.raise(alarm);
          if (isNew) tell(happeningOfAlarm(alarm));
          return isNew;
        },
      },
    }),
    createWorker: (queueOptions) =>
      receivers.length === 0
        ? null
        : createNotificationWorker({
            ...queueOptions,
            receivers,
            states: store.receivers,
            onOutcome: (outcome) => metrics().notified(outcome),
            now: Date.now,
            log,
          }),
    listReceivers: () =>
      Promise.all(
        receivers.map(async ({ key, url }, index) => ({
          n: index + 1,
          url,
          ...shown(await store.receivers.read(key)),
        })),
      ),
    enable: async (n) => {
      const receiver = receivers[n - 1];
      if (!receiver) return false;
      await store.receivers.write(receiver.key, WELL);
      log.info('receiver is sent events again', { url: receiver.url });
      return true;
    },
  };
}

function shown({ disabledSince, reason, givenUpInARow }: ReceiverState) {
  return {
    state: disabledSince === null ? ('enabled' as const) : ('disabled' as const),
    since: disabledSince,
    reason,
    givenUpInARow,
  };
}
