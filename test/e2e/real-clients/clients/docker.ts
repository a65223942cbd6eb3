/** docker, with a dockerd of its own that has no network and makes no rule of the firewall. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Pushable } from '../../../support/image/image.ts';
import { type Bench, type Client, OUR_WORDS, type Outcome, oncePerImage, retagged, shortNameOf } from '../client.ts';
import { startDaemon } from '../daemon.ts';

const DOCKER = { kind: 'debian', package: 'docker.io' } as const;

export const docker: Client = {
  name: 'docker',
  programs: {
    dockerd: DOCKER,
    docker: DOCKER,
    containerd: { kind: 'debian', package: 'containerd' },
    runc: { kind: 'debian', package: 'runc' },
  },
  versionArgs: ['--version'],
  brings: 'out of its store',
  mounts: true,
  refusals: OUR_WORDS,
  lacks: { index: 'keeps one platform a tag, and `docker manifest push` speaks plain HTTP to a registry on loopback' },
  open: async (bench) => {
    const host = `unix://${join(bench.dir, 'docker.sock')}`;
    const isReady = async () => (await bench.run('docker', ['--host', host, 'version'])).isDone;
    const daemon = await startDaemon(bench, { name: 'dockerd', args: argumentsOf(bench.dir, host) }, isReady);
    const importOnce = oncePerImage((pushable) => importLayer(bench, host, pushable));

    const at = (name: string) => `${bench.registry}/${name}`;
    return {
      close: daemon.stop,
      enter: ({ run }, { login, password }) => {
        const command = (...args: string[]) => run('docker', ['--host', host, ...args]);
        const push = async (pushable: Pushable, name: string): Promise<Outcome> => {
          const image = await importOnce(pushable);
          if (!image.isDone) return image;
          await command('tag', image.output.trim(), at(name));
          return command('push', at(name));
        };
        return {
          push,
          login: () => {
            const args = ['--host', host, 'login', '--username', login, '--password-stdin', bench.registry];
            return run('docker', args, password);
          },
          retag: (pushable, name, tag) => push(pushable, retagged(name, tag)),
          bring: (pushable, _, to) => push(pushable, to),
          pull: async (name) => {
            await command('rmi', '--force', at(name));
            const outcome = await command('pull', at(name));
            return { ...outcome, digest: /Digest: (sha256:[0-9a-f]{64})/.exec(outcome.output)?.[1] ?? null };
          },
        };
      },
    };
  },
};

function argumentsOf(dir: string, host: string): string[] {
  const places = ['--data-root', join(dir, 'data'), '--exec-root', join(dir, 'exec'), '--pidfile', join(dir, 'pid')];
  const network = ['--bridge=none', '--iptables=false', '--ip6tables=false'];
  return [...places, '--host', host, ...network, '--storage-driver=vfs'];
}

/** Answers the id of a new image; docker writes the time into it, so that a second import would be another image. */
async function importLayer({ dir, run }: Bench, host: string, pushable: Pushable): Promise<Outcome> {
  const layer = pushable.kind === 'image' ? pushable.blobs.at(-1) : undefined;
  if (layer === undefined) throw new Error('docker imports images only');
  const tar = join(dir, `${shortNameOf(pushable)}.tar`);
  await writeFile(tar, gunzipSync(layer.bytes));
  return run('docker', ['--host', host, 'import', tar]);
}
