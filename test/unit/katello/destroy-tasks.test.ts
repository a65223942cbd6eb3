import { expect } from 'chai';
import { type HttpServer, startHttpServer } from '../../support/http-server.ts';
import { katelloAt } from '../../support/remote.ts';

const TASKS = 'GET /foreman_tasks/api/tasks';
const list = (results: unknown[]) => ({ json: { total: 1000, error: null, results } });
const acme = { id: 1, name: 'ACME', label: 'ACME' };

/** A task as Katello 4.14 to 5.0 lists it. */
const task = (label: string, fields: object = {}) => ({
  id: 'e3b5e50a-57bb-4eb0-9bed-7d99f9b9c51f',
  label: `Actions::Katello::${label}`,
  state: 'stopped',
  result: 'success',
  ended_at: '2026-11-24 18:57:40 UTC',
  input: { organization: acme, services_checked: ['pulp3'], current_user_id: 5 },
  ...fields,
});

describe('the tasks that destroyed a repository', () => {
  let server: HttpServer;

  beforeEach(async () => {
    server = await startHttpServer();
  });
  afterEach(() => server.finish());

  it('are asked for by the repository, and those of its product and organization count too', async () => {
    const labels = ['Repository::Destroy', 'Product::Destroy', 'Organization::Destroy'];
    server.expect(TASKS, list([...labels, 'Repository::ImportUpload'].map((label) => task(label))));

    const found = await katelloAt(server.url).findDestroyTasks(10);

    expect(found.map(({ label }) => label)).to.deep.equal(labels.map((label) => `Actions::Katello::${label}`));
    expect(found[0]?.input).to.deep.equal({ organization: acme });
    expect(server.received[0]?.query).to.include({
      search: 'resource_type = "Katello::Repository" and resource_id = 10 and state = stopped and result = success',
      order: 'started_at DESC',
    });
  });

  it('are none that failed, whatever the search was taken for', async () => {
    const unfit = [
      { state: 'paused', result: 'error' },
      { result: 'warning' },
      { state: 'running', result: 'pending' },
    ];
    server.expect(TASKS, list(unfit.map((fields) => task('Repository::Destroy', fields))));

    expect(await katelloAt(server.url).findDestroyTasks(10)).to.deep.equal([]);
  });

  it('may be without an input that can be read', async () => {
    server.expect(TASKS, list([task('Organization::Destroy', { input: null })]));

    expect(await katelloAt(server.url).findDestroyTasks(10)).to.have.lengthOf(1);
  });
});
