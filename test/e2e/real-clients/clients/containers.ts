/** podman and buildah: both push out of a store of unpacked layers, and pack them anew. */
import { join } from 'node:path';
import type { Pushable } from '../../../support/image/image.ts';
import type { Account } from '../../../support/servers/katello.ts';
import {
  alone,
  type Bench,
  type Client,
  OUR_WORDS,
  type Outcome,
  type Room,
  retagged,
  type Session,
  shortNameOf,
} from '../client.ts';
import type { Source } from '../programs.ts';

export const podman = createClient('podman', { kind: 'system' }, [
  '--cgroup-manager',
  'cgroupfs',
  '--events-backend',
  'none',
]);
export const buildah = createClient('buildah', { kind: 'debian', package: 'buildah' }, []);

function createClient(name: string, source: Source, options: readonly string[]): Client {
  return {
    name,
    programs: { [name]: source },
    versionArgs: ['--version'],
    brings: 'out of its store',
    mounts: true,
    refusals: { login: /invalid username\/password/, push: OUR_WORDS.push },
    lacks: {},
    open: alone((bench, room, account) => enter(name, options, { bench, room, account })),
  };
}

interface Place {
  readonly bench: Bench;
  readonly room: Room;
  readonly account: Account;
}

function enter(program: string, options: readonly string[], { bench, room, account }: Place): Session {
  // On a plain directory: the default store needs mounts, which root in a container may lack.
  const store = ['--root', join(room.dir, 's'), '--runroot', join(room.dir, 'r'), '--storage-driver', 'vfs'];
  const run = (...args: string[]) => room.run(program, [...store, ...options, ...args]);
  const at = (name: string) => `docker://${bench.registry}/${name}`;

  const push = async (pushable: Pushable, name: string): Promise<Outcome> => {
    const layout = `oci:${await bench.layoutOf(pushable)}:1`;
    if (pushable.kind === 'image') {
      const { isDone, output } = await run('pull', '--quiet', layout);
      return isDone ? run('push', output.trim(), at(name)) : { isDone, output };
    }
    const list = `list-${shortNameOf(pushable)}`;
    await run('manifest', 'create', list);
    const added = await run('manifest', 'add', '--all', list, layout);
    return added.isDone ? run('manifest', 'push', '--all', list, at(name)) : added;
  };
  return {
    push,
    login: () => {
      const args = ['login', '--username', account.login, '--password-stdin', bench.registry];
      return room.run(program, [...store, ...options, ...args], account.password);
    },
    retag: (pushable, name, tag) => push(pushable, retagged(name, tag)),
    bring: (pushable, _, to) => push(pushable, to),
    pull: async (name) => {
      await run('rmi', '--all', '--force');
      const outcome = await run('pull', '--quiet', at(name));
      const digest = (await run('images', '--format', '{{.Digest}}')).output.trim();
      return { ...outcome, digest };
    },
  };
}
