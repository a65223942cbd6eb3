/** ctr, containerd's own client, with a containerd of its own. It names the user with each command. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pushable } from '../../../support/image/image.ts';
import type { Account } from '../../../support/servers/katello.ts';
import { type Bench, type Client, type Outcome, oncePerImage, retagged, type Session, shortNameOf } from '../client.ts';
import { startDaemon } from '../daemon.ts';

const CONTAINERD = { kind: 'debian', package: 'containerd' } as const;

export const ctr: Client = {
  name: 'ctr',
  programs: { ctr: CONTAINERD, containerd: CONTAINERD },
  versionArgs: ['--version'],
  brings: 'out of its store',
  mounts: false,
  refusals: { login: /401 Unauthorized/, push: /401 Unauthorized/ },
  lacks: {
    login: 'has no login: it names user and password with each command',
    'missing blob': 'never tries to mount',
  },
  open: async (bench) => {
    const socket = join(bench.dir, 'containerd.sock');
    const config = join(bench.dir, 'config.toml');
    await writeFile(config, renderConfig(bench.dir, socket));
    const hosts = await writeHosts(bench);
    const isReady = async () => (await bench.run('ctr', ['--address', socket, 'version'])).isDone;
    const daemon = await startDaemon(bench, { name: 'containerd', args: ['--config', config] }, isReady);
    return { close: daemon.stop, enter: (_, account) => enter(bench, { socket, hosts }, account) };
  },
};

/** Isolated: what one namespace holds is fetched again for another one. */
function renderConfig(dir: string, socket: string): string {
  return `version = 2
root = "${dir}/root"
state = "${dir}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "${socket}"
[plugins."io.containerd.metadata.v1.bolt"]
  content_sharing_policy = "isolated"
`;
}

async function writeHosts({ dir, registry, caFile }: Bench): Promise<string> {
  const hosts = join(dir, 'hosts');
  const url = `https://${registry}`;
  await mkdir(join(hosts, registry), { recursive: true });
  await writeFile(join(hosts, registry, 'hosts.toml'), `server = "${url}"\n[host."${url}"]\n  ca = "${caFile}"\n`);
  return hosts;
}

interface Containerd {
  readonly socket: string;
  /** directory that says which authority to trust */
  readonly hosts: string;
}

function enter(bench: Bench, { socket, hosts }: Containerd, { login, password }: Account): Session {
  const images = (...args: string[]): Promise<Outcome> =>
    bench.run('ctr', ['--address', socket, '--namespace', login, 'images', ...args]);
  const access = ['--hosts-dir', hosts, '--user', `${login}:${password}`];
  const at = (name: string) => `${bench.registry}/${name}`;

  const importOnce = oncePerImage(async (pushable) => {
    const tar = join(bench.dir, `${shortNameOf(pushable)}-${login}.tar`);
    await bench.run('tar', ['-cf', tar, '-C', await bench.layoutOf(pushable), '.']);
    return images('import', '--no-unpack', '--all-platforms', '--base-name', `local/${shortNameOf(pushable)}`, tar);
  });
  const push = async (pushable: Pushable, name: string): Promise<Outcome> => {
    const imported = await importOnce(pushable);
    if (!imported.isDone) return imported;
    await images('tag', '--force', `local/${shortNameOf(pushable)}:1`, at(name));
    return images('push', ...access, at(name));
  };
  return {
    push,
    login: async () => ({ isDone: true, output: '' }),
    retag: (pushable, name, tag) => push(pushable, retagged(name, tag)),
    bring: (pushable, _, to) => push(pushable, to),
    pull: async (name) => {
      const outcome = await images('pull', ...access, '--snapshotter', 'native', at(name));
      const { output } = await images('ls', `name==${at(name)}`);
      return { ...outcome, digest: /sha256:[0-9a-f]{64}/.exec(output)?.[0] ?? null };
    },
  };
}
