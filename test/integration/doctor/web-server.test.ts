import { expect } from 'chai';
import { carryOut } from '../../../lib/cli/doctor/finding.ts';
import { checkWebServer } from '../../../lib/cli/doctor/web-server.ts';
import { type Bench, openBench, type WebServer } from './bench.ts';

describe('the check web-server of the doctor', () => {
  let bench: Bench;

  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const check = (env: Readonly<Record<string, string>> = {}) =>
    carryOut('web-server', checkWebServer(bench.config(env), new AbortController().signal));

  it('is ok where the prefix is added once and all else is refused', async () => {
    expect(await check()).to.include({ result: 'ok', message: 'adds kpr.push/ once, refuses DELETE, .. and %2F' });
  });

  it('asks for nothing that could be written, however wrong it is', async () => {
    Object.assign(bench.web, { passesDelete: true, passesCrooked: true });

    await check();

    expect(bench.registry.writes).to.deep.equal([]);
  });

  const faults: [what: string, fault: Partial<WebServer>, message: RegExp][] = [
    ['a prefix that is not added', { prefixes: 0 }, /manifests\/none is repository:kpr-doctor\/\S+:pull to Pulp/],
    ['a prefix that is added twice', { prefixes: 2 }, /is repository:kpr\.push\/kpr\.push\/kpr-doctor\/\S+ to Pulp/],
    [
      'one that is added to what has it',
      { addsAlways: true },
      /^\/v2\/kpr\.push\/\S+ is repository:kpr\.push\/kpr\.push\//,
    ],
    [
      'a mount without it',
      { addsToFrom: false },
      /from=kpr-doctor\/none is repository:\S+:push repository:kpr-doctor\/none:pull/,
    ],
    ['a registry that is not there', { missesRegistry: true }, /does not reach Pulp's registry \(401\)/],
    ['a DELETE that passes', { passesDelete: true }, /^DELETE of manifests is answered 401 in place of 405\./],
    ['crooked paths that pass', { passesCrooked: true }, /\/\.\.\/none\S+ is answered \d+ in place of 400\./],
    ["Pulp's own API", { showsPulp: true }, /^Pulp's own API can be reached at \/pulp\/api\/v3\/\./],
    ['a front that is away', { front: 502 }, /\/token answers 502 and gives no token\. Start kpr, and send all but/],
  ];
  for (const [what, fault, message] of faults) {
    it(`finds ${what}, and says what to do`, async () => {
      Object.assign(bench.web, fault);

      const found = await check();

      expect(found.result).to.equal('FAIL');
      expect(found.message)
        .to.match(message)
        .and.match(/Use the configuration of scripts\/deploy\.$|to KPR_LISTEN\.$/);
    });
  }

  it('knows another prefix', async () => {
    expect((await check({ KPR_PATH_PREFIX: 'other.push' })).message).to.contain('and should be repository:other.push/');
  });

  it('says where it got no answer, and what to do', async () => {
    const { message } = await check({ KPR_PUBLIC_URL: 'http://127.0.0.1:1' });

    expect(message).to.match(/^http:\/\/127\.0\.0\.1:1 does not answer\. Start the web server there.*ECONNREFUSED/);
  });
});
