/**
 * Where the programs of registry clients come from: this machine has them, or they are unpacked from Debian's packages or
 * built by Go, once, into the cache. Nothing is installed: a package of a daemon would also start it.
 */
import { constants } from 'node:fs';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { z } from 'zod';
import { runCommand } from '../../support/servers/command.ts';
import { serverEnvironment } from '../../support/servers/environment.ts';
import { CACHE } from '../../support/servers/install.ts';
import { withLock } from '../../support/servers/lock.ts';
import { ServerProblem } from '../../support/servers/problem.ts';

/** What to do for a program that this machine does not have. */
export type Source =
  /** unpack this package of Debian */
  | { readonly kind: 'debian'; readonly package: string }
  /** build what `pins.json` names */
  | { readonly kind: 'go' }
  /** nothing: `./scripts/test` installs it */
  | { readonly kind: 'system' };

/** Where Debian keeps programs; the second one is not on everybody's path. */
const BIN = ['usr/bin', 'usr/sbin'];

/** The directory that holds this program. @throws ServerProblem that says why there is none */
export async function findProgram(name: string, source: Source): Promise<string> {
  const onPath = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  const found = await findIn(onPath, name);
  if (found !== null) return found;
  if (source.kind === 'debian') return unpack(name, source.package);
  if (source.kind === 'go') return build(name);
  throw new ServerProblem(`there is no ${name} on this machine`);
}

const Pins = z.record(z.string(), z.object({ package: z.string(), version: z.string() }));

async function build(name: string): Promise<string> {
  const pins = Pins.parse(JSON.parse(await readFile(new URL('pins.json', import.meta.url), 'utf8')));
  const pin = pins[name];
  if (pin === undefined) throw new ServerProblem(`pins.json has no ${name}`);
  const go = await findIn((process.env['PATH'] ?? '').split(delimiter), 'go');
  if (go === null) throw new ServerProblem(`there is no ${name} on this machine, and no Go to build it`);

  return once(`${name}-${pin.version}`, async (dir) => {
    const env = serverEnvironment({ GOBIN: dir, CGO_ENABLED: '0' });
    await runCommand(join(go, 'go'), ['install', '-trimpath', `${pin.package}@${pin.version}`], { env });
    return dir;
  });
}

async function unpack(name: string, debian: string): Promise<string> {
  const dir = await once(`debian-${debian}`, async (cwd) => {
    const download = () => runCommand('apt-get', ['-q', 'download', debian], { cwd });
    await download().catch(async () => {
      await runCommand('apt-get', ['-q', 'update']);
      await download();
    });
    await runCommand('sh', ['-c', 'dpkg-deb --extract ./*.deb . && rm ./*.deb'], { cwd });
    return cwd;
  });
  const found = await findIn(
    BIN.map((bin) => join(dir, bin)),
    name,
  );
  if (found === null) throw new ServerProblem(`Debian's package ${debian} has no ${name}`);
  return found;
}

/** A directory of the cache that is made whole once; runs beside each other wait. */
async function once(name: string, make: (dir: string) => Promise<string>): Promise<string> {
  const dir = join(CACHE, 'clients', name);
  const isComplete = join(dir, 'complete');
  await mkdir(join(CACHE, 'clients'), { recursive: true });
  return withLock(`${dir}.lock`, async () => {
    if ((await findIn([dir], 'complete', constants.F_OK)) !== null) return dir;
    await rm(dir, { recursive: true, force: true });
    await mkdir(dir);
    await make(dir);
    await writeFile(isComplete, '');
    return dir;
  });
}

async function findIn(dirs: readonly string[], name: string, mode = constants.X_OK): Promise<string | null> {
  for (const dir of dirs) {
    const isThere = await access(join(dir, name), mode).then(
      () => true,
      () => false,
    );
    if (isThere) return dir;
  }
  return null;
}
