import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigError } from '../../../lib/errors.ts';
import { openRedis, type RedisHandle } from '../../../lib/state/redis.ts';
import { isAlive, until } from '../../support/until.ts';

describe('openRedis', function () {
  this.timeout(30_000); // starts servers and processes

  let stateDir: string;
  let warnings: string[];
  let open: RedisHandle[];

  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'kpr-redis-'));
    warnings = [];
    open = [];
  });

  afterEach(async () => {
    for (const redis of open.toReversed()) await redis.close();
    await rm(stateDir, { recursive: true });
  });

  async function start(url: string | null = null, dir = stateDir): Promise<RedisHandle> {
    const log = { info() {}, warn: (message: string) => void warnings.push(message) };
    const redis = await openRedis({ url, stateDir: dir, caFile: null, log }, AbortSignal.timeout(20_000));
    open.push(redis);
    return redis;
  }

  async function stop(redis: RedisHandle): Promise<void> {
    open = open.filter((other) => other !== redis);
    await redis.close();
  }

  const pidOf = async (redis: RedisHandle) => Number(/process_id:(\d+)/.exec(await redis.client.info('server'))?.[1]);

  /** Starts a process with an embedded Redis and kills it without a chance to clean up. */
  async function killHolder(): Promise<number> {
    const script = join(import.meta.dirname, 'holder.ts');
    const holder = spawn(process.execPath, ['--import', 'tsx', script, stateDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise((resolve) => holder.stdout.once('data', resolve));
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    return Number(String(pid));
  }

  it('starts a server that never evicts, on a socket in the state directory', async () => {
    const redis = await start();

    expect(redis.kind).to.equal('embedded');
    expect(redis.isUp()).to.equal(true);
    expect(await redis.client.info('memory')).to.contain('maxmemory_policy:noeviction');
    expect(await readdir(join(stateDir, 'redis'))).to.include('redis.sock');
  });

  it('keeps what was written when it is stopped and started', async () => {
    const first = await start();
    await first.client.set('kept', 'yes');
    await stop(first);

    expect(await (await start()).client.get('kept')).to.equal('yes');
  });

  it('ends the server when it is closed', async () => {
    const redis = await start();
    const pid = await pidOf(redis);

    await stop(redis);

    expect(isAlive(pid)).to.equal(false);
  });

  it('does not outlive a process that is killed', async () => {
    const pid = await killHolder();

    await until('the end of the server', () => !isAlive(pid));
  });

  it('starts at once after its process was killed, with its data', async () => {
    await killHolder();

    expect(await (await start()).client.get('kept')).to.equal('yes');
  });

  it('takes the place of a server that was left behind', async () => {
    const first = await start();
    await first.client.set('kept', 'yes');

    const second = await start();

    expect(await pidOf(second)).to.not.equal(0);
    expect(await second.client.get('kept')).to.equal('yes');
  });

  it('starts the server again when somebody kills it', async () => {
    const redis = await start();
    const pid = await pidOf(redis);
    await redis.client.set('kept', 'yes');

    process.kill(pid, 'SIGKILL');

    await until('another server', async () => redis.isUp() && (await pidOf(redis).catch(() => pid)) !== pid);
    expect(warnings).to.include('embedded redis died, starting it again');
    expect(redis.outage()).to.equal(null);
  });

  it('moves data aside that the server cannot read, and says so', async () => {
    const first = await start();
    await first.client.set('lost', 'yes');
    await stop(first);
    const logs = join(stateDir, 'redis', 'data', 'appendonlydir');
    for (const name of await readdir(logs)) {
      if (name.endsWith('.aof'))
        await writeFile(join(logs, name), '*3\r\n$3\r\nSETxgarbage garbage garbage\r\n'.repeat(5));
    }

    const redis = await start();

    expect(await redis.client.get('lost')).to.equal(null);
    expect(warnings).to.have.lengthOf(1);
    expect((await readdir(join(stateDir, 'redis'))).filter((name) => name.startsWith('unreadable-'))).to.have.lengthOf(
      1,
    );
  });

  it('refuses a state directory too long for a socket', async () => {
    const failure = await start(null, join(stateDir, 'x'.repeat(90))).catch((error: unknown) => error);

    expect(failure).to.be.instanceOf(ConfigError).and.have.property('message').that.contains('107 fit');
  });

  it('connects to a given server by its socket', async () => {
    await start();

    const given = await start(`unix:${stateDir}/redis/redis.sock`, '/does/not/matter');

    expect(given.kind).to.equal('given');
    expect(await given.client.ping()).to.equal('PONG');
  });

  it('refuses a server that evicts', async () => {
    const embedded = await start();
    await embedded.client.config('SET', 'maxmemory-policy', 'allkeys-lru');

    const failure = await start(`unix:${stateDir}/redis/redis.sock`).catch((error: unknown) => error);

    expect(failure).to.be.instanceOf(ConfigError).and.have.property('message').that.contains('now allkeys-lru');
  });

  it('goes on with a server that hides its policy, and says so', async () => {
    const embedded = await start();
    await embedded.client.call('ACL', 'SETUSER', 'default', '-info');

    const given = await start(`unix:${stateDir}/redis/redis.sock`);

    expect(given.isUp()).to.equal(true);
    expect(warnings).to.deep.equal(['redis does not tell its maxmemory-policy, it must be noeviction']);
  });

  it('waits for a given server until it is there', async () => {
    const waiting = start(`unix:${stateDir}/redis/redis.sock`);
    await until('the first failure', () => warnings.includes('redis is away'));

    await start();

    expect(await (await waiting).client.ping()).to.equal('PONG');
  });

  it('says once that a server went to which it was connected', async () => {
    const embedded = await start();
    const given = await start(`unix:${stateDir}/redis/redis.sock`);

    await stop(embedded);

    await until('a warning', () => warnings.includes('redis is away'));
    await until('further tries', () => given.outage() !== null && given.client.status === 'reconnecting');
    expect(warnings).to.deep.equal(['redis is away']);
  });

  it('stops waiting when it is told to', async () => {
    const log = { info() {}, warn() {} };
    const options = { url: `unix:${stateDir}/none.sock`, stateDir, caFile: null, log };

    const failure = await openRedis(options, AbortSignal.timeout(50)).catch((error: unknown) => error);

    expect(failure).to.have.property('name', 'AbortError');
  });
});
