import { expect } from 'chai';
import { TransportError } from '../../../lib/errors.ts';
import { type Browser, type DashboardBench, ORIGIN, openDashboard } from '../../support/dashboard.ts';
import { basic } from '../../support/told.ts';

const EVIL = 'https://evil.example.com';

describe('signing in', function () {
  this.timeout(10_000); // the first server loads fastify

  let bench: DashboardBench;
  let browser: Browser;

  beforeEach(async () => {
    bench = await openDashboard();
    browser = bench.openBrowser();
  });
  afterEach(() => bench.close());

  describe('POST /login', () => {
    it('takes a login and goes where somebody wanted to go', async () => {
      const answer = await browser.signIn('viewer', { next: '/pushes?state=failed' });

      expect([answer.statusCode, answer.headers.location]).to.deep.equal([303, '/pushes?state=failed']);
    });

    it('gives a cookie that scripts cannot read, and one that they have to', async () => {
      const { headers } = await browser.signIn('viewer');

      const [session, token] = [headers['set-cookie'] ?? []].flat().toSorted();
      expect(token).to.match(/^__Host-kpr=[\w-]{43}; Max-Age=3600; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
      expect(session).to.match(/^XSRF-TOKEN=[\w-]+; Max-Age=3600; Path=\/; Secure; SameSite=Lax$/);
    });

    it('begins a session of its own each time, and ends the one before', async () => {
      await browser.signIn('viewer');
      const before = browser.cookies.get('__Host-kpr');
      await browser.signIn('operator');

      expect(browser.cookies.get('__Host-kpr')).to.not.equal(before);
      expect(bench.sessions.has(before ?? '')).to.equal(false);
    });

    it('takes no session id that a browser brings along', async () => {
      const planted = 'x'.repeat(43);
      browser.cookies.set('__Host-kpr', planted);

      await browser.signIn('viewer');

      expect(browser.cookies.get('__Host-kpr')).to.not.equal(planted);
      expect(bench.sessions.has(planted)).to.equal(false);
    });

    for (const next of [
      '//evil.example.com/',
      '/\\evil.example.com',
      '/\t/evil.example.com',
      'https://evil.example.com/',
      'javascript:alert(1)',
      '/..//evil.example.com',
      '',
    ]) {
      it(`does not leave for ${JSON.stringify(next)}`, async () => {
        expect((await browser.signIn('viewer', { next })).headers.location).to.match(/^\/(?!\/)[^:]*$/);
      });
    }

    it('answers 401 with the form to a wrong password, and keeps what was typed but the password', async () => {
      const answer = await browser.signIn('<b>"viewer"</b>', { password: 'not it', next: '/pushes' });

      expect(answer.statusCode).to.equal(401);
      expect(answer.body)
        .to.contain('wrong login, password or token')
        .and.contain('value="&lt;b&gt;&quot;viewer&quot;&lt;/b&gt;"')
        .and.contain('name="next" value="/pushes"')
        .and.not.contain('not it')
        .and.not.contain('<b>');
      expect(browser.cookies.size).to.equal(0);
    });

    it('answers 403 to an account that may not look', async () => {
      const answer = await browser.signIn('nobody');

      expect(answer.statusCode).to.equal(403);
      expect(answer.body).to.contain('view_products');
    });

    for (const headers of [{ origin: EVIL }, { origin: 'null' }, { origin: undefined }]) {
      it(`answers 403 to a form of ${headers.origin}, unasked`, async () => {
        const answer = await browser.post('/login', { login: 'viewer', password: 'right' }, headers);

        expect(answer.statusCode).to.equal(403);
        expect(bench.asked).to.deep.equal([]);
      });
    }

    it('answers 413 to a form that is too large, 415 to what is no form, 400 to half a form', async () => {
      const answers = [
        await browser.signIn('x'.repeat(20_000)),
        await browser.send('POST', '/login', undefined, { 'content-type': 'application/xml' }),
        await browser.post('/login', { login: 'viewer' }),
      ];

      expect(answers.map(({ statusCode }) => statusCode)).to.deep.equal([413, 415, 400]);
    });

    it('answers 503 while Katello is silent', async () => {
      await bench.close();
      const signIn = async () => {
        throw new TransportError('katello', 'katello does not answer');
      };
      bench = await openDashboard({ signIn });

      const answer = await bench.openBrowser().signIn('viewer');

      expect(answer.statusCode).to.equal(503);
      expect(answer.headers['content-type']).to.contain('text/html');
    });
  });

  describe('POST /logout', () => {
    it('ends the session and takes the cookies away', async () => {
      await browser.signIn('viewer');

      const answer = await browser.post('/logout');

      expect(answer.statusCode).to.equal(303);
      expect([bench.sessions.size, browser.cookies.size]).to.deep.equal([0, 0]);
    });

    for (const [what, form, headers] of [
      ['without the token', { xsrf: '' }, {}],
      ['with another token', { xsrf: 'token-1' }, {}],
      ['of another site', {}, { origin: EVIL }],
      ['of nowhere', {}, { origin: undefined }],
    ] as const) {
      it(`answers 403 to a form ${what}`, async () => {
        await browser.signIn('viewer');

        expect((await browser.post('/logout', form, headers)).statusCode).to.equal(403);
        expect(bench.sessions.size).to.equal(1);
      });
    }
  });

  describe('the API', () => {
    it('knows who has the cookie', async () => {
      await browser.signIn('operator');

      expect((await browser.get('/api/v1/status')).json()).to.deep.include({ login: 'operator', role: 'operator' });
    });

    it('knows who sends credentials', async () => {
      const { json } = await browser.get('/api/v1/status', { authorization: basic('viewer', 'right') });

      expect(json()).to.deep.include({ login: 'viewer' });
    });

    it('answers 401 in its own words to nobody, to wrong credentials, and to a session that ended', async () => {
      const nobody = await browser.get('/api/v1/status');
      const wrong = await browser.get('/api/v1/status', { authorization: basic('viewer', 'wrong') });
      await browser.signIn('viewer');
      bench.sessions.clear();
      const ended = await browser.get('/api/v1/status');

      expect([nobody, wrong, ended].map(({ statusCode }) => statusCode)).to.deep.equal([401, 401, 401]);
      expect(nobody.headers['www-authenticate']).to.equal('Basic realm="kpr"');
      expect(wrong.json()).to.have.nested.property('error.reason', 'bad-credentials');
    });

    it('answers 403 to an account that may not look', async () => {
      const answer = await browser.get('/api/v1/status', { authorization: basic('nobody', 'right') });

      expect(answer.statusCode).to.equal(403);
    });

    it('takes a write of a page of ours', async () => {
      await browser.signIn('operator');

      const answer = await browser.send('POST', '/api/v1/reprocess', { paths: ['acme/api'] });

      expect(answer.json()).to.deep.equal({ by: 'operator', body: { paths: ['acme/api'] } });
    });

    for (const [what, headers] of [
      ['no token', { 'x-xsrf-token': undefined }],
      ['an empty token', { 'x-xsrf-token': '' }],
      ['another token', { 'x-xsrf-token': 'token-9' }],
      ['the origin of another site', { origin: EVIL }],
      ['an origin that begins like ours', { origin: `${ORIGIN}.evil.example.com` }],
      ['no origin', { origin: undefined }],
    ] as const) {
      it(`answers 403 to a write by cookie with ${what}`, async () => {
        await browser.signIn('operator');

        const answer = await browser.send('POST', '/api/v1/reprocess', {}, headers);

        expect(answer.statusCode).to.equal(403);
        expect(answer.json()).to.have.nested.property('error.reason', 'permission-missing');
      });
    }

    it('answers 403 to a token that the session does not know, though cookie and header agree', async () => {
      await browser.signIn('operator');
      browser.cookies.set('XSRF-TOKEN', 'planted');

      expect((await browser.send('POST', '/api/v1/reprocess', {})).statusCode).to.equal(403);
    });

    it('takes a write of a program, unless a page of another site makes a browser send it', async () => {
      const write = (headers: object) =>
        browser.send('POST', '/api/v1/reprocess', {}, { authorization: basic('operator', 'right'), ...headers });

      const answers = [await write({ origin: undefined }), await write({ origin: EVIL })];

      expect(answers.map(({ statusCode }) => statusCode)).to.deep.equal([200, 403]);
    });

    it('takes no form', async () => {
      await browser.signIn('operator');
      const headers = { 'x-xsrf-token': browser.cookies.get('XSRF-TOKEN') };

      expect((await browser.post('/api/v1/reprocess', {}, headers)).statusCode).to.equal(415);
    });

    it('answers 429 with Retry-After to a visitor who is too fast, and goes on with others', async () => {
      await browser.signIn('viewer');
      const other = bench.openBrowser();
      await other.signIn('viewer');

      const answers = [await browser.get('/api/v1/status')];
      while (answers.at(-1)?.statusCode === 200) answers.push(await browser.get('/api/v1/status'));

      expect(answers.length).to.be.greaterThan(20);
      expect(answers.at(-1)?.statusCode).to.equal(429);
      expect(Number(answers.at(-1)?.headers['retry-after'])).to.be.greaterThan(0);
      expect((await other.get('/api/v1/status')).statusCode).to.equal(200);
    });
  });

  it('keeps every answer out of caches, frames and foreign hands', async () => {
    const signedOut = await browser.get('/api/v1/status');
    await browser.signIn('viewer');
    const answers = [signedOut, await browser.get('/api/v1/status'), await browser.post('/logout')];

    for (const { headers } of answers) {
      expect(headers).to.deep.include({
        'cache-control': 'no-store',
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
      });
      expect(headers['content-security-policy'])
        .to.contain("default-src 'none'")
        .and.contain("frame-ancestors 'none'")
        .and.not.contain('unsafe');
    }
  });
});
