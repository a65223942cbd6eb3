import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { keepPassword } from './memory.ts';
import { claimPort } from './ports.ts';
import { ensureServer, type Site, stopServer } from './process.ts';

describe('claimPort', () => {
  let site: Site;

  beforeEach(async () => {
    site = { dir: await mkdtemp(join(tmpdir(), 'kpr-ports-')), isTemporary: true };
  });

  afterEach(() => rm(site.dir, { recursive: true }));

  it('keeps a port that is still free', async () => {
    const port = await claimPort(site, 'pulp-api');

    expect(await claimPort(site, 'pulp-api')).to.equal(port);
  });

  it('gives up a port that somebody else took', async () => {
    const port = await claimPort(site, 'pulp-api');
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');

    expect(await claimPort(site, 'pulp-api')).to.not.equal(port);
    other.close();
  });

  it('keeps every port of a server that runs', async () => {
    const port = await claimPort(site, 'sleeper', 'sleeper-metrics');
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    await ensureServer(site, { name: 'sleeper', command: 'sleep', args: ['1000'] });

    expect(await claimPort(site, 'sleeper', 'sleeper-metrics')).to.equal(port);
    await stopServer(site, 'sleeper');
    other.close();
  });

  it('loses nothing when claims and passwords are kept side by side', async () => {
    const names = ['one', 'two', 'three', 'four'];
    const [ports, passwords] = [
      await Promise.all(names.map((name) => claimPort(site, name))),
      names.map((name) => keepPassword(site.dir, name)),
    ];

    expect(await Promise.all(names.map((name) => claimPort(site, name)))).to.deep.equal(ports);
    expect(names.map((name) => keepPassword(site.dir, name))).to.deep.equal(passwords);
  });
});
