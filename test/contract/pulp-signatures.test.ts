import { expect } from 'chai';
import { createHttpClient } from '../../lib/http/client.ts';
import { createPulp } from '../../lib/pulp/endpoints.ts';
import type { Pulp } from '../../lib/pulp/pulp.ts';
import { createAtomicSignature, pushSignature } from '../support/image/atomic-signature.ts';
import { createImage, createIndex } from '../support/image/image.ts';
import { push } from '../support/image/push.ts';
import { describePulps } from '../support/pulp/targets.ts';

const PUSH_TASK = 'pulp_container.app.tasks.download_image_data.aadd_and_remove';

describePulps('Pulp signatures of the atomic kind', (server) => {
  const at = (name: string) => server().at(name);
  const imageOf = (seed: string) => createImage({ seed: `${server().prefix} ${seed}` });
  const createPort = (): Pulp => {
    const { url, login, password } = server();
    const credentials = () => ({ kind: 'basic', login, password }) as const;
    return createPulp(createHttpClient({ system: 'pulp', baseUrl: url, credentials, userAgent: 'kpr/test' }));
  };
  const hrefOf = async (name: string, digest: string): Promise<string | undefined> =>
    (await server().manifestsOf(await server().findLatest(name))).find((one) => one.digest === digest)?.pulp_href;

  it('make a task and a version of their own, by the name of a push', async () => {
    const image = imageOf('signed');
    await push(server(), at('signed'), '1', image);

    await pushSignature(server(), at('signed'), image);

    const tasks = await server().tasksOf('signed');
    const { number, content_summary: summary } = await server().readLatest('signed');
    expect(tasks.map(({ name, state }) => [name, state])).to.deep.equal([
      [PUSH_TASK, 'completed'],
      [PUSH_TASK, 'completed'],
    ]);
    expect(number).to.equal(2);
    expect(summary.added).to.have.all.keys('container.signature');
    expect(summary.present['container.signature']?.count).to.equal(1);
  });

  it('are listed with the manifest that they sign, an image or an index', async () => {
    const [image, index] = [imageOf('alone'), createIndex([imageOf('child')])];
    for (const [tag, what] of [
      ['1', image],
      ['2', index],
    ] as const) {
      await push(server(), at('listed'), tag, what);
      await pushSignature(server(), at('listed'), what);
    }

    const version = await server().findLatest('listed');
    const signatures = await createPort().listSignatures(version);

    const signed = await Promise.all([image, index].map(({ manifest }) => hrefOf('listed', manifest.digest)));
    expect(signatures.map(({ signed_manifest }) => signed_manifest)).to.have.members(signed);
    expect(await createPort().listSignatures(version.replace(/\d+\/$/, '1/'))).to.deep.equal([]);
  });

  it('are served by the registry that took them', async () => {
    const image = imageOf('served');
    await push(server(), at('served'), '1', image);
    await pushSignature(server(), at('served'), image);

    const { status, body } = await server().get(`/extensions/v2/${at('served')}/signatures/${image.manifest.digest}`);

    expect(status).to.equal(200);
    expect(body).to.have.nested.property('signatures[0].content', createAtomicSignature(image));
  });

  it('stay behind when a tag is copied, and when they are named themselves', async () => {
    const image = imageOf('copied');
    await push(server(), at('copied'), '1', image);
    await pushSignature(server(), at('copied'), image);
    const version = await server().findLatest('copied');
    const [tag] = await server().tagsOf(version);
    const [signature] = await createPort().listSignatures(version);
    const target = await server().createRepository(at('copied-to'));
    const units = [tag?.pulp_href, signature?.pulp_href];

    const { state } = await server().finish(await server().post(`${target.pulp_href}add/`, { content_units: units }));

    const { content_summary: summary } = await server().readLatest('copied-to');
    expect(state).to.equal('completed');
    expect(summary.present).to.have.all.keys('container.tag', 'container.manifest', 'container.blob');
  });

  it('of what is not there are refused, and so is what is no signature', async () => {
    const image = imageOf('refused');
    await push(server(), at('refused'), '1', image);
    const path = (digest: string) => `/extensions/v2/${at('refused')}/signatures/${digest}`;
    const body = { schemaVersion: 2, type: 'atomic', name: `${image.manifest.digest}@${'0'.repeat(32)}` };

    const unknown = await server().send('PUT', path(`sha256:${'0'.repeat(64)}`), { body });
    const junk = await server().send('PUT', path(image.manifest.digest), { body: { ...body, content: 'anVuaw==' } });

    expect([unknown.status, junk.status]).to.deep.equal([404, 400]);
    expect(await server().readLatest('refused')).to.deep.include({ number: 1 });
  });
});
