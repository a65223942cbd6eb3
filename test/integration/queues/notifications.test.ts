import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Queue } from 'bullmq';
import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import type { CloudEvent } from '../../../lib/domain/event.ts';
import { createReceiver } from '../../../lib/notify/receiver.ts';
import { createStore, type Store } from '../../../lib/state/store.ts';
import {
  createNotificationQueue,
  createNotificationWorker,
  type NotificationOutcome,
  type NotificationQueue,
  type NotificationWorker,
} from '../../../queues/notifications.ts';
import { openTestRedis, silentLog, type TestRedis } from '../../support/state.ts';
import { until } from '../../support/until.ts';

const SECRET = `whsec_${Buffer.from('a secret of a test').toString('base64')}`;

describe('notifications', function () {
  this.timeout(20_000); // starts a server

  let redis: TestRedis;
  let server: Server;
  let statuses: number[];
  let received: { headers: IncomingMessage['headers']; url: string; body: string }[];
  let outcomes: NotificationOutcome[];
  let store: Store;
  let queue: Queue;
  let notifications: NotificationQueue;
  let worker: NotificationWorker;

  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    received.push({ headers: request.headers, url: request.url ?? '', body: await text(request) });
    response.writeHead(statuses.shift() ?? 204, { location: '/elsewhere' }).end();
  };

  before(async () => {
    redis = await openTestRedis();
    server = createServer((request, response) => {
      void take(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    server.close();
    await redis.close();
  });

  beforeEach(() => {
    [statuses, received, outcomes] = [[], [], []];
    const prefix = `{${randomUUID()}}`;
    const options = { prefix, skipVersionCheck: false };
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const receiver = createReceiver(new URL(`http://127.0.0.1:${port}/take?key=k1`), {
      key: 'r1',
      userAgent: 'kpr/test',
      secret: () => SECRET,
    });
    store = createStore({ redis: redis.client, prefix, receiptDays: 1, onLeaseLost: () => undefined });
    queue = new Queue('notifications', { ...options, connection: redis.client });
    notifications = createNotificationQueue(queue, [receiver.key]);
    worker = createNotificationWorker({
      ...options,
      connection: redis.connect(),
      receivers: [receiver],
      states: store.receivers,
      onOutcome: (outcome) => void outcomes.push(outcome),
      now: Date.now,
      log: silentLog,
      pauseMs: () => 1,
    });
    worker.start();
  });
  afterEach(async () => {
    await worker.close(5000);
    await queue.close();
  });

  const event = (id: string): CloudEvent => ({
    specversion: '1.0',
    id,
    source: 'https://push.example.com',
    type: 'io.kpr.push.done',
    subject: 'acme/api',
    time: '2026-08-21T14:28:00.000Z',
    datacontenttype: 'application/json',
    data: { path: 'acme/api' },
  });
  const ended = (count: number) =>
    until(
      `${count} events ended`,
      () => outcomes.filter((outcome) => outcome !== 'retried').length >= count || undefined,
    );

  it('are signed, and sent once however often they are queued', async () => {
    await notifications.add(event('u1@1:io.kpr.push.done'));
    await ended(1);
    await notifications.add(event('u1@1:io.kpr.push.done'));
    await notifications.add(event('u1@2:io.kpr.push.done'));
    await ended(2);

    expect(received.map(({ headers }) => headers['webhook-id'])).to.deep.equal([
      'u1@1:io.kpr.push.done',
      'u1@2:io.kpr.push.done',
    ]);
    const [first] = received;
    expect(first?.url).to.equal('/take?key=k1');
    expect(first?.headers['content-type']).to.equal('application/cloudevents+json');
    const headers = Object.fromEntries(
      Object.entries(first?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    expect(new Webhook(SECRET).verify(first?.body ?? '', headers)).to.deep.equal(event('u1@1:io.kpr.push.done'));
  });

  it('are sent again until they are taken, the same each time', async () => {
    statuses = [500, 302, 204];
    await notifications.add(event('again'));
    await ended(1);

    expect(outcomes).to.deep.equal(['retried', 'retried', 'delivered']);
    expect(new Set(received.map(({ body }) => body)).size).to.equal(1);
    expect(new Set(received.map(({ url }) => url)).size).to.equal(1);
  });

  it('are given up after ten attempts; after three of them in a row their receiver is sent none', async () => {
    statuses = Array.from({ length: 30 }, () => 500);
    for (const [index, id] of ['e1', 'e2', 'e3'].entries()) {
      await notifications.add(event(id));
      await ended(index + 1);
    }
    await notifications.add(event('e4'));
    await ended(4);

    expect(received).to.have.lengthOf(30);
    expect(outcomes.at(-1)).to.equal('disabled');
    const state = await store.receivers.read('r1');
    expect(state).to.include({ givenUpInARow: 3, reason: '3 events in a row were not taken' });
    expect(state.disabledSince).to.not.equal(null);
  });

  it('end at once with a receiver that is gone', async () => {
    statuses = [410];
    await notifications.add(event('gone'));
    await ended(1);

    expect(received).to.have.lengthOf(1);
    expect(await store.receivers.read('r1')).to.include({ reason: 'it answered 410' });
  });

  it('forget what was given up once one is taken', async () => {
    await store.receivers.write('r1', { disabledSince: null, reason: null, givenUpInARow: 2 });
    await notifications.add(event('taken'));
    await ended(1);

    expect(await store.receivers.read('r1')).to.include({ givenUpInARow: 0 });
  });
});
