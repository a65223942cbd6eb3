import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { createHttpClient } from '../../lib/http/client.ts';
import { createPulp } from '../../lib/pulp/endpoints.ts';
import { createImage } from '../support/image/image.ts';
import { push } from '../support/image/push.ts';
import { describePulps } from '../support/pulp/targets.ts';

const DISTRIBUTIONS = 'distributions/container/container/';

/** What the first request of a push does where something has its path already. */
describePulps('Pulp push onto a path that is taken', (pulp, world) => {
  const at = (name: string) => pulp().at(name);
  const distribute = async (name: string, body: Record<string, string> = {}) =>
    pulp().finish(await pulp().post(DISTRIBUTIONS, { name: at(name), base_path: at(name), ...body }));
  const startUpload = async (name: string) => {
    const { status, body } = await pulp().send('POST', `/v2/${at(name)}/blobs/uploads/`);
    return { status, body };
  };
  const readOnly = (name: string) => ({
    status: 400,
    body: { errors: [{ code: 'NAME_INVALID', message: 'Repository is read-only.', detail: { name: at(name) } }] },
  });

  it('takes over a distribution that serves a version, and blocks every later change of that version', async () => {
    const { pulp_href, latest_version_href } = await pulp().createRepository(at('katello-1234'));
    await distribute('pinned', { repository_version: latest_version_href });

    const { status } = await startUpload('pinned');

    const distribution = await pulp().findDistribution(at('pinned'));
    const href = distribution?.pulp_href ?? '';
    const pushed = await pulp().findRepository(at('pinned'));
    const change = { repository_version: `${pulp_href}versions/0/` };
    const blocked = await pulp().send('PATCH', href, { body: change });
    const repair = await pulp().finish(await pulp().send('PATCH', href, { body: { repository: null } }));
    const repaired = await pulp().send('PATCH', href, { body: change });
    expect(status).to.equal(202);
    expect(distribution).to.deep.include({
      repository: pushed?.pulp_href,
      repository_version: latest_version_href,
    });
    expect([blocked.status, repair.state, repaired.status]).to.deep.equal([400, 'completed', 202]);
  });

  it('is undone by the port: what Katello bound it to is served again, however often', async () => {
    const { url, login, password } = pulp();
    const credentials = () => ({ kind: 'basic', login, password }) as const;
    const port = createPulp(createHttpClient({ system: 'pulp', baseUrl: url, credentials, userAgent: 'kpr/test' }));
    const { latest_version_href: version } = await pulp().createRepository(at('katello-2345'));
    await distribute('given-back', { repository_version: version });
    await startUpload('given-back');
    const href = (await pulp().findDistribution(at('given-back')))?.pulp_href ?? '';
    const correlationId = randomUUID();

    const task = await port.unbindRepository(href, { correlationId });
    const { logging_cid: mark } = await port.waitForTask(task ?? '');
    const again = await port.unbindRepository(href, { correlationId });
    if (again !== null) await port.waitForTask(again);

    expect(mark).to.equal(correlationId);
    expect(await pulp().findDistribution(at('given-back'))).to.deep.include({
      repository: null,
      repository_version: version,
    });
    expect(await pulp().findRepository(at('given-back')), 'what was pushed past').not.to.equal(null);
  });

  it('is refused by an ordinary repository, and written into it from pulp_container 2.29', async () => {
    const { pulp_href: repository } = await pulp().createRepository(at('katello-5678'));
    await distribute('ordinary', { repository });

    const answer = await startUpload('ordinary');

    if (world === 'a') expect(answer).to.deep.equal(readOnly('ordinary'));
    else expect(answer.status).to.equal(202);
    expect(await pulp().findRepository(at('ordinary'))).to.equal(null);
  });

  it('adopts an empty distribution', async () => {
    await distribute('empty');

    const { status } = await startUpload('empty');

    const repository = await pulp().findRepository(at('empty'));
    expect(status).to.equal(202);
    expect(await pulp().findDistribution(at('empty'))).to.deep.include({ repository: repository?.pulp_href });
  });

  it('is refused where an ordinary repository has the name, which is adopted from pulp_container 2.29', async () => {
    const { pulp_href } = await pulp().createRepository(at('named'));

    const answer = await startUpload('named');

    if (world === 'a') expect(answer).to.deep.equal(readOnly('named'));
    else expect(await pulp().findDistribution(at('named'))).to.deep.include({ repository: pulp_href });
  });

  it('is refused where a distribution elsewhere has the name', async () => {
    await pulp().finish(await pulp().post(DISTRIBUTIONS, { name: at('name-only'), base_path: at('elsewhere') }));

    const { status, body } = await startUpload('name-only');

    expect(status).to.equal(400);
    expect(body).to.have.nested.property('errors[0].code', 'NAME_INVALID');
    expect(await pulp().findRepository(at('name-only'))).to.equal(null);
  });

  it('goes on into its own push repository', async () => {
    await push(pulp(), at('own'), '1', createImage({ seed: `${pulp().prefix} own` }));
    const before = await pulp().findRepository(at('own'));

    const { status } = await startUpload('own');

    const after = await pulp().findRepository(at('own'));
    expect(status).to.equal(202);
    expect(after?.pulp_href).to.equal(before?.pulp_href);
  });
});
