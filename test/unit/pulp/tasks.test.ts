import { expect } from 'chai';
import { TaskFailedError, TaskTimeoutError } from '../../../lib/errors.ts';
import { type HttpServer, startHttpServer } from '../../support/http-server.ts';
import { pulpAt } from '../../support/remote.ts';

const UUID = '0198aaaa-0000-7000-8000-000000000001';
const HREF = `/pulp/api/v3/tasks/${UUID}/`;
const VERSION = `/pulp/api/v3/repositories/container/container/${UUID}/versions/2/`;
const FIELDS =
  'pulp_href,name,state,pulp_created,finished_at,created_resources,reserved_resources_record,logging_cid,error';

const task = (state: string, more: object = {}) => ({
  pulp_href: HREF,
  name: 'pulp_container.app.tasks.recursive_add.recursive_add_content',
  state,
  pulp_created: '2026-11-24T03:09:16.057942Z',
  finished_at: null,
  created_resources: [],
  reserved_resources_record: [],
  logging_cid: '',
  error: null,
  ...more,
});

describe('tasks of Pulp', () => {
  let server: HttpServer;
  let pauses: number[];

  beforeEach(async () => {
    pauses = [];
    server = await startHttpServer();
  });
  afterEach(() => server.finish());

  const pulp = (taskTimeoutMs?: number) =>
    pulpAt(server.url, {
      onPause: (ms) => pauses.push(ms),
      ...(taskTimeoutMs !== undefined && { taskTimeoutMs }),
    });

  it('are polled with growing gaps until they are final', async () => {
    for (const state of ['waiting', 'waiting', 'running', 'running', 'canceling', 'running', 'completed']) {
      server.expect(`GET ${HREF}`, { json: task(state) });
    }

    const { state } = await pulp().waitForTask(HREF);

    expect(state).to.equal('completed');
    expect(pauses).to.deep.equal([200, 500, 1000, 2000, 5000, 5000]);
    expect(server.received[0]?.query).to.deep.equal({ fields: FIELDS });
  });

  for (const [state, error, detail] of [
    ['failed', { traceback: 'File "x.py"', description: 'Timed\nout' }, 'failed: Timed out'],
    ['canceled', { reason: 'Worker has gone' }, 'canceled: Worker has gone'],
    ['failed', { traceback: 'File "x.py"' }, 'failed'],
    ['skipped', null, 'skipped'],
  ] as const) {
    it(`that end as '${detail}' are failures`, async () => {
      server.expect(`GET ${HREF}`, { json: task(state, { error }) });

      const failure = await pulp()
        .waitForTask(HREF)
        .catch((thrown: unknown) => thrown);

      expect(failure).to.be.instanceOf(TaskFailedError).and.include({ task: HREF, detail, disposition: 'replan' });
    });
  }

  it('that take too long are named', async () => {
    for (let reads = 0; reads < 3; reads++) server.expect(`GET ${HREF}`, { json: task('waiting') });

    const failure = await pulp(700)
      .waitForTask(HREF)
      .catch((thrown: unknown) => thrown);

    expect(failure).to.be.instanceOf(TaskTimeoutError).and.include({ task: HREF });
  });

  it('are listed by creation time and name', async () => {
    const found = task('completed', { created_resources: [VERSION, '<unavailable>', null] });
    server.expect('GET /pulp/api/v3/tasks/', { json: { results: [found] } });

    const query = { createdFrom: '2026-11-24T03:09:16+00:00', names: ['a.push', 'b.push'] };
    const resources: unknown[] = [];
    for await (const { created_resources } of pulp().listTasks(query)) resources.push(...created_resources);

    expect(resources).to.deep.equal([VERSION, '<unavailable>', null]);
    expect(server.received[0]?.query).to.deep.equal({
      name__in: 'a.push,b.push',
      pulp_created__gte: '2026-11-24T03:09:16+00:00',
      ordering: 'pulp_created,pk',
      fields: FIELDS,
      limit: '1000',
      offset: '0',
    });
  });

  it('tell who made a version', async () => {
    server.expect('GET /pulp/api/v3/tasks/', { json: { results: [{ logging_cid: UUID }, { logging_cid: null }] } });

    expect(await pulp().findWriters(VERSION)).to.deep.equal([UUID, null]);
    expect(server.received[0]?.query).to.include({ created_resources: VERSION });
  });

  it('tell nobody for a version that Pulp has dropped', async () => {
    server.expect('GET /pulp/api/v3/tasks/', {
      status: 400,
      json: [`URI ${VERSION} not found for repositoryversion.`],
    });

    expect(await pulp().findWriters(VERSION)).to.deep.equal([]);
  });
});
