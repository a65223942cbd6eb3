import { execFileSync, spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { PROJECT } from '../install.ts';
import { type Description, toShell } from './description.ts';
import { parseReference } from './push.ts';

describe('parseReference', () => {
  for (const [text, path, tag] of [
    ['acme/web/hello:2', 'acme/web/hello', '2'],
    ['kpr.push/acme/hello:latest', 'acme/hello', 'latest'],
    ['id/3/7/hello:1', 'id/3/7/hello', '1'],
  ] as const) {
    it(`reads ${text}`, () => {
      expect(parseReference(text)).to.deep.equal({ path, tag });
    });
  }

  for (const text of ['', 'acme/web/hello', ':2', 'acme/web:', 'host:5000/acme/web']) {
    it(`refuses "${text}"`, () => {
      expect(parseReference(text)).to.equal(null);
    });
  }
});

describe('toShell', () => {
  it('survives a shell, whatever a value holds', () => {
    const account = { login: 'admin', password: `it's $HOME "and" \`more\`` };
    const description: Description = {
      world: 'b',
      push: { registry: 'localhost:1', url: 'https://localhost:1', caFile: '/ca/ca.crt', certificates: '/ca' },
      katello: { url: 'http://127.0.0.1:2', ...account },
      users: [{ login: 'dev', password: 'x', may: 'push', token: null }],
      pulp: { url: 'unix:/pulp.sock', login: 'admin' },
      reactor: { metricsUrl: 'http://127.0.0.1:4' },
      redis: 'redis://:x@127.0.0.1:5',
    };

    const script = `${toShell(description)} printf %s "$SANDBOX_KATELLO_PASSWORD"`;

    expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).to.equal(account.password);
  });
});

describe('./scripts/sandbox', function () {
  // Each call starts Node and compiles.
  this.timeout(20_000);
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx', 'scripts/sandbox.ts', ...args], { cwd: PROJECT, encoding: 'utf8' });

  it('helps with exit code 0', () => {
    const { status, stdout } = run('--help');

    expect(status).to.equal(0);
    for (const name of ['up', 'down', 'status', 'logs', 'reset', 'push', 'env'])
      expect(stdout).to.include(`  ${name} `);
  });

  for (const args of [
    ['sideways'],
    ['up', '--world', 'c'],
    ['push', 'no-tag'],
    ['up', '--web-server', 'iis'],
    ['up', '--port', '0'],
    ['logs', 'nobody'],
    [],
  ]) {
    it(`answers wrong usage with exit code 2: "${args.join(' ')}"`, () => {
      expect(run(...args).status).to.equal(2);
    });
  }
});
