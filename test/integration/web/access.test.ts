import { expect } from 'chai';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Alarm, createAlarm } from '../../../lib/domain/alarm.ts';
import { type Caller, LOCAL_OPERATOR } from '../../../lib/domain/caller.ts';
import type { OrphanView } from '../../../lib/domain/orphan-view.ts';
import { openReceipt } from '../../../lib/domain/receipt.ts';
import { addOrphanRoutes } from '../../../lib/web/orphans.ts';
import { createApiServer, createFakeApi, EMPTY_STATUS } from '../../support/api.ts';

const List = z.looseObject({ items: z.array(z.looseObject({ path: z.string() })), next: z.string().nullable() });
const StatusAlarms = z.looseObject({ alarms: z.array(z.looseObject({ path: z.string().nullable() })) });

const PATHS = ['acme/api', 'id/1/tools', 'globex/api', 'id/2/web/api'];
const receipts = PATHS.map((path, index) =>
  openReceipt({
    path,
    uuid: `u${index}`,
    version: 1,
    claimedVersion: null,
    kind: 'push',
    user: null,
    note: null,
    pushedAt: new Date('2026-08-21T14:28:00Z'),
  }),
);
const orphanAt = (path: string): OrphanView => ({
  path,
  uuid: 'u',
  version: 1,
  repositoryId: 4,
  state: 'due',
  task: null,
  until: null,
  order: null,
  reason: null,
  message: '',
  hint: null,
});
const alarms: Alarm[] = [null, 'acme/api', 'globex/api'].map((path) =>
  createAlarm({ source: 'overdue', path }, { alarm: 'publish-overdue', details: {} }, 0),
);
const STATUS = { ...EMPTY_STATUS, alarms };
const own = [{ id: 1, label: 'Acme' }];
const DIGEST = `sha256:${'a'.repeat(64)}`;
const viewer: Caller = { login: 'vera', role: 'viewer', organizations: own };
const operator: Caller = { login: 'olga', role: 'operator', organizations: own };

describe('the API, to whom', function () {
  this.timeout(10_000); // the first server loads fastify

  let server: FastifyInstance;
  let caller: Caller;
  let done: string[];

  beforeEach(() => {
    done = [];
    caller = LOCAL_OPERATOR;
    const callerOf = () => caller;
    const api = createFakeApi({
      readStatus: async () => STATUS,
      listPushes: async ({ isSeen }) => ({ items: receipts.filter(({ path }) => isSeen(path)), next: null }),
      findPush: async (id) => receipts.find((receipt) => receipt.id === id) ?? null,
      plan: async (path) => ({
        path,
        claimedVersion: 1,
        version: 1,
        repositoryId: 1,
        changes: [],
        leftAlone: [],
        actions: [],
      }),
      listPaths: async () => PATHS,
      promote: async (path) => void done.push(path),
      findJobState: async () => 'waiting',
      change: async ({ queue, action }) => {
        done.push(`${action} ${queue}`);
        return { isPaused: action === 'pause', jobs: 0 };
      },
      rollBack: async ({ path, tag, digest, user, dryRun }) => {
        done.push(`${path} by ${user}`);
        return { path, tag, from: null, to: digest, version: 2, dryRun };
      },
    });
    server = createApiServer(api, callerOf);
    addOrphanRoutes(server, {
      callerOf,
      prefix: 'kpr.push',
      listOrphans: async () => PATHS.map(orphanAt),
      deleteOrphans: async ({ chosen }) => {
        done.push(JSON.stringify(chosen));
        return { items: [], missing: [], refused: [] };
      },
      keepOrphans: async ({ chosen }) => {
        done.push(JSON.stringify(chosen));
        return { items: [], missing: [], refused: [] };
      },
    });
  });

  afterEach(() => server.close());

  const get = (url: string) => server.inject({ method: 'GET', url: `/api/v1/${url}` });
  const post = (url: string, payload: object) => server.inject({ method: 'POST', url: `/api/v1/${url}`, payload });
  const pathsOf = (body: string): string[] => List.parse(JSON.parse(body)).items.map(({ path }) => path);

  it('shows pushes, orphans and alarms of own organizations only, however their paths spell them', async () => {
    caller = viewer;

    expect(pathsOf((await get('pushes')).body)).to.deep.equal(['acme/api', 'id/1/tools']);
    expect(pathsOf((await get('orphans')).body)).to.deep.equal(['acme/api', 'id/1/tools']);
    const status = StatusAlarms.parse(JSON.parse((await get('status')).body));
    expect(status.alarms.map(({ path }) => path)).to.deep.equal([null, 'acme/api']);
  });

  it('gives orphans page by page, and by state', async () => {
    caller = viewer;

    const first = List.parse(JSON.parse((await get('orphans?limit=1')).body));
    expect(first.items.map(({ path }) => path)).to.deep.equal(['acme/api']);
    expect(pathsOf((await get(`orphans?limit=1&cursor=${encodeURIComponent(first.next ?? '')}`)).body)).to.deep.equal([
      'id/1/tools',
    ]);
    expect(pathsOf((await get('orphans?state=closing')).body)).to.deep.equal([]);
    expect((await get('orphans?state=lost')).statusCode).to.equal(400);
    expect((await get('orphans?limit=0')).statusCode).to.equal(400);
  });

  it('hides what is of another organization, as if it were not there', async () => {
    for (caller of [viewer, operator]) {
      const hidden = ['pushes/u2@1', 'plan?path=globex/api', 'queues?path=id/2/web/api'];
      for (const url of [...hidden, 'explain?path=globex/api', 'wait?ref=globex/api:1']) {
        expect((await get(url)).statusCode, url).to.equal(404);
      }
      expect((await get('plan?path=acme/api')).statusCode).to.equal(200);
    }
  });

  const writes: [string, object][] = [
    ['reprocess', { paths: ['acme/api'] }],
    ['reprocess', { since: '2026-08-21T14:00:00Z' }],
    ['rollback', { path: 'acme/api', tag: '1', digest: DIGEST }],
    ['orphans/delete', { paths: ['acme/api'] }],
    ['orphans/keep', { paths: ['acme/api'] }],
  ];
  for (const [url, body] of writes) {
    it(`lets an operator, but no viewer, POST ${url} ${JSON.stringify(body)}`, async () => {
      caller = viewer;
      const refused = await post(url, body);

      caller = operator;
      const allowed = await post(url, body);

      expect(refused.statusCode).to.equal(403);
      expect(JSON.parse(refused.body)).to.have.nested.property('error.reason', 'permission-missing');
      expect(allowed.statusCode).to.equal(202);
      expect(done.join(' ')).to.contain('acme/api').and.not.contain('globex');
    });
  }

  it('changes nothing of another organization, nor of several if one is', async () => {
    caller = operator;

    for (const url of ['reprocess', 'orphans/delete', 'orphans/keep']) {
      expect((await post(url, { paths: ['acme/api', 'globex/api'] })).statusCode, url).to.equal(404);
    }
    expect((await post('rollback', { path: 'globex/api', tag: '1', digest: DIGEST })).statusCode).to.equal(404);
    expect(done).to.deep.equal([]);
  });

  for (const action of ['pause', 'resume', 'drain', 'retry']) {
    it(`lets only those ${action} a queue to whom all organizations belong`, async () => {
      const body = action === 'retry' ? { failed: true } : {};
      for (caller of [viewer, operator, { ...viewer, organizations: 'all' as const }]) {
        expect((await post(`queues/reconcile/${action}`, body)).statusCode).to.equal(403);
      }
      caller = LOCAL_OPERATOR;
      expect((await post(`queues/reconcile/${action}`, body)).statusCode).to.equal(202);

      expect(done).to.deep.equal([`${action} reconcile`]);
    });
  }

  it('changes all only for whom all organizations are', async () => {
    for (const url of ['reprocess', 'orphans/delete', 'orphans/keep']) {
      caller = operator;
      expect((await post(url, { all: true })).statusCode, url).to.equal(403);
      caller = { ...operator, organizations: 'all' };
      expect((await post(url, { all: true })).statusCode, url).to.equal(202);
    }
  });
});
