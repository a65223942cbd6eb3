import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { expect } from 'chai';
import { type Browser, type DashboardBench, openDashboard } from '../../support/dashboard.ts';
import { openTestRedis, type TestRedis } from '../../support/state.ts';

const WAITING = '/queues/api/queues?activeQueue=reconcile&status=waiting&page=1&jobsPerPage=10';

describe('/queues', function () {
  this.timeout(20_000); // bull-board is loaded

  let redis: TestRedis;
  let queue: Queue;
  let orphans: Queue;
  let bench: DashboardBench;
  let promoted: string[];
  /** what the API was told to pause and resume */
  let halted: unknown[];
  let own: string;
  let others: string;

  before(async () => {
    redis = await openTestRedis();
    const connection = { connection: redis.client, prefix: '{web}' };
    [queue, orphans] = [new Queue('reconcile', connection), new Queue('orphans', connection)];
  });
  after(async () => {
    await queue.close();
    await orphans.close();
    await redis.close();
  });
  beforeEach(async () => {
    promoted = [];
    await queue.obliterate({ force: true });
    [own = '', others = ''] = await Promise.all(['acme/api', 'globex/api'].map(add));
    halted = [];
    bench = await openDashboard({
      queues: [queue, orphans],
      promote: async (path) => void promoted.push(path),
      addApi: (server, callerOf) => {
        server.post('/api/v1/queues/:name/:action', async (request) => {
          halted.push([callerOf(request).login, request.params]);
          return {};
        });
      },
    });
  });
  afterEach(() => bench.close());

  async function add(path: string): Promise<string> {
    const jobId = randomUUID();
    await queue.add('reconcile', { path }, { jobId });
    return jobId;
  }

  async function as(login: string): Promise<Browser> {
    const browser = bench.openBrowser();
    await browser.signIn(login);
    return browser;
  }

  it('is a page that asks nobody else for anything', async () => {
    const { statusCode, body } = await (await as('admin')).get('/queues');

    expect(statusCode).to.equal(200);
    expect(body).to.contain('<title>kpr</title>');
    expect(body).to.not.match(/(?:href|src)="(?:https?:)?\/\//);
  });

  it('asks who it is', async () => {
    const browser = bench.openBrowser();

    for (const path of ['/queues', '/queues/api/queues', '/queues/static/js/x.js']) {
      const answer = await browser.get(path);
      expect([answer.statusCode, answer.body.includes('name="password"')], path).to.deep.equal([401, true]);
    }
  });

  it('is for operators', async () => {
    const viewer = await as('viewer');

    expect((await viewer.get('/queues')).statusCode).to.equal(403);
    expect((await viewer.get(WAITING)).statusCode).to.equal(403);
  });

  it('shows an administrator all jobs, with the headers of every page', async () => {
    const admin = await as('admin');

    const [page, list] = [await admin.get('/queues'), await admin.get(WAITING)];

    expect(page.headers['content-type']).to.contain('text/html');
    expect(page.headers['content-security-policy']).to.contain("frame-ancestors 'none'");
    expect(list.headers['cache-control']).to.equal('no-store');
    expect(list.body).to.contain('acme/api').and.contain('globex/api');
  });

  it('shows other operators the jobs of their paths only', async () => {
    const operator = await as('operator');

    const list = await operator.get(WAITING);
    const ofOwn = await operator.get(`/queues/api/queues/reconcile/${own}`);
    const ofOthers = await Promise.all(
      [
        `/queues/api/queues/reconcile/${others}`,
        `/queues/api/queues/reconcile/${others}/`,
        `/queues/api/queues/reconcile/${others}/logs`,
        `/queues/api/queues/reconcile/%${others.charCodeAt(0).toString(16)}${others.slice(1)}`,
        `/queues/%61pi/queues?activeQueue=reconcile&status=waiting`,
        `/queues/api/queues/?activeQueue=reconcile&status=waiting`,
      ].map((path) => operator.get(path)),
    );

    expect(list.body).to.contain('acme/api').and.not.contain('globex');
    expect([ofOwn.statusCode, ...ofOthers.map(({ statusCode }) => statusCode)]).to.deep.equal([
      200, 404, 404, 404, 404, 404, 404,
    ]);
  });

  it('lets an administrator clean', async () => {
    const cleaned = await (await as('admin')).send('PUT', `/queues/api/queues/reconcile/${own}/clean`);

    expect(cleaned.statusCode).to.equal(204);
    expect(await queue.getJob(own)).to.equal(undefined);
  });

  it('pauses and resumes by the API, which keeps account of who did it', async () => {
    const admin = await as('admin');

    await admin.send('PUT', '/queues/api/queues/reconcile/pause');
    await admin.send('PUT', '/queues/api/queues/resume');

    expect(halted).to.deep.equal([
      ['admin', { name: 'reconcile', action: 'pause' }],
      ['admin', { name: 'reconcile', action: 'resume' }],
      ['admin', { name: 'orphans', action: 'resume' }],
    ]);
  });

  it('tries again by the rules of the queue: a path has one job', async () => {
    const admin = await as('admin');

    const answers = [
      await admin.send('PUT', `/queues/api/queues/reconcile/${others}/retry`),
      await admin.send('PUT', `/queues/api/queues/reconcile/${own}/promote`),
      await admin.send('PUT', '/queues/api/queues/reconcile/retry/failed'),
      await admin.send('PUT', '/queues/api/queues/orphans/retry/failed'),
    ];

    expect(answers.map(({ statusCode }) => statusCode)).to.deep.equal([204, 204, 204, 403]);
    expect(promoted).to.deep.equal(['globex/api', 'acme/api']);
  });

  for (const [method, path] of [
    ['PUT', '/queues/api/queues/reconcile/obliterate'],
    ['PUT', '/queues/api/queues/reconcile/empty'],
    ['PUT', '/queues/api/queues/reconcile/concurrency'],
    ['POST', '/queues/api/queues/reconcile/add'],
    ['POST', '/queues'],
  ] as const) {
    it(`takes no ${method} ${path}`, async () => {
      const admin = await as('admin');

      expect((await admin.send(method, path, {})).statusCode).to.equal(405);
      expect(await queue.getWaitingCount()).to.equal(2);
    });
  }

  it('takes no write of other operators, nor one that another site sends', async () => {
    const write = async (login: string, headers: object = {}) =>
      (await as(login)).send('PUT', '/queues/api/queues/reconcile/pause', undefined, headers);

    const answers = [
      await write('operator'),
      await write('admin', { origin: 'https://evil.example.com' }),
      await write('admin', { 'x-xsrf-token': undefined }),
    ];

    expect(answers.map(({ statusCode }) => statusCode)).to.deep.equal([403, 403, 403]);
    expect(halted).to.deep.equal([]);
  });
});
