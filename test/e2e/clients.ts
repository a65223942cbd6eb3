/** Real registry clients, as people use them: they push to the push host, as `dev`. */
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pushable } from '../support/image/image.ts';
import { writeLayout } from '../support/image/layout.ts';
import { runCommand } from '../support/servers/command.ts';
import type { RunningWorld } from '../support/servers/world.ts';

/** Pushes with `skopeo copy`, an index with all its children. */
export async function pushWithSkopeo(
  { web, accountOf }: RunningWorld,
  path: string,
  tag: string,
  pushable: Pushable,
): Promise<void> {
  const { login, password } = accountOf('dev');
  await withLayout(tag, pushable, async (layout) => {
    const to = [`--dest-cert-dir=${web.certificates}`, `--dest-creds=${login}:${password}`];
    await runCommand('skopeo', ['copy', '--all', ...to, layout, `docker://${web.registry}/${path}:${tag}`]);
  });
}

/** Pushes with `podman push`, which packs the layers anew. @returns the digest that it reports */
export async function pushWithPodman(
  { web, accountOf }: RunningWorld,
  path: string,
  tag: string,
  pushable: Pushable,
): Promise<string> {
  const { login, password } = accountOf('dev');
  return withLayout(tag, pushable, async (layout, dir) => {
    // A store of its own on a plain directory: the default one needs mounts, which root in a container may lack.
    const store = ['--root', join(dir, 'store'), '--runroot', join(dir, 'run'), '--storage-driver', 'vfs'];
    const podman = (...args: string[]): Promise<string> =>
      runCommand('podman', [...store, '--cgroup-manager', 'cgroupfs', '--events-backend', 'none', ...args]);
    try {
      const id = (await podman('pull', '--quiet', layout)).trim();
      const digestFile = join(dir, 'digest');
      const to = [`--cert-dir=${web.certificates}`, `--creds=${login}:${password}`];
      await podman('push', ...to, '--digestfile', digestFile, id, `docker://${web.registry}/${path}:${tag}`);
      return (await readFile(digestFile, 'utf8')).trim();
    } finally {
      // It unpacks into directories without write permission, which only its own user namespace may remove.
      await podman('rmi', '--all', '--force');
    }
  });
}

async function withLayout<T>(
  tag: string,
  pushable: Pushable,
  work: (layout: string, dir: string) => Promise<T>,
): Promise<T> {
  // podman makes an image name of it, which must be in lower case, and takes no run directory over 50 characters.
  const dir = join(tmpdir(), `kpr-${randomBytes(4).toString('hex')}`);
  try {
    await writeLayout(join(dir, 'layout'), tag, pushable);
    return await work(`oci:${join(dir, 'layout')}:${tag}`, dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}
