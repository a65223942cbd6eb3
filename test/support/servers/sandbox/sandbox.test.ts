import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { WEB_SERVER } from '../../web-server/web-site.ts';
import { PROJECT } from '../install.ts';
import { remember } from '../memory.ts';
import { claimPort, findFreePort } from '../ports.ts';
import { ServerProblem } from '../problem.ts';
import { ensureServer, findServer, type Site } from '../process.ts';
import { claimWebServer } from './choice.ts';
import { type Description, readDescription, toShell } from './description.ts';
import { parseReference } from './push.ts';
import { claimLayout, type SandboxSite, stopServers } from './site.ts';

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

describe('claimLayout', () => {
  let site: SandboxSite;

  beforeEach(async () => {
    site = { world: 'a', dir: await mkdtemp(join(tmpdir(), 'kpr-sandbox-')), isTemporary: true };
  });

  afterEach(() => rm(site.dir, { recursive: true }));

  it('takes a new directory, and finds it again', () => {
    claimLayout(site);

    claimLayout(site);
  });

  it('refuses one that another version made, and says what to do', () => {
    remember(site.dir, 'pulp-api-port', 24_817);

    const problem = problemOf(() => claimLayout(site));

    expect(problem.message).to.equal(`${site.dir} was made by another version of this project`);
    expect(problem.hint).to.include('./scripts/sandbox reset --world a');
  });
});

describe('stopServers', () => {
  it('ends what another version started too', async () => {
    const site: Site = { dir: await mkdtemp(join(tmpdir(), 'kpr-sandbox-')), isTemporary: true };
    await ensureServer(site, { name: 'of-old', command: 'sleep', args: ['1000'] });

    expect(await stopServers(site)).to.deep.equal(['of-old']);

    expect(await findServer(site, 'of-old')).to.equal(null);
    await rm(site.dir, { recursive: true });
  });
});

describe('claimWebServer', () => {
  let site: SandboxSite;

  beforeEach(async () => {
    site = { world: 'a', dir: await mkdtemp(join(tmpdir(), 'kpr-sandbox-')), isTemporary: true };
  });

  afterEach(() => rm(site.dir, { recursive: true }));

  it('is apache, until nginx is wished for', async () => {
    const kinds = [];
    for (const wishes of [{}, { webServer: 'nginx' as const }, {}]) kinds.push(await claimWebServer(site, wishes));

    expect(kinds).to.deep.equal(['apache', 'nginx', 'nginx']);
  });

  it('keeps the port that is wished for', async () => {
    const port = await findFreePort();

    await claimWebServer(site, { port });

    expect(await claimPort(site, WEB_SERVER)).to.equal(port);
  });

  it('refuses a port that somebody else has', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = z.object({ port: z.number() }).parse(other.address());

    const problem: unknown = await claimWebServer(site, { port }).catch((error: unknown) => error);

    expect(problem).to.be.instanceOf(ServerProblem).with.property('message', `port ${port} is taken`);
    other.close();
  });
});

describe('readDescription', () => {
  it('says that another version wrote it', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'kpr-sandbox-'));
    await writeFile(join(dir, 'description.json'), '{"world":"a","registry":"127.0.0.1:1/kpr.push"}');

    const problem: unknown = await readDescription({ world: 'a', dir, isTemporary: true }).catch(
      (error: unknown) => error,
    );

    expect(problem).to.be.instanceOf(ServerProblem).with.property('message').that.includes('another version');
    await rm(dir, { recursive: true });
  });
});

function problemOf(work: () => void): ServerProblem {
  try {
    work();
  } catch (error) {
    if (error instanceof ServerProblem) return error;
  }
  throw new Error('it had no problem');
}
