import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openStateDir } from '../../../lib/app/state-dir.ts';
import { ConfigError } from '../../../lib/errors.ts';

describe('openStateDir', () => {
  let parent: string;
  let umask: number;

  beforeEach(async () => {
    umask = process.umask(0o077);
    parent = await mkdtemp(join(tmpdir(), 'kpr-state-dir-'));
  });
  afterEach(async () => {
    process.umask(umask);
    await rm(parent, { recursive: true });
  });

  const modeOf = async (dir: string) => ((await stat(dir)).mode & 0o777).toString(8);

  it('makes one that others may pass through but not list, whatever the umask is', async () => {
    const dir = join(parent, 'lib', 'kpr');

    await openStateDir(dir);

    expect(await modeOf(dir)).to.equal('711');
  });

  it('opens a private one so far', async () => {
    await openStateDir(parent);

    expect(await modeOf(parent)).to.equal('711');
  });

  it('leaves one alone that somebody opened further', async () => {
    await chmod(parent, 0o755);

    await openStateDir(parent);

    expect(await modeOf(parent)).to.equal('755');
  });

  it('says which variable names a directory that cannot be', async () => {
    await writeFile(join(parent, 'file'), '');

    const error: unknown = await openStateDir(join(parent, 'file', 'kpr')).catch((failure: unknown) => failure);

    expect(error).to.be.instanceOf(ConfigError).with.property('message').that.includes('KPR_STATE_DIR');
  });
});
