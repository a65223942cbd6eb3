import { chmod, rm, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { carryOut } from '../../../lib/cli/doctor/finding.ts';
import { checkRegistry } from '../../../lib/cli/doctor/registry.ts';
import { describePublicKey, privateKeyFile } from '../../../lib/front/keys.ts';
import { newKey } from '../../support/told.ts';
import { type Bench, openBench } from './bench.ts';

describe('the check registry of the doctor', () => {
  let bench: Bench;

  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const check = (env: Readonly<Record<string, string>> = {}) =>
    carryOut('registry', checkRegistry(bench.config(env), new AbortController().signal));

  it('is ok where Pulp sends clients to us and takes our tokens', async () => {
    expect(await check()).to.deep.equal({
      check: 'registry',
      result: 'ok',
      message: 'realm, Host and a token of ours fit',
    });
  });

  it('asks for nothing that could be written', async () => {
    await check();

    expect(bench.registry.writes).to.deep.equal([]);
  });

  it('names the realm that is not ours letter by letter, and the one to set', async () => {
    bench.registry.options.realm = 'https://old.example.com/token';

    expect(await check()).to.include({
      result: 'FAIL',
      message: `realm is https://old.example.com/token. Set TOKEN_SERVER=http://${bench.host}/token, restart kpr-pulp-push.`,
    });
  });

  const faults: [what: string, makeIt: () => void | Promise<void>, message: RegExp][] = [
    [
      'a Pulp without token authentication',
      () => void (bench.registry.options.isTokenAuthDisabled = true),
      /asks for basic credentials\. Set TOKEN_AUTH_DISABLED=False there\. Send \/v2\/ to the second pulpcore-api/,
    ],
    [
      'a web server that names itself to Pulp',
      () => void (bench.web.host = 'localhost'),
      /^Pulp sees Host localhost in place of 127\.0\.0\.1:\d+\. Let the web server pass Host on/,
    ],
    [
      'a web server that sends the registry to the front',
      () => void (bench.web.missesRegistry = true),
      /not answered by Pulp's registry\. Send \/v2\/ to the second pulpcore-api/,
    ],
    [
      'a Pulp with another public key',
      () => void (bench.registry.options.publicKey = describePublicKey(newKey())),
      /^Pulp refuses a token of ours \(401\)\. Set PUBLIC_KEY_PATH=\S+token\.pub and TOKEN_SIGNATURE_ALGORITHM=ES256/,
    ],
    [
      'a Pulp that cannot read the public key',
      () => void (bench.registry.options.publicKey = null),
      /^Pulp fails at a token of ours \(500\)\. Set PUBLIC_KEY_PATH=\S+token\.pub, and let Pulp's user read it\.$/,
    ],
    [
      'a push without the prefix that is let through',
      () => void (bench.web.prefixes = 0),
      /^a push outside of kpr\.push\/ is not refused \(404\)\. Let the web server add the prefix/,
    ],
    [
      'a private key of no use',
      () => writeFile(privateKeyFile(bench.stateDir), 'no key'),
      /token\.key holds no private key on P-256\. kpr keys rotate$/,
    ],
  ];
  for (const [what, makeIt, message] of faults) {
    it(`finds ${what}`, async () => {
      await makeIt();

      const found = await check();

      expect(found.result).to.equal('FAIL');
      expect(found.message).to.match(message);
    });
  }

  it('finds a subject that Pulp does not know', async () => {
    const stranger = await check({ KPR_TOKEN_SUBJECT: 'kpr-push' });
    bench.registry.options.users = ['kpr-push'];
    const known = await check({ KPR_TOKEN_SUBJECT: 'kpr-push' });

    expect(stranger).to.include({
      result: 'FAIL',
      message: 'Pulp has no user kpr-push. Make it, or unset KPR_TOKEN_SUBJECT.',
    });
    expect(known.result).to.equal('ok');
  });

  it('says which of several hosts it is', async () => {
    const other = bench.host.replace('127.0.0.1', 'localhost');

    const { message } = await check({ KPR_REGISTRY_HOSTS: `${bench.host}, localhost:1` });

    expect(message).to.match(/^http:\/\/localhost:1 does not answer\. Start the web server there.*ECONNREFUSED/);
    bench.web.host = bench.host;
    expect((await check({ KPR_REGISTRY_HOSTS: `${bench.host},${other}` })).message).to.match(
      new RegExp(`^${other}: Pulp sees Host ${bench.host}`),
    );
  });

  it('goes as far as it can before the first start', async () => {
    await rm(privateKeyFile(bench.stateDir));

    const found = await check();

    expect(found.result).to.equal('warn');
    expect(found.message).to.contain('There is no key yet to try a token');
  });

  it('has nothing to ask where the daemon is no front', async () => {
    await chmod(bench.stateDir, 0o700);

    expect(await check({ KPR_ROLES: 'worker' })).to.include({ result: 'ok', message: 'this daemon is no front' });
    expect(bench.asked).to.deep.equal([]);
  });
});
