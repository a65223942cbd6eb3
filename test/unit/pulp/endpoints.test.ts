import { expect } from 'chai';
import { type HttpServer, startHttpServer } from '../../support/http-server.ts';
import { pulpAt } from '../../support/remote.ts';

const API = '/pulp/api/v3';
const uuid = (n: number) => `0198aaaa-0000-7000-8000-${String(n).padStart(12, '0')}`;
const page = (...results: unknown[]) => ({ json: { count: 9999, next: 'http://127.0.0.1:1/never/', results } });

describe('createPulp', () => {
  let server: HttpServer;

  beforeEach(async () => {
    server = await startHttpServer();
  });
  afterEach(() => server.finish());

  it('finds the API under /pulp/, or under the path of the base URL', async () => {
    const status = { json: { versions: [], online_workers: [] } };
    server.expect('GET /pulp/api/v3/status/', status);
    server.expect('GET /elsewhere/api/v3/status/', status);

    await pulpAt(server.url).readStatus();
    await pulpAt(`${server.url}/elsewhere`).readStatus();
  });

  describe('lists', () => {
    const tag = (n: number) => ({ pulp_href: `${API}/content/container/tags/${uuid(n)}/`, name: `${n}` });
    const thousand = Array.from({ length: 1000 }, (_, n) => tag(n));
    const VERSION = `${API}/repositories/container/container/${uuid(1)}/versions/3/`;

    it('ask for pages by offset until one is short, and never follow `next`', async () => {
      server.expect(`GET ${API}/content/container/tags/`, page(...thousand));
      server.expect(`GET ${API}/content/container/tags/`, page(tag(1000)));

      const tags = await pulpAt(server.url).listTagNames(VERSION);

      expect(tags).to.have.lengthOf(1001);
      expect(server.received.map(({ query }) => query)).to.deep.equal(
        ['0', '1000'].map((offset) => ({
          repository_version: VERSION,
          ordering: 'pk',
          fields: 'pulp_href,name',
          limit: '1000',
          offset,
        })),
      );
    });

    it('read no further page than the caller wants', async () => {
      const repository = (n: number) => ({
        pulp_href: `${API}/repositories/container/container/${uuid(n)}/`,
        name: `${n}`,
        latest_version_href: `${API}/repositories/container/container/${uuid(n)}/versions/0/`,
      });
      server.expect(`GET ${API}/repositories/`, page(...Array.from({ length: 50 }, (_, n) => repository(n))));

      for await (const { name } of pulpAt(server.url).listRecentRepositories()) if (name === '49') break;

      expect(server.received[0]?.query).to.include({
        pulp_type__in: 'container.container-push,container.container',
        ordering: '-pulp_last_updated,-pk',
        limit: '50',
      });
    });

    it('pass on the abort between two pages', async () => {
      const controller = new AbortController();
      server.expect(`GET ${API}/distributions/container/container/`, (response) => {
        controller.abort();
        response.destroy();
      });

      const failure = await pulpAt(server.url)
        .listDistributions('kpr.push/', controller.signal)
        .next()
        .catch((error: unknown) => error);

      expect(failure).to.equal(controller.signal.reason);
    });
  });

  describe('reading by href', () => {
    const hrefs = Array.from({ length: 200 }, (_, n) => `${API}/content/container/tags/${uuid(n)}/`);

    it('splits long lists so that each request line stays below 4000 bytes', async () => {
      for (let call = 0; call < 3; call++) server.expect(`GET ${API}/content/container/tags/`, page());

      await pulpAt(server.url).readTags(hrefs);

      const asked = server.received.flatMap(({ query }) => query['pulp_id__in']?.split(',') ?? []);
      expect(asked).to.deep.equal(hrefs.map((_, n) => uuid(n)));
      expect(Math.max(...server.received.map(({ lineLength }) => lineLength))).to.be.below(4000);
    });

    it('asks nothing for nothing', async () => {
      expect(await pulpAt(server.url).readManifests([])).to.deep.equal([]);
    });

    it('of both repository types is one call', async () => {
      server.expect(`GET ${API}/repositories/`, page());

      await pulpAt(server.url).readRepositories([
        `${API}/repositories/container/container/${uuid(1)}/`,
        `${API}/repositories/container/container-push/${uuid(2)}/`,
      ]);

      expect(server.received[0]?.query).to.include({ pulp_id__in: `${uuid(1)},${uuid(2)}` });
    });

    it('refuses what is no href', async () => {
      const failure = await pulpAt(server.url)
        .readTags(['<unavailable>'])
        .catch((error: unknown) => error);

      expect(failure).to.have.property('code', 'E_INVARIANT');
    });
  });

  describe('an index', () => {
    const DIGEST = `sha256:${'ab'.repeat(32)}`;
    const entry = { digest: DIGEST, mediaType: 'application/vnd.oci.image.manifest.v1+json', size: 411 };

    it('is read from the registry, which is at the root of the host', async () => {
      const headers = { 'content-type': 'application/vnd.oci.image.index.v1+json' };
      server.expect(`GET /v2/kpr.push/acme/api/manifests/${DIGEST}`, { headers, json: { manifests: [entry] } });

      const entries = await pulpAt(`${server.url}/pulp/`).readIndexEntries('kpr.push/acme/api', DIGEST);

      expect(entries).to.deep.equal([{ digest: DIGEST, mediaType: entry.mediaType }]);
      expect(server.received[0]?.headers.accept).to.include(
        'application/vnd.docker.distribution.manifest.list.v2+json',
      );
    });

    it('is fetched from the content app, to which no credentials go', async () => {
      const content = await startHttpServer();
      const location = `${content.url}/pulp/container/a?validate_token=x`;
      server.expect(`GET /v2/a/manifests/${DIGEST}`, { status: 302, headers: { location }, text: '' });
      content.expect('GET /pulp/container/a', { json: { manifests: [entry] } });

      const entries = await pulpAt(server.url).readIndexEntries('a', DIGEST);

      expect(entries).to.have.lengthOf(1);
      expect(content.received[0]?.headers).to.not.have.property('authorization');
      await content.finish();
    });
  });

  describe('writes', () => {
    const CORRELATION = '0198bbbb-0000-7000-8000-000000000001';
    const REPOSITORY = `${API}/repositories/container/container/${uuid(1)}/`;
    const DISTRIBUTION = `${API}/distributions/container/container/${uuid(2)}/`;
    const options = { correlationId: CORRELATION };

    it('carry the correlation id, and answer the task', async () => {
      const accepted = { status: 202, json: { task: `${API}/tasks/${uuid(3)}/` } };
      server.expect(`POST ${REPOSITORY}add/`, accepted);
      server.expect(`POST ${REPOSITORY}remove/`, accepted);
      server.expect(`POST ${DISTRIBUTION}set_label/`, { status: 201, json: {} });
      server.expect(`POST ${DISTRIBUTION}unset_label/`, { status: 201, json: {} });
      const pulp = pulpAt(server.url);

      const task = await pulp.addContent(REPOSITORY, ['/a/'], options);
      await pulp.removeContent(REPOSITORY, ['/b/'], options);
      await pulp.setLabel(DISTRIBUTION, 'kpr_claim', 'v1', options);
      await pulp.removeLabel(DISTRIBUTION, 'kpr_claim', options);

      expect(task).to.equal(`${API}/tasks/${uuid(3)}/`);
      expect(server.received.map(({ body }) => body)).to.deep.equal([
        { content_units: ['/a/'] },
        { content_units: ['/b/'] },
        { key: 'kpr_claim', value: 'v1' },
        { key: 'kpr_claim' },
      ]);
      expect(server.received.map(({ headers }) => headers['correlation-id'])).to.deep.equal(
        Array.from({ length: 4 }, () => CORRELATION),
      );
    });

    it('are repeated when the answer was lost, since they do no more than once', async () => {
      server.expect(`POST ${REPOSITORY}add/`, (response) => response.destroy());
      server.expect(`POST ${REPOSITORY}add/`, { status: 202, json: { task: '/t/' } });

      await pulpAt(server.url, { maxRetries: 1 }).addContent(REPOSITORY, [], options);
    });

    const notSet = { status: 400, json: { key: ["Label 'kpr_claim' is not set on the object."] } };

    it('do not mind a label that is gone already', async () => {
      server.expect(`POST ${DISTRIBUTION}unset_label/`, notSet);
      server.expect(`GET ${DISTRIBUTION}`, { json: { pulp_labels: { kpr_pins: '' } } });

      await pulpAt(server.url).removeLabel(DISTRIBUTION, 'kpr_claim', options);
    });

    it('mind a label that is still there', async () => {
      server.expect(`POST ${DISTRIBUTION}unset_label/`, { status: 400, json: { key: ['odd'] } });
      server.expect(`GET ${DISTRIBUTION}`, { json: { pulp_labels: { kpr_claim: null } } });

      const failure = await pulpAt(server.url)
        .removeLabel(DISTRIBUTION, 'kpr_claim', options)
        .catch((error: unknown) => error);

      expect(failure).to.have.nested.property('failure.status', 400);
    });
  });
});
