import { expect } from 'chai';
import { createImage } from '../support/image/image.ts';
import { findDigest, push } from '../support/image/push.ts';
import { startTrial, type Trial } from '../support/katello/trial.ts';

describe("Katello's stand-in as a registry", () => {
  const image = createImage({ seed: 'pulled' });
  let trial: Trial;
  const registry = () => ({ url: trial.standIn.url, login: 'nobody', password: 'wrong' });

  before(async () => {
    trial = await startTrial('5.0.1');
    await push(trial.pulp, 'acme/web/pulled', '1', image);
  });
  after(() => trial.close());
  afterEach(() => trial.pulp.intercept(null));

  it('lets everybody pull what Pulp serves', async () => {
    expect(await findDigest(registry(), 'acme/web/pulled', '1')).to.equal(image.manifest.digest);
  });

  it('says so where there is nothing to pull', async () => {
    expect(await findDigest(registry(), 'acme/web/pulled', '2')).to.equal(null);
  });

  it('answers the question whether it is a registry', async () => {
    for (const path of ['/v2/', '/v2']) expect((await trial.ask(null, `GET ${path}`)).status).to.equal(200);
  });

  it("announces none of Pulp's signatures, for which podman would look here", async () => {
    const told = { 'docker-content-digest': image.manifest.digest, 'x-registry-supports-signatures': '1' };
    trial.pulp.intercept(() => ({ status: 200, headers: told, body: {} }));

    const { headers } = await trial.ask(null, 'GET /v2/acme/web/pulled/manifests/1');

    expect(headers.get('docker-content-digest')).to.equal(image.manifest.digest);
    expect(headers.get('x-registry-supports-signatures')).to.equal(null);
  });

  it('takes no push', async () => {
    const { status, body } = await trial.ask('dev', 'POST /v2/acme/web/pulled/blobs/uploads/');

    expect(status).to.equal(405);
    expect(body).to.have.nested.property('errors[0].code', 'UNSUPPORTED');
  });
});
