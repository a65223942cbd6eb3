import { expect } from 'chai';
import { createAccounts } from '../../../lib/app/accounts.ts';
import type { FrontDeps } from '../../../lib/front/deps.ts';
import { createHttpClient } from '../../../lib/http/client.ts';
import { createKatelloUsers } from '../../../lib/katello/users.ts';
import { type Browser, type DashboardBench, ORIGIN, openDashboard } from '../../support/dashboard.ts';
import { type FrontLab, startFrontLab } from '../../support/front-lab.ts';
import { silentLog } from '../../support/state.ts';
import { basic } from '../../support/told.ts';

const CACHE_MS = 30_000;

describe('signing in with accounts of Katello', function () {
  this.timeout(20_000); // starts servers

  let front: FrontLab;
  let bench: DashboardBench;
  let browser: Browser;
  /** calls to Katello as a person */
  let asked: string[];

  beforeEach(async () => {
    let deps: FrontDeps | null = null;
    front = await startFrontLab({ wrapFront: (given) => (deps = given) });
    const { throttle, directory } = expectDeps(deps);
    asked = [];
    const users = createKatelloUsers(
      createHttpClient({
        system: 'katello',
        baseUrl: front.lab.standIn.url,
        credentials: () => ({ kind: 'none' }),
        userAgent: 'kpr/test',
        maxRetries: 0,
        log: (_, { url }) => void asked.push(url),
      }),
    );
    const token = { key: null, subject: null, seconds: 300, cacheMs: CACHE_MS };
    const accounts = createAccounts({
      config: { publicUrl: new URL(ORIGIN), token },
      daemon: { clients: { users }, directory, throttle },
      log: silentLog,
    });
    bench = await openDashboard({
      signIn: (credential, request) => accounts.signIn(credential, request),
      recognize: (request) => accounts.recognize(request),
    });
    browser = bench.openBrowser();
  });
  afterEach(async () => {
    await bench.close();
    await front.close();
  });

  const signIn = (login: string, password = `sandbox-${login}`) => browser.signIn(login, { password });
  const ask = (login: string, password = `sandbox-${login}`) =>
    bench.openBrowser().get('/api/v1/status', { authorization: basic(login, password) });
  const acme = { id: 1, label: 'acme' };
  const globex = { id: 2, label: 'globex' };

  for (const [login, role, organizations] of [
    ['viewer', 'viewer', [acme]],
    ['dev', 'viewer', [acme]],
    ['other', 'viewer', [globex]],
    ['kpr', 'operator', [acme, globex]],
    ['admin', 'operator', 'all'],
  ] as const) {
    it(`takes ${login} for ${role}, by form and by credentials`, async () => {
      await signIn(login);

      const answers = [await browser.get('/api/v1/status'), await ask(login)];

      for (const answer of answers) expect(answer.json()).to.deep.equal({ login, role, organizations });
    });
  }

  it('takes a personal access token for a password', async () => {
    expect((await signIn('dev', 'sandbox-dev-token')).statusCode).to.equal(303);
  });

  it('lets in neither a disabled account nor one that may not look', async () => {
    await front.changeUser('viewer', { roles: [] });

    expect([(await signIn('disabled')).statusCode, (await signIn('viewer')).statusCode]).to.deep.equal([401, 403]);
  });

  it('asks once for credentials that come again and again', async () => {
    await ask('viewer');
    const before = asked.length;

    for (let n = 0; n < 5; n += 1) await ask('viewer');

    expect([before, asked.length]).to.deep.equal([2, 2]);
  });

  it('asks Katello anew at each sign-in: rights may have changed', async () => {
    await signIn('viewer');
    await signIn('viewer');

    expect(asked).to.have.lengthOf(4);
  });

  it('stops asking for a login after five wrong passwords, and says how long to wait', async () => {
    for (let n = 0; n < 5; n += 1) await signIn('viewer', `wrong ${n}`);

    const answers = [await signIn('viewer'), await ask('viewer')];

    expect(answers.map(({ statusCode }) => statusCode)).to.deep.equal([401, 401]);
    expect(answers[0]?.body).to.match(/too many failed logins: wait \d+ s/);
    expect(asked).to.have.lengthOf(5);
  });

  it('asks for the same wrong password once', async () => {
    for (let n = 0; n < 5; n += 1) await signIn('viewer', 'wrong');

    expect(asked).to.have.lengthOf(1);
  });

  it('stops asking for anybody after fifteen, those at the token endpoint counted', async () => {
    for (let n = 0; n < 8; n += 1) await front.ask({ as: `stranger${n}`, password: 'wrong', scopes: [] });
    for (let n = 8; n < 15; n += 1) await signIn(`stranger${n}`, 'wrong');
    asked.length = 0;

    const answer = await signIn('viewer');

    expect([answer.statusCode, asked]).to.deep.equal([401, []]);
    expect(answer.body).to.contain('too many failed logins');
  });

  it('lets nobody in while Katello is silent', async () => {
    await front.lab.standIn.close();

    expect([(await signIn('admin')).statusCode, (await ask('admin')).statusCode]).to.deep.equal([503, 503]);
    expect(bench.sessions.size).to.equal(0);
  });
});

function expectDeps(deps: FrontDeps | null): FrontDeps {
  if (deps) return deps;
  throw new Error('the front has no dependencies');
}
