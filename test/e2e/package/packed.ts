/** The npm package as an administrator gets it: packed from the sources, installed without a compiler in sight. */
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from '../../support/servers/command.ts';
import { PROJECT } from '../../support/servers/install.ts';
import { makeTemporaryDir } from '../../support/servers/temporary.ts';

export interface Packed {
  /** paths of the files in the package, sorted */
  readonly files: readonly string[];
  /** the installed package */
  readonly dir: string;
  /** the command that the installation put on the path */
  readonly command: string;
  /** a PATH of what the package needs, and nothing else */
  readonly path: string;
  remove(): Promise<void>;
}

/** What packing reads. In a copy, because it makes `dist/` anew, which others may be running from. */
const SOURCES = [
  'lib',
  'queues',
  'docs',
  'scripts/kpr.ts',
  'scripts/deploy',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  '.env.example',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  '.tsconfig.build.json',
];
/** npm itself needs node and sh; the command node and env; its embedded Redis sh, env and a server. */
const NEEDS = ['node', 'npm', 'sh', 'env', 'redis-server'];

/** Takes npm's packages from its cache where they are there, as they are after `npm ci`. */
export async function packAndInstall(): Promise<Packed> {
  const copy = await makeTemporaryDir('package'); // in the project: so it finds the compiler
  const home = await mkdtemp(join(tmpdir(), 'kpr-package-')); // outside: so it finds nothing but its own
  try {
    for (const source of SOURCES) {
      await mkdir(dirname(join(copy, source)), { recursive: true });
      await cp(join(PROJECT, source), join(copy, source), { recursive: true });
    }
    await runCommand('npm', ['pack', '--silent', '--pack-destination', home], { cwd: copy });
    const tarball = join(home, (await runCommand('ls', [home])).trim());
    const listing = await runCommand('tar', ['--list', '--file', tarball]);

    const path = join(home, 'needs');
    await mkdir(path);
    for (const name of NEEDS) await symlink(await findCommand(name), join(path, name));
    const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
    await runCommand('npm', ['install', '--global', '--prefix', join(home, 'prefix'), ...flags, tarball], {
      env: { PATH: path, HOME: process.env['HOME'] ?? home },
    });
    return {
      files: listing
        .trim()
        .split('\n')
        .map((file) => file.replace(/^package\//, ''))
        .toSorted(),
      dir: join(home, 'prefix', 'lib', 'node_modules', 'katello-push-reactor'),
      command: join(home, 'prefix', 'bin', 'kpr'),
      path,
      remove: () => rm(home, { recursive: true }),
    };
  } finally {
    await rm(copy, { recursive: true });
  }
}

async function findCommand(name: string): Promise<string> {
  return (await runCommand('sh', ['-c', 'command -v "$0"', name])).trim();
}
