import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ServerProblem } from './problem.ts';
import {
  ensureServer,
  expectRunning,
  findServer,
  isRunning,
  killServer,
  type ServerSpec,
  type Site,
  stopServer,
} from './process.ts';
import { waitFor } from './wait.ts';

describe('ensureServer', () => {
  let site: Site;
  const sleeper: ServerSpec = { name: 'sleeper', command: 'sleep', args: ['1000'] };

  beforeEach(async () => {
    site = { dir: await mkdtemp(join(tmpdir(), 'kpr-servers-')), isTemporary: true };
  });

  afterEach(async () => {
    await stopServer(site, 'sleeper');
    await rm(site.dir, { recursive: true });
  });

  it('leaves a running server alone', async () => {
    const first = await ensureServer(site, sleeper);

    const second = await ensureServer(site, sleeper);

    expect(second).to.deep.equal({ ...first, isNew: false });
  });

  it('starts a server anew whose arguments changed', async () => {
    const first = await ensureServer(site, sleeper);

    const second = await ensureServer(site, { ...sleeper, args: ['2000'] });

    expect([isRunning(first), isRunning(second), second.isNew]).to.deep.equal([false, true, true]);
  });

  it('starts a server anew that ended', async () => {
    const first = await ensureServer(site, sleeper);
    await killServer(first);

    const second = await ensureServer(site, sleeper);

    expect([first.pid === second.pid, isRunning(second)]).to.deep.equal([false, true]);
  });

  it('never takes another process with the same pid for the server', async () => {
    const server = await ensureServer(site, sleeper);
    const file = join(site.dir, 'run', 'sleeper.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(server.identity, 'another boot/1'));

    const stopped = await stopServer(site, 'sleeper');

    expect([stopped, isRunning(server)]).to.deep.equal([false, true]);
    await killServer(server);
  });

  it('gives the server an environment without what is meant for others', async () => {
    process.env['PULP_SETTINGS'] = '/elsewhere';
    const args = ['-c', 'echo "[$PULP_SETTINGS][$KPR_POLICY]"; exec sleep 1000'];
    const server = await ensureServer(site, { ...sleeper, command: 'sh', args, env: { KPR_POLICY: 'full' } });
    delete process.env['PULP_SETTINGS'];

    const read = async () => (await readFile(server.log, 'utf8')) || undefined;

    expect(await waitFor('a line', read, { timeoutMs: 4_000, gapMs: 10 })).to.equal('[][full]\n');
  });

  it('ends a temporary server with the process that started it, even if that is killed', async () => {
    const starter = spawn(process.execPath, ['--import', 'tsx', '--eval', STARTER, site.dir], { stdio: 'pipe' });
    await once(starter.stdout, 'data');
    const server = await findServer(site, 'sleeper');

    starter.kill('SIGKILL');

    await waitFor('its end', async () => (server && !isRunning(server) ? true : undefined), { timeoutMs: 4_000 });
  }).timeout(10_000); // compiles and starts another Node
});

describe('expectRunning', () => {
  it('tells what a server said before it ended', async () => {
    const site = { dir: await mkdtemp(join(tmpdir(), 'kpr-servers-')), isTemporary: true };
    const server = await ensureServer(site, { name: 'brief', command: 'sh', args: ['-c', 'echo no such file >&2'] });
    await waitFor('its end', async () => (isRunning(server) ? undefined : true), { timeoutMs: 4_000, gapMs: 10 });

    const problem: unknown = await expectRunning([server]).catch((error: unknown) => error);

    expect(problem)
      .to.be.instanceOf(ServerProblem)
      .with.property('message')
      .that.matches(/brief ended.*no such file/s);
    await rm(site.dir, { recursive: true });
  });
});

const STARTER = `
  import(${JSON.stringify(new URL('process.ts', import.meta.url).href)}).then(async ({ ensureServer }) => {
    const site = { dir: process.argv[1], isTemporary: true };
    await ensureServer(site, { name: 'sleeper', command: 'sleep', args: ['1000'] });
    console.log('started');
    setInterval(() => undefined, 1000);
  });
`;
