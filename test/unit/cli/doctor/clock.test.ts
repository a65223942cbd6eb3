import { expect } from 'chai';
import { checkClock } from '../../../../lib/cli/doctor/clock.ts';
import { carryOut } from '../../../../lib/cli/doctor/finding.ts';
import { loadConfig } from '../../../../lib/config.ts';
import { type HttpServer, startHttpServer } from '../../../support/http-server.ts';

describe('the check clock of the doctor', () => {
  let katello: HttpServer;
  let pulp: HttpServer;

  beforeEach(async () => {
    [katello, pulp] = [await startHttpServer(), await startHttpServer()];
  });
  afterEach(async () => {
    await katello.finish();
    await pulp.finish();
  });

  const check = (pulpUrl = pulp.url) => {
    const config = loadConfig({
      KPR_PUBLIC_URL: 'https://push.example.com',
      KPR_PULP_URL: pulpUrl,
      KPR_PULP_REMOTE_USER: 'admin',
      KPR_KATELLO_URL: katello.url,
      KPR_KATELLO_LOGIN: 'kpr',
      KPR_KATELLO_PASSWORD: 'not-a-real-one',
      KPR_POLICY: 'full',
    });
    return carryOut('clock', checkClock(config, new AbortController().signal));
  };
  /** The server believes to be so much later than we do. */
  const tell = (server: HttpServer, laterMs: number) =>
    server.expect('HEAD /', { headers: { date: new Date(Date.now() + laterMs).toUTCString() }, text: '' });

  it('is ok where all clocks agree', async () => {
    tell(katello, 500);
    tell(pulp, 500);

    const { result, message } = await check();

    expect(result).to.equal('ok');
    expect(message).to.match(/^[01] s \S.* Katello's clock, [01] s \S.* Pulp's clock$/);
  });

  it('warns before tokens are refused', async () => {
    tell(katello, 0);
    tell(pulp, 12_500);

    const { result, message } = await check();

    expect(result).to.equal('warn');
    expect(message).to.match(/1\d s behind Pulp's clock\. Set up time synchronization/);
  });

  it('fails where Pulp would take no token, because it was made in its future', async () => {
    tell(katello, 0);
    tell(pulp, -40_000);

    const { result, message } = await check();

    expect(result).to.equal('FAIL');
    expect(message).to.match(/4\d s ahead of Pulp's clock\. Beyond 30 s Pulp takes no token\. Set up/);
  });

  it('does not ask a Pulp on a socket, which has our clock', async () => {
    tell(katello, 0);

    expect((await check('unix:/run/pulpcore-api.sock')).message).to.not.contain('Pulp');
  });

  it('says whose clock it could not ask', async () => {
    tell(katello, 0);

    const { result, message } = await check('http://127.0.0.1:1');

    expect(result).to.equal('FAIL');
    expect(message).to.match(/^Pulp's clock is unknown: .*ECONNREFUSED.*\. First see to Pulp\.$/);
  });
});
