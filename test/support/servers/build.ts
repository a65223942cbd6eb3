/** The compiled product, made again only when its sources changed. */
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { CACHE, PROJECT, type StepOptions } from './install.ts';
import { withLock } from './lock.ts';

/** What the compiler reads. */
const SOURCES = ['lib', 'queues', 'scripts/kpr.ts', 'package.json', 'tsconfig.json', '.tsconfig.build.json'];
/** Inside `dist`, so that any other build removes it. */
const MARK = join(PROJECT, 'dist', '.sources');

/** Builds `dist/` if it is not that of the present sources; answers a hash of them. */
export async function build(options: StepOptions = {}): Promise<string> {
  return withLock(
    join(CACHE, 'build.lock'),
    async () => {
      const sources = await hashSources();
      if ((await readFile(MARK, 'utf8').catch(() => '')) === sources) return sources;

      await runCommand('npm', ['run', '--silent', 'build'], {
        cwd: PROJECT,
        signal: options.signal,
        ...(options.onProgress && { onLine: options.onProgress }),
      });
      await writeFile(MARK, sources);
      return sources;
    },
    { signal: options.signal },
  );
}

async function hashSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const file of await listFiles(join(PROJECT, source))) hash.update(file).update(await readFile(file));
  }
  return hash.digest('hex');
}

async function listFiles(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => null);
  if (entries === null) return [path];
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name)).toSorted();
}
