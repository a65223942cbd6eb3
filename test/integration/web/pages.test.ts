import { expect } from 'chai';
import type { OrphanView } from '../../../lib/domain/orphan-view.ts';
import { TransportError } from '../../../lib/errors.ts';
import { type Browser, type DashboardBench, NOW, openDashboard, pushOf, WELL } from '../../support/dashboard.ts';

const PAGES = ['/', '/pushes', '/pushes/acme-api%401', '/proxies', '/orphans'] as const;
const DIGEST = `sha256:${'41aa'.repeat(16)}`;
const OTHER = `sha256:${'9b1c'.repeat(16)}`;
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

describe('pages', function () {
  this.timeout(10_000); // the first server loads fastify

  let bench: DashboardBench;

  beforeEach(async () => {
    bench = await openDashboard();
    bench.receipts.push(pushOf('acme/api'), pushOf('globex/secret'));
  });
  afterEach(() => bench.close());

  async function as(login: string): Promise<Browser> {
    const browser = bench.openBrowser();
    await browser.signIn(login);
    return browser;
  }

  /** The page without the places where paths may be broken. */
  async function show(login: string, path: string): Promise<string> {
    return (await (await as(login)).get(path)).body.replaceAll('<wbr>', '');
  }

  /** A bench of its own for this test. */
  async function reopen(over: Parameters<typeof openDashboard>[0]): Promise<void> {
    const { receipts } = bench;
    await bench.close();
    bench = await openDashboard(over);
    bench.receipts.push(...receipts);
  }

  for (const path of PAGES) {
    it(`answers GET ${path} to nobody with 401 and the form, which leads back`, async () => {
      const answer = await bench.openBrowser().get(path);

      expect(answer.statusCode).to.equal(401);
      expect(answer.headers['content-type']).to.contain('text/html');
      expect(answer.body).to.contain(`name="next" value="${path}"`).and.not.contain('acme/api</a>');
    });

    it(`shows ${path} to a viewer, uncached, unframed, without inline script or style`, async () => {
      const answer = await (await as('viewer')).get(path);

      expect(answer.statusCode).to.equal(200);
      expect(answer.headers['cache-control']).to.equal('no-store');
      expect(answer.headers['content-security-policy']).to.contain("frame-ancestors 'none'");
      expect(answer.body).to.not.match(/<script(?! src="\/assets\/)|<style|\sstyle=|\son\w+=/);
    });

    it(`answers HEAD ${path} like GET, without a body`, async () => {
      const viewer = await as('viewer');
      const cookie = [...viewer.cookies].map(([name, value]) => `${name}=${value}`).join('; ');

      const answer = await bench.server.inject({ method: 'HEAD', url: path, headers: { cookie } });

      expect([answer.statusCode, answer.body]).to.deep.equal([200, '']);
    });
  }

  it('shows nothing of another organization: no row, no count, no bar, no receipt, no filter', async () => {
    const viewer = await as('viewer');
    const own = [await show('viewer', '/'), await show('viewer', '/pushes')];
    const others = await viewer.get('/pushes/globex-secret%401');
    const missing = await viewer.get('/pushes/none%401');

    for (const body of own) expect(body).to.contain('acme/api').and.not.contain('globex');
    expect(own[0]).to.contain('Pushes of the last 24 hours: 1,').and.contain('1 waiting, 0 failed');
    expect(own[1]).to.contain('1 of 1 pushes');
    expect([others.statusCode, others.body]).to.deep.equal([404, missing.body]);
  });

  it('shows an administrator everything', async () => {
    const body = await show('admin', '/pushes');

    expect(body).to.contain('acme/api').and.contain('globex/secret').and.contain('2 of 2 pushes');
  });

  describe('/', () => {
    it('tells a newcomer what to type', async () => {
      bench.receipts.splice(0);

      const body = await show('viewer', '/');

      expect(body).to.contain('No push yet. Try: <code>podman push IMAGE push.example.com/ORG/NAME:1</code>');
    });

    it('shows what needs a person: the latest push of a path, if it failed', async () => {
      bench.receipts.push(
        pushOf('acme/bad', { state: 'refused', error: FAILURE }),
        pushOf('acme/was-bad', { state: 'failed', error: FAILURE }),
        pushOf('acme/was-bad', { id: 'w@2', version: 2, state: 'done', pushedAt: new Date(NOW).toISOString() }),
      );

      const body = await show('viewer', '/');
      const needy = /<h2 id="needs">.*?<\/section>/s.exec(body)?.[0];

      expect(needy).to.contain('acme/bad').and.contain('Katello refuses it').and.not.contain('was-bad');
    });

    it('shows alarms of own paths and of everybody, and what is not well', async () => {
      const alarm = {
        alarm: 'publish-overdue',
        source: 'overdue',
        since: new Date(NOW - 60_000).toISOString(),
      } as const;
      const silent = { name: 'katello', isOk: false, reason: 'katello-down', message: 'since 14:02' } as const;
      await reopen({
        readStatus: async () => ({
          ...WELL,
          checks: [silent],
          alarms: [
            { ...alarm, path: 'acme/api', message: 'own is late', hint: null },
            { ...alarm, path: 'globex/secret', message: 'theirs is late', hint: null },
            { ...alarm, alarm: 'orphan-limit', path: null, message: '12 due', hint: 'orphans list' },
          ],
        }),
      });

      const body = await show('viewer', '/');

      expect(body)
        .to.contain('katello-down</strong> since 14:02')
        .and.contain('own is late')
        .and.contain('12 due')
        .and.not.contain('theirs');
    });

    it('answers 503 as a page while Redis is away', async () => {
      const readStatus = async () => {
        throw new TransportError('redis', 'redis: away');
      };
      await reopen({ readStatus });

      const answer = await (await as('viewer')).get('/');

      expect([answer.statusCode, answer.body.includes('Not available now')]).to.deep.equal([503, true]);
    });

    it('tells nothing of a bug, but to the log', async () => {
      const readStatus = async () => {
        throw new TypeError('inner matters');
      };
      await reopen({ readStatus });

      const answer = await (await as('viewer')).get('/');

      expect([answer.statusCode, answer.body.includes('inner'), bench.faults.length]).to.deep.equal([500, false, 1]);
    });
  });

  describe('/pushes', () => {
    beforeEach(() => {
      bench.receipts.push(pushOf('acme/web/shop', { state: 'done' }), pushOf('id/1/api', { state: 'failed' }));
    });

    for (const [query, paths] of [
      ['path=SHOP', ['acme/web/shop']],
      ['state=failed', ['id/1/api']],
      ['organization=acme', ['acme/api', 'acme/web/shop']],
      ['organization=id/1', ['id/1/api']],
      ['organization=acme&state=done', ['acme/web/shop']],
      ['state=odd&page=-1', ['acme/api', 'acme/web/shop', 'id/1/api']],
      ['page=99', []],
    ] as const) {
      it(`shows for ?${query} ${paths.length} pushes`, async () => {
        const body = await show('operator', `/pushes?${query}`);

        const shown = [...body.matchAll(/<th scope="row"><a [^>]*>([^<]*)</g)].map(([, path = '']) => path);
        expect(shown.toSorted()).to.deep.equal(paths);
      });
    }

    it('shows fifty at a time, and leads on with the filter', async () => {
      for (let n = 0; n < 60; n += 1) bench.receipts.push(pushOf(`acme/many/p${n}`));

      const body = await show('viewer', '/pushes?path=many');

      expect(body.match(/<th scope="row">/g)).to.have.lengthOf(50);
      expect(body).to.contain('Page 1 of 2').and.contain('href="/pushes?path=many&amp;page=2"');
    });
  });

  describe('/pushes/ID', () => {
    it('shows all of a receipt', async () => {
      bench.receipts.push(
        pushOf('acme/web/api', {
          state: 'done',
          tags: [{ name: 'latest', from: DIGEST, to: OTHER, reason: 'tag-moved' }],
          leftAlone: [{ tag: '1', reason: 'pinned', message: '1 was changed in Katello' }],
          stages: [{ name: 'publish', startedAt: '2026-08-21T14:28:00.000Z', durationMs: 4100, outcome: 'ok' }],
          proxies: [{ name: 'proxy.example.com', outcome: 'served', reason: null, at: '2026-08-21T14:29:00.000Z' }],
          pull: ['katello.example.com/acme/web/api:latest'],
        }),
      );

      const body = await show('viewer', '/pushes/acme-web-api%401');

      for (const text of [
        '41aa41aa41aa',
        '9b1c9b1c9b1c',
        '1 was changed in Katello',
        '4.1 s',
        'proxy.example.com',
        'podman pull katello.example.com/acme/web/api:latest',
        'href="/api/v1/pushes/acme-web-api%401"',
      ]) {
        expect(body).to.contain(text);
      }
    });
  });

  describe('what strangers name', () => {
    const EVIL = `"><script>alert(1)</script>'\u202E\u0000&<img src=x onerror=alert(1)>`;

    it('is text, wherever it stands', async () => {
      await reopen({
        readProxies: async () => ({
          behind: [{ proxy: EVIL, path: 'acme/api', reason: EVIL, message: EVIL, since: NOW }],
          last: new Map([[EVIL, { path: 'acme/api', outcome: 'failed' as const, reason: EVIL, at: NOW }]]),
        }),
        listOrphans: async () => [{ ...orphan, message: EVIL, hint: EVIL, task: EVIL }],
        readStatus: async () => ({
          ...WELL,
          checks: [{ name: 'pulp' as const, isOk: false, reason: null, message: EVIL }],
        }),
      });
      bench.receipts.push(
        pushOf('acme/evil', {
          id: 'evil@1',
          state: 'failed',
          user: EVIL,
          note: EVIL,
          error: { code: EVIL, reason: EVIL, message: EVIL, hint: EVIL },
          tags: [{ name: EVIL, from: EVIL, to: EVIL, reason: 'tag-moved' }],
          leftAlone: [{ tag: EVIL, reason: EVIL, message: EVIL }],
          proxies: [{ name: EVIL, outcome: 'failed', reason: EVIL, at: '2026-08-21T14:29:00.000Z' }],
          pull: [EVIL],
        }),
      );
      const admin = await as('admin');

      for (const path of [
        '/',
        '/pushes',
        '/pushes/evil%401',
        `/pushes/evil%401?confirm=${encodeURIComponent(EVIL)}`,
        '/proxies',
        '/orphans',
        `/pushes?path=${encodeURIComponent(EVIL)}&organization=${encodeURIComponent(EVIL)}`,
        `/pushes/${encodeURIComponent(EVIL)}`,
      ]) {
        const { body } = await admin.get(path);
        expect(
          ['<script>', '<img', '\u202E', '\u0000'].filter((text) => body.includes(text)),
          path,
        ).to.deep.equal([]);
      }
    });

    it('may be huge', async () => {
      const name = 'x'.repeat(20_000);
      bench.receipts.push(
        pushOf('acme/huge', { user: name, pull: [name], tags: [{ name, from: null, to: name, reason: 'tag-new' }] }),
      );

      const { statusCode } = await (await as('viewer')).get('/pushes/acme-huge%401');

      expect(statusCode).to.equal(200);
    });
  });

  it('serves its own assets to everybody', async () => {
    for (const [path, type] of [
      ['/assets/kpr.css', 'text/css'],
      ['/assets/kpr.js', 'javascript'],
      ['/assets/icon.svg', 'image/svg+xml'],
    ] as const) {
      const { statusCode, headers } = await bench.openBrowser().get(path);
      expect([statusCode, String(headers['content-type']).includes(type)], path).to.deep.equal([200, true]);
    }
    for (const path of ['/assets/', '/assets/../dashboard.ts', '/assets/%2e%2e/dashboard.ts']) {
      expect((await bench.openBrowser().get(path)).statusCode, path).to.be.greaterThanOrEqual(403);
    }
  });
});
