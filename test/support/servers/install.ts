/** What the servers need on this machine: system packages from apt, Pulp from its Python packages. */
import { access, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './command.ts';
import { serverEnvironment } from './environment.ts';
import { withLock } from './lock.ts';
import { readPins, type World } from './pins.ts';
import { ServerProblem } from './problem.ts';

/** Root of the project. */
export const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
/** What costs time to make and may be shared by all worlds of this tree: Python environments, migrated databases. */
export const CACHE = join(PROJECT, '.sandbox', 'cache');

export interface StepOptions {
  readonly signal?: AbortSignal | undefined;
  /** one line of what is going on */
  readonly onProgress?: ((line: string) => void) | undefined;
}

/** A program that Debian has in a package of the given name. */
export interface Need {
  readonly apt: string;
  readonly isThere: () => Promise<boolean>;
}

/** What the servers need. */
export const SERVER_NEEDS: readonly Need[] = [
  { apt: 'postgresql', isThere: async () => (await findPostgres()) !== null },
  { apt: 'redis-server', isThere: () => isOnPath('redis-server') },
  { apt: 'python3-venv', isThere: async () => (await findPython()) !== null },
  // Pulp's file plugin imports GitPython, which looks for the program at once.
  { apt: 'git', isThere: () => isOnPath('git') },
  { apt: 'openssl', isThere: () => isOnPath('openssl') },
];

/** Registry clients, for pushes as people make them. */
export const CLIENT_NEEDS: readonly Need[] = [
  { apt: 'skopeo', isThere: () => isOnPath('skopeo') },
  { apt: 'podman', isThere: () => isOnPath('podman') },
  // podman needs it to unpack an image for an ordinary user.
  { apt: 'uidmap', isThere: () => isOnPath('newuidmap') },
];

/** Shells that `kpr completion` knows, beside the one that every Linux has. */
export const SHELL_NEEDS: readonly Need[] = [
  { apt: 'zsh', isThere: () => isOnPath('zsh') },
  { apt: 'fish', isThere: () => isOnPath('fish') },
];

/** The web servers of a push host, as their programs alone: Debian's `apache2` would also start one. */
export const WEB_NEEDS: Readonly<Record<'apache' | 'nginx', Need>> = {
  apache: { apt: 'apache2-bin', isThere: () => exists('/usr/sbin/apache2') },
  nginx: { apt: 'nginx', isThere: () => exists('/usr/sbin/nginx') },
};

/**
 * Installs what is missing and answers its names.
 *
 * @throws ServerProblem with the exact command when something is missing and we are not root
 */
export async function installSystemPackages(needs: readonly Need[], options: StepOptions = {}): Promise<string[]> {
  const missing = await findMissing(needs);
  if (missing.length === 0) return [];
  if (process.getuid?.() !== 0) {
    const command = `sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`;
    throw new ServerProblem(`system packages are missing: ${missing.join(', ')}`, `Run: ${command}`);
  }

  const apt = (...args: string[]): Promise<string> =>
    runCommand('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], {
      env: serverEnvironment({ DEBIAN_FRONTEND: 'noninteractive' }),
      signal: options.signal,
      // Half a system package is worse than a late Ctrl-C.
      isShielded: true,
      ...(options.onProgress && { onLine: options.onProgress }),
    });
  await apt('update');
  await apt('install', '-y', '--no-install-recommends', ...missing);
  const stillMissing = await findMissing(needs);
  if (stillMissing.length === 0) return missing;
  throw new ServerProblem(`apt installed ${stillMissing.join(', ')}, but what was looked for is not there`);
}

/**
 * The Python environment with the Pulp of this world; made if it is not there, which takes half a minute.
 *
 * @returns its `bin` directory
 */
export async function installPulp(world: World, options: StepOptions = {}): Promise<string> {
  const pins = Object.entries(readPins(world));
  const dir = join(CACHE, ['pulp', ...pins.map(([, version]) => version)].join('-'));
  const isComplete = join(dir, 'complete');

  return withLock(
    `${dir}.lock`,
    async () => {
      if (await exists(isComplete)) return join(dir, 'bin');
      const python = await findPython();
      if (python === null)
        throw new ServerProblem('no Python of 3.11 or later with venv', 'apt-get install python3-venv');

      await rm(dir, { recursive: true, force: true });
      await mkdir(CACHE, { recursive: true });
      await runCommand(python, ['-m', 'venv', dir], options);
      const packages = pins.map(([name, version]) => `${name}==${version}`);
      await runCommand(join(dir, 'bin', 'pip'), ['install', '--no-input', '--disable-pip-version-check', ...packages], {
        signal: options.signal,
        ...(options.onProgress && { onLine: options.onProgress }),
      });
      await writeFile(isComplete, '');
      return join(dir, 'bin');
    },
    { signal: options.signal },
  );
}

/** Directory of PostgreSQL's programs: of this major version, or of the newest one; null when there is none. */
export async function findPostgres(major?: string): Promise<string | null> {
  const debian = '/usr/lib/postgresql';
  const found = await readdir(debian).catch(() => []);
  const majors = found.filter((name) => /^\d+$/.test(name)).toSorted((x, y) => Number(y) - Number(x));
  for (const name of major === undefined ? majors : [major]) {
    if (await exists(join(debian, name, 'bin', 'initdb'))) return join(debian, name, 'bin');
  }
  return null;
}

async function findMissing(needs: readonly Need[]): Promise<string[]> {
  const missing: string[] = [];
  for (const need of needs) if (!(await need.isThere())) missing.push(need.apt);
  return missing;
}

/** A Python that Pulp runs on and that can make environments. */
async function findPython(): Promise<string | null> {
  for (const python of ['python3', '/usr/bin/python3']) {
    if (await succeeds(python, '-c', 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))')) return python;
  }
  return null;
}

function isOnPath(program: string): Promise<boolean> {
  return succeeds('sh', '-c', 'command -v "$1"', 'sh', program);
}

async function succeeds(command: string, ...args: string[]): Promise<boolean> {
  return runCommand(command, args).then(
    () => true,
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
