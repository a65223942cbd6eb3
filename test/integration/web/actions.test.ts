import { expect } from 'chai';
import type { OrphanView } from '../../../lib/domain/orphan-view.ts';
import { type Browser, type DashboardBench, openDashboard, pushOf } from '../../support/dashboard.ts';

const FAILURE = { code: 'E_REFUSED', reason: 'name-refused', message: 'Katello refuses it', hint: 'rename' };

const orphan: OrphanView = {
  path: 'acme/gone',
  uuid: 'u9',
  version: 4,
  repositoryId: 42,
  state: 'due',
  task: '0198f3a2-task',
  until: null,
  order: null,
  reason: 'policy',
  message: 'KPR_POLICY forbids delete-orphan',
  hint: null,
};

describe('buttons of pages', function () {
  this.timeout(10_000); // the first server loads fastify

  let bench: DashboardBench;

  beforeEach(() => open({}));
  afterEach(() => bench.close());

  async function as(login: string): Promise<Browser> {
    const browser = bench.openBrowser();
    await browser.signIn(login);
    return browser;
  }

  async function open(over: Parameters<typeof openDashboard>[0]): Promise<void> {
    bench = await openDashboard(over);
    bench.receipts.push(pushOf('acme/bad', { state: 'failed', error: FAILURE }));
  }

  /** A bench of its own for this test. */
  async function reopen(over: Parameters<typeof openDashboard>[0]): Promise<void> {
    await bench.close();
    await open(over);
  }

  it('are for operators', async () => {
    const ofViewer = await (await as('viewer')).get('/');
    const ofOperator = await (await as('operator')).get('/');

    expect(ofViewer.body).to.not.contain('/actions/');
    expect(ofOperator.body).to.contain('action="/actions/reprocess"');
  });

  it('are not there where their route is not', async () => {
    const { body } = await (await as('operator')).get('/pushes/acme-bad%401');

    expect(body).to.contain('/actions/reprocess').and.not.contain('/actions/sync-proxies');
  });

  it('do what the API does, as who presses them, and lead back', async () => {
    const sent: unknown[] = [];
    await reopen({
      addApi: (server, callerOf) => {
        server.post('/api/v1/reprocess', async (request) => {
          sent.push([callerOf(request).login, request.body]);
          return {};
        });
      },
    });

    const answer = await (await as('operator')).post('/actions/reprocess', {
      path: 'acme/bad',
      next: '/pushes?state=failed',
    });

    expect([answer.statusCode, answer.headers.location]).to.deep.equal([303, '/pushes?state=failed&done=reprocess']);
    expect(sent).to.deep.equal([['operator', { paths: ['acme/bad'] }]]);
  });

  it('enable a receiver that is told nothing any more, for who may change all', async () => {
    const sent: unknown[] = [];
    const receiver = { n: 2, url: 'https://chat.example.com/', since: null, reason: 'answered 410', givenUpInARow: 0 };
    await reopen({
      listReceivers: async () => [{ ...receiver, state: 'disabled' }],
      addApi: (server) => {
        server.post('/api/v1/notifications/:n/enable', async ({ params }) => void sent.push(params));
      },
    });
    const admin = await as('admin');

    const [ofAdmin, ofOperator] = [await admin.get('/'), await (await as('operator')).get('/')];
    await admin.post('/actions/enable', { receiver: '2' });

    expect(ofAdmin.body).to.contain('chat.example.com').and.contain('answered 410');
    expect(ofOperator.body).to.not.contain('chat.example.com');
    expect(sent).to.deep.equal([{ n: '2' }]);
  });

  it('explain a path in the words of the API, or say why that cannot be', async () => {
    const points = [{ topic: 'next', message: '<i>nothing</i>', reason: 'paced', hint: 'wait' }];
    let status = 200;
    await reopen({
      addApi: (server) => {
        server.get('/api/v1/explain', async (_request, reply) =>
          reply.status(status).send(status === 200 ? { points } : { error: { message: 'Pulp is <b>', hint: null } }),
        );
      },
    });
    const operator = await as('operator');

    const explained = await operator.get('/pushes/acme-bad%401?explain=yes');
    status = 503;
    const failed = await operator.get('/pushes/acme-bad%401?explain=yes');

    expect(explained.body).to.contain('&lt;i&gt;nothing&lt;/i&gt;').and.contain('paced').and.contain('wait');
    expect([failed.statusCode, failed.body.includes('Pulp is &lt;b&gt;')]).to.deep.equal([200, true]);
  });

  it('show what the API answers when it refuses', async () => {
    await reopen({
      addApi: (server) => {
        server.post('/api/v1/reprocess', async (_request, reply) =>
          reply
            .status(409)
            .send({ error: { code: 'E_REFUSED', reason: 'closing', message: '<b>no</b>', hint: 'later' } }),
        );
      },
    });

    const answer = await (await as('operator')).post('/actions/reprocess', { path: 'acme/bad' });

    expect(answer.statusCode).to.equal(409);
    expect(answer.body).to.contain('&lt;b&gt;no&lt;/b&gt;').and.contain('later');
  });

  for (const [what, form, headers] of [
    ['without its token', { xsrf: '' }, {}],
    ['with a wrong token', { xsrf: 'token-9' }, {}],
    ['from another site', {}, { origin: 'https://evil.example.com' }],
    ['from nowhere', {}, { origin: undefined }],
  ] as const) {
    it(`answer 403 to a form ${what}`, async () => {
      const operator = await as('operator');

      expect((await operator.post('/actions/reprocess', { path: 'acme/bad', ...form }, headers)).statusCode).to.equal(
        403,
      );
    });
  }

  it('answer 401 to nobody, 404 to what there is not, 400 to what is no path', async () => {
    const operator = await as('operator');
    const answers = [
      await bench.openBrowser().post('/actions/reprocess', { path: 'acme/bad' }),
      await operator.post('/actions/constructor', { path: 'acme/bad' }),
      await operator.post('/actions/reprocess', { path: 'x'.repeat(400) }),
    ];

    expect(answers.map(({ statusCode }) => statusCode)).to.deep.equal([401, 404, 400]);
  });

  it('that delete want the path to be typed', async () => {
    const sent: unknown[] = [];
    await reopen({
      listOrphans: async () => [orphan],
      addApi: (server) => {
        server.post('/api/v1/orphans/delete', async ({ body }) => void sent.push(body));
      },
    });
    const operator = await as('operator');

    const page = await operator.get('/orphans?confirm=acme/gone');
    const untyped = await operator.post('/actions/delete', { path: 'acme/gone', typed: 'acme/other' });
    const typed = await operator.post('/actions/delete', { path: 'acme/gone', typed: 'acme/gone' });

    expect(page.body).to.contain('Type <strong>acme/gone</strong> to confirm');
    expect([untyped.statusCode, typed.statusCode]).to.deep.equal([400, 303]);
    expect(sent).to.deep.equal([{ paths: ['acme/gone'] }]);
  });
});
