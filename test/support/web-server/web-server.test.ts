import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createCertificates } from '../certificates.ts';
import { send } from '../send.ts';
import { ServerProblem } from '../servers/problem.ts';
import { findServer, type Site } from '../servers/process.ts';
import { startWebServer } from './web-server.ts';
import { openWebSite, WEB_SERVER } from './web-site.ts';

describe('a push host', function () {
  this.timeout(20_000); // makes certificates and starts servers
  let site: Site;
  const nothing = { pushApi: '/nobody.sock', front: '127.0.0.1:9' };

  beforeEach(async () => {
    site = { dir: await mkdtemp(join(tmpdir(), 'kpr-web-')), isTemporary: true };
  });

  afterEach(() => rm(site.dir, { recursive: true }));

  describe('as a name', () => {
    it('keeps port and certificate', async () => {
      const first = await openWebSite(site);

      expect(await openWebSite(site)).to.deep.equal(first);
    });

    it('gets another certificate when its own ends soon', async () => {
      const { caFile, certificateFile } = await openWebSite(site);
      const { ca, server } = await createCertificates(1);
      await writeFile(certificateFile, server.cert);
      await writeFile(caFile, ca);

      expect((await openWebSite(site)).ca).not.to.equal(ca);
    });

    it('gets another certificate when it was interrupted while it made the first', async () => {
      const { caFile, certificateFile } = await openWebSite(site);
      const half = await readFile(certificateFile, 'utf8');
      await rm(caFile);

      const { ca } = await openWebSite(site);

      expect([ca, await readFile(certificateFile, 'utf8')]).not.to.include(half);
    });
  });

  describe('as a server', () => {
    it('is found by a second start, and gives way to one of the other kind', async () => {
      const web = await openWebSite(site);
      const serverOf = async (kind: 'apache' | 'nginx') => {
        await startWebServer(site, web, kind, nothing);
        const { status, headers } = await send(web, 'GET', '/');
        return { status, by: headers.get('server'), pid: (await findServer(site, WEB_SERVER))?.pid };
      };

      const [first, second, third] = [await serverOf('apache'), await serverOf('apache'), await serverOf('nginx')];
      const last = await startWebServer(site, web, 'nginx', nothing);
      await last.stop();

      expect(second).to.deep.equal(first);
      expect(first)
        .to.include({ status: 503 })
        .and.have.property('by')
        .that.matches(/^Apache/);
      expect(third)
        .to.include({ status: 502 })
        .and.have.property('by')
        .that.matches(/^nginx/);
    });

    for (const kind of ['apache', 'nginx'] as const) {
      it(`says that ${kind} did not get its port`, async () => {
        const web = await openWebSite(site);
        const other = createServer().listen(web.port, '127.0.0.1');
        await once(other, 'listening');

        const problem: unknown = await startWebServer(site, web, kind, nothing).catch((error: unknown) => error);

        other.close();
        expect(problem).to.be.instanceOf(ServerProblem);
        expect(problem)
          .to.have.property('message')
          .that.matches(/web-server ended.*Address already in use/s);
      });
    }
  });
});
