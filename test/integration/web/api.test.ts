import { expect } from 'chai';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { refuse } from '../../../lib/domain/reason.ts';
import { openReceipt } from '../../../lib/domain/receipt.ts';
import { TransportError } from '../../../lib/errors.ts';
import type { ApiDeps } from '../../../lib/web/api.ts';
import { createApiServer, createFakeApi } from '../../support/api.ts';

const json = ({ body }: LightMyRequestResponse): unknown => JSON.parse(body);
const receipt = openReceipt({
  path: 'acme/api',
  uuid: 'u1',
  version: 1,
  claimedVersion: null,
  kind: 'push',
  user: null,
  note: null,
  pushedAt: new Date('2026-08-21T14:28:00Z'),
});

describe('/api/v1', function () {
  this.timeout(10_000); // the first server loads fastify

  let promoted: string[];
  let asked: unknown[];
  let servers: FastifyInstance[];

  beforeEach(() => {
    servers = [];
  });

  afterEach(async () => {
    for (const server of servers) await server.close();
  });

  const serveApi = (over: Partial<ApiDeps> = {}) => {
    promoted = [];
    asked = [];
    const deps = createFakeApi({
      readStatus: async () => {
        throw new TransportError('redis', 'away');
      },
      listPushes: async (query) => {
        asked.push(query);
        return { items: [receipt], next: null };
      },
      findPush: async (id) => (id === receipt.id ? receipt : null),
      listPaths: async () => ['acme/a', 'acme/b'],
      promote: async (path) => void promoted.push(path),
      unpin: async (path) => void promoted.push(`unpin ${path}`),
      findJobState: async () => 'delayed',
      listFailedPaths: async () => ['acme/failed'],
      retry: async (path) => void promoted.push(`retry ${path}`),
      rollBack: async (order) => {
        asked.push(order);
        const { path, tag, digest, dryRun } = order;
        return { path, tag, from: null, to: digest, version: 2, dryRun };
      },
      ...over,
    });
    const server = createApiServer(deps);
    servers.push(server);
    return server;
  };
  const ask = (server: FastifyInstance, method: 'GET' | 'POST', url: string, payload?: object) =>
    server.inject({ method, url, ...(payload && { payload }) });

  it('lists pushes as asked', async () => {
    const address = serveApi();

    const answer = await ask(
      address,
      'GET',
      '/api/v1/pushes?limit=2&state=done&path=push.example.com/kpr.push/acme/api:1',
    );

    expect(json(answer)).to.deep.equal({ items: [receipt], next: null });
    expect(asked).to.have.lengthOf(1);
    expect(asked[0]).to.deep.include({ limit: 2, cursor: undefined, state: 'done', path: 'acme/api' });
  });

  it('answers a receipt by its id', async () => {
    const address = serveApi();

    expect(json(await ask(address, 'GET', '/api/v1/pushes/u1@1'))).to.deep.equal(receipt);
    expect((await ask(address, 'GET', '/api/v1/pushes/u1@2')).statusCode).to.equal(404);
  });

  for (const query of ['limit=0', 'limit=x', 'limit=501', 'state=odd', 'since=yesterday', 'unknown=1', 'path=%1b']) {
    it(`refuses ?${query}`, async () => {
      const address = serveApi();

      const answer = await ask(address, 'GET', `/api/v1/pushes?${query}`);

      expect(answer.statusCode).to.equal(400);
      expect(json(answer)).to.have.nested.property('error.message');
    });
  }

  it('answers 503 while Redis is away', async () => {
    expect((await ask(serveApi(), 'GET', '/api/v1/status')).statusCode).to.equal(503);
  });

  it('answers 404 where nothing is pushed, 409 where a rule says no', async () => {
    expect((await ask(serveApi(), 'GET', '/api/v1/plan?path=acme/api')).statusCode).to.equal(404);

    const plan = async () => {
      throw refuse('unknown-organization', { org: 'acme' });
    };
    const answer = await ask(serveApi({ plan }), 'GET', '/api/v1/plan?path=acme/api');
    expect(answer.statusCode).to.equal(409);
    expect(json(answer)).to.have.nested.property('error.reason', 'unknown-organization');
  });

  it('queues named paths, all, or those since a time', async () => {
    const address = serveApi();

    const named = await ask(address, 'POST', '/api/v1/reprocess', { paths: ['kpr.push/acme/api:1'] });
    expect(named.statusCode).to.equal(202);
    expect(json(named)).to.deep.equal({ paths: ['acme/api'], dryRun: false });
    await ask(address, 'POST', '/api/v1/reprocess', { all: true });
    await ask(address, 'POST', '/api/v1/reprocess', { since: '2026-08-21T14:00:00Z' });

    expect(promoted).to.deep.equal(['acme/api', 'acme/a', 'acme/b', 'acme/api']);
  });

  it('drops pins first', async () => {
    await ask(serveApi(), 'POST', '/api/v1/reprocess', { paths: ['acme/api'], unpin: true });

    expect(promoted).to.deep.equal(['unpin acme/api', 'acme/api']);
  });

  it('changes nothing in a dry run, and says what it would', async () => {
    const answer = await ask(serveApi(), 'POST', '/api/v1/reprocess', { all: true, unpin: true, dryRun: true });

    expect(json(answer)).to.deep.equal({ paths: ['acme/a', 'acme/b'], dryRun: true });
    expect(promoted).to.deep.equal([]);
  });

  for (const body of [
    {},
    { paths: ['a/b'], all: true },
    { paths: ['no path'] },
    { paths: 'a/b' },
    { force: true },
    [],
  ]) {
    it(`refuses to reprocess ${JSON.stringify(body)}`, async () => {
      expect((await ask(serveApi(), 'POST', '/api/v1/reprocess', body)).statusCode).to.equal(400);
      expect(promoted).to.deep.equal([]);
    });
  }

  it('waits for a reference, and for proxies, as long as asked', async () => {
    const waited: unknown[] = [];
    const waitFor: ApiDeps['waitFor'] = async (awaited, timeoutMs, signal) => {
      waited.push(awaited, timeoutMs);
      return createFakeApi().waitFor(awaited, timeoutMs, signal);
    };
    const digest = `sha256:${'a'.repeat(64)}`;
    const server = serveApi({ waitFor });

    const url = `/api/v1/wait?ref=push.example.com/acme/api:1@${digest}&proxy=a&proxy=b&proxy=a&timeoutSeconds=2.5`;
    const answer = await ask(server, 'GET', url);
    await ask(server, 'GET', '/api/v1/wait?ref=acme/api&proxy=a');

    expect(json(answer)).to.include({ path: 'acme/api', tag: '1', digest, isDone: true });
    expect(waited).to.deep.equal([
      { path: 'acme/api', tag: '1', digest, proxies: ['a', 'b'] },
      2500,
      { path: 'acme/api', tag: null, digest: null, proxies: ['a'] },
      30_000,
    ]);
  });

  it('knows no other proxy', async () => {
    const answer = await ask(serveApi({ waitFor: async () => ({ unknownProxy: 'x' }) }), 'GET', '/api/v1/wait?ref=a/b');

    expect(answer.statusCode).to.equal(404);
    expect(answer.body).to.contain('no smart proxy x');
  });

  for (const query of ['', 'ref=x', 'ref=acme/api&timeoutSeconds=31', 'ref=acme/api&timeoutSeconds=x']) {
    it(`refuses to wait for ?${query}`, async () => {
      expect((await ask(serveApi(), 'GET', `/api/v1/wait?${query}`)).statusCode).to.equal(400);
    });
  }

  it('rolls back as asked', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const body = { path: 'kpr.push/acme/api', tag: '1', digest, reason: 'slow', dryRun: true };

    const answer = await ask(serveApi(), 'POST', '/api/v1/rollback', body);

    expect(answer.statusCode).to.equal(202);
    expect(json(answer)).to.deep.equal({
      path: 'acme/api',
      tag: '1',
      from: null,
      to: digest,
      version: 2,
      dryRun: true,
    });
    expect(asked).to.deep.equal([{ path: 'acme/api', tag: '1', digest, user: null, reason: 'slow', dryRun: true }]);
  });

  it('finds nothing to roll back to', async () => {
    const body = { path: 'acme/api', tag: '1', digest: `sha256:${'a'.repeat(64)}` };
    const nothing = await ask(serveApi({ rollBack: async () => null }), 'POST', '/api/v1/rollback', body);
    const noImage = serveApi({ rollBack: async () => 'no-such-image' });

    expect(nothing.statusCode).to.equal(404);
    expect((await ask(noImage, 'POST', '/api/v1/rollback', body)).body).to.contain('acme/api holds no image sha256:');
  });

  for (const over of [{ tag: '-x' }, { tag: 'a b' }, { digest: 'sha256:1' }, { path: 'no' }, { reason: '' }]) {
    it(`refuses to roll back ${JSON.stringify(over)}`, async () => {
      const body = { path: 'acme/api', tag: '1', digest: `sha256:${'a'.repeat(64)}`, ...over };

      expect((await ask(serveApi(), 'POST', '/api/v1/rollback', body)).statusCode).to.equal(400);
    });
  }

  it('retries paths that failed, and no others', async () => {
    const address = serveApi();

    const answer = await ask(address, 'POST', '/api/v1/queues/reconcile/retry', { paths: ['acme/failed'] });
    const other = await ask(address, 'POST', '/api/v1/queues/reconcile/retry', { paths: ['acme/api'] });

    expect(json(answer)).to.deep.include({ action: 'retry', jobs: 1, paths: ['acme/failed'] });
    expect(other.statusCode).to.equal(404);
    expect(promoted).to.deep.equal(['retry acme/failed']);
  });

  const misuses: [string, object][] = [
    ['reconcile/retry', {}],
    ['reconcile/retry', { paths: ['acme/failed'], failed: true }],
    ['proxies/retry', { paths: ['acme/failed'] }],
    ['reconcile/pause', { failed: true }],
    ['reconcile/drain', { paths: ['acme/failed'], failed: true }],
    ['reconcile/obliterate', {}],
  ];
  for (const [url, body] of misuses) {
    it(`refuses ${url} with ${JSON.stringify(body)}`, async () => {
      expect((await ask(serveApi(), 'POST', `/api/v1/queues/${url}`, body)).statusCode).to.equal(400);
    });
  }

  it('knows no other queue', async () => {
    expect((await ask(serveApi(), 'POST', '/api/v1/queues/canary/drain', {})).statusCode).to.equal(404);
  });

  it('refuses a body that is too large', async () => {
    const body = { paths: Array.from({ length: 20_000 }, () => 'acme/api') };

    expect((await ask(serveApi(), 'POST', '/api/v1/reprocess', body)).statusCode).to.equal(413);
  });

  it('tells where the job of a path is', async () => {
    expect(json(await ask(serveApi(), 'GET', '/api/v1/queues?path=acme/api'))).to.deep.equal({
      path: 'acme/api',
      state: 'delayed',
    });
  });
});
