import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { run } from './bench.ts';

const required = {
  KPR_PUBLIC_URL: 'https://push.example.com',
  KPR_PULP_URL: 'unix:/run/pulpcore-api.sock',
  KPR_KATELLO_URL: 'https://katello.example.com',
  KPR_KATELLO_LOGIN: 'kpr',
  KPR_KATELLO_PASSWORD: 'not-a-real-one',
  KPR_POLICY: 'full',
};

describe('kpr', () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'kpr-cli-'));
  });

  afterEach(() => rmSync(dir, { recursive: true }));

  it('helps', async () => {
    const { code, stdout } = await run(['--help']);

    expect(code).to.equal(0);
    for (const verb of ['serve', 'status', 'plan', 'reprocess', 'doctor', 'config', 'version'])
      expect(stdout).to.contain(verb);
  });

  it('helps with each verb', async () => {
    for (const verb of [['status'], ['plan'], ['reprocess'], ['doctor'], ['config', 'show'], ['serve']]) {
      const { code, stdout } = await run([...verb, '--help']);

      expect(code).to.equal(0);
      for (const flag of ['--output', '--quiet', '--dry-run', '--yes', '--url', '--env-file'])
        expect(stdout).to.contain(flag);
    }
  });

  it('tells its version', async () => {
    expect((await run(['version'])).stdout).to.match(/^kpr \d+\.\d+\.\d+\n$/);
    expect(JSON.parse((await run(['version', '-o', 'json'])).stdout)).to.have.keys('version', 'node');
  });

  const misuses = [
    ['odd'],
    ['status', '--odd'],
    ['status', '-o', 'xml'],
    ['plan'],
    ['plan', 'a/b', 'c/d'],
    ['config', 'odd'],
    [],
  ];
  for (const args of misuses) {
    it(`exits 2 for ${JSON.stringify(args)}`, async () => {
      expect((await run(args)).code).to.equal(2);
    });
  }

  it('names a misuse in one line', async () => {
    expect((await run(['status', '--odd'])).stderr).to.match(/^error: usage: unknown option '--odd'\n/);
  });

  it('exits 5 when no daemon answers', async () => {
    const { code, stderr } = await run(['status'], { KPR_STATE_DIR: dir });

    expect(code).to.equal(5);
    expect(stderr).to.match(/^error: daemon-down: no daemon answers on .*\nhint: systemctl status kpr\n$/);
  });

  it('exits 2 for a URL that is none', async () => {
    expect((await run(['status', '--url', 'http://example.com'])).code).to.equal(2);
  });

  it('asks for paths, or one of --all and --since', async () => {
    for (const flags of [[], ['a/b', '--all'], ['--all', '--since', '2h'], ['--since', 'yesterday']]) {
      expect((await run(['reprocess', ...flags], { KPR_STATE_DIR: dir })).code, flags.join()).to.equal(2);
    }
  });

  describe('config', () => {
    it('shows what is in force, secrets as ***', async () => {
      const { code, stdout } = await run(['config', 'show'], { ...required, KPR_CONCURRENCY: '8' });

      expect(code).to.equal(0);
      expect(stdout)
        .to.match(/KPR_CONCURRENCY +8\n/)
        .and.match(/KPR_KATELLO_PASSWORD +\*\*\*\n/);
      expect(stdout).to.not.contain('not-a-real-one');
    });

    it('shows it as JSON', async () => {
      const { stdout } = await run(['config', 'show', '-o', 'json'], required);

      expect(JSON.parse(stdout)).to.include({ KPR_POLICY: 'full', KPR_KATELLO_PASSWORD: '***', KPR_LOG_LEVEL: 'info' });
    });

    it('is valid or names every error', async () => {
      expect(await run(['config', 'validate'], required)).to.include({ code: 0, stderr: '' });

      const { code, stderr } = await run(['config', 'validate'], { ...required, KPR_POLICY: 'odd', KPR_TYPO: '1' });
      expect(code).to.equal(2);
      expect(stderr.match(/^error: configuration: KPR_(TYPO|POLICY): /gm)).to.have.lengthOf(2);
    });

    it('reads a file, which the environment overrides', async () => {
      const file = join(dir, 'kpr.env');
      writeFileSync(file, '# comment\nKPR_POLICY=create-only\nKPR_CONCURRENCY="3"\n');

      const { stdout } = await run(['config', 'show', '-o', 'json', '--env-file', file], required);

      expect(JSON.parse(stdout)).to.include({ KPR_POLICY: 'full', KPR_CONCURRENCY: '3' });
    });

    it('takes the flags that all verbs share before and behind the verb', async () => {
      const file = join(dir, 'kpr.env');
      writeFileSync(file, 'KPR_LOG_LEVEL=debug\n');

      const [before, behind] = await Promise.all([
        run(['--env-file', file, '-o', 'json', 'config', 'show'], required),
        run(['config', 'show', '--env-file', file, '-o', 'json'], required),
      ]);

      expect(before.stdout).to.equal(behind.stdout);
      expect(before.stdout).to.contain('"debug"');
    });

    it('exits 2 when the file that was asked for is not there', async () => {
      expect((await run(['config', 'show', '--env-file', join(dir, 'none')], required)).code).to.equal(2);
    });
  });

  it('has the doctor name what is wrong with the configuration', async () => {
    const { code, stdout, stderr } = await run(['doctor'], { ...required, KPR_POLICY: 'odd' });

    expect(code).to.equal(1);
    expect(stdout).to.equal('FAIL  config          KPR_POLICY: must be full, keep-orphans or create-only\n');
    expect(stderr).to.equal('error: doctor: 1 of 1 checks failed\n');
  });
});
