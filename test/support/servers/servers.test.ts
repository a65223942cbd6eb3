import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { startPostgres } from './postgres.ts';
import { findServer, type Site } from './process.ts';
import { startRedis } from './redis.ts';

describe('a private server', function () {
  // PostgreSQL makes its cluster in two seconds when nothing else runs.
  this.timeout(30_000);
  let site: Site;

  beforeEach(async () => {
    site = { dir: await mkdtemp(join(tmpdir(), 'kpr-servers-')), isTemporary: true };
  });

  afterEach(() => rm(site.dir, { recursive: true }));

  it('of Redis keeps its data and its address over a restart', async () => {
    const first = await startRedis(site);
    const client = new Redis(first.url);
    await client.set('key', 'value');
    client.disconnect();
    await first.stop();

    const second = await startRedis(site);
    const again = new Redis(second.url);
    const value = await again.get('key');
    again.disconnect();
    await second.stop();

    expect([value, second.url]).to.deep.equal(['value', first.url]);
  });

  it('of PostgreSQL keeps its data and its address over a restart', async () => {
    const first = await startPostgres(site);
    await first.client('createdb', ['kept']);
    await first.stop();

    const second = await startPostgres(site);
    const names = await second.client('psql', ['-tAd', 'kept'], 'SELECT current_database()');
    await second.stop();

    expect([names.trim(), second.port]).to.deep.equal(['kept', first.port]);
  });

  it('is found by a second start', async () => {
    const first = await startRedis(site);
    const before = await findServer(site, 'redis');

    const second = await startRedis(site);

    expect(await findServer(site, 'redis')).to.deep.equal(before);
    expect(second.url).to.equal(first.url);
    await second.stop();
  });
});
