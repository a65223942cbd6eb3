/** crane, of go-containerregistry. It believes a login unasked: the first push tells whether it was right. */
import { join } from 'node:path';
import { alone, type Client, OUR_WORDS } from '../client.ts';
import { readPulledLayout } from '../layouts.ts';

export const crane: Client = {
  name: 'crane',
  programs: { crane: { kind: 'go' } },
  versionArgs: ['version'],
  brings: 'out of the registry',
  // It names an `origin` too, and Pulp mounts only what names `mount` and `from` alone (pulp_container 2.27 to 2.30).
  mounts: false,
  refusals: OUR_WORDS,
  lacks: { 'missing blob': 'never mounts' },
  open: alone(({ registry, layoutOf }, { dir, run }, { login, password }) => {
    const at = (name: string) => `${registry}/${name}`;
    return {
      login: () => run('crane', ['auth', 'login', registry, '--username', login, '--password-stdin'], password),
      push: async (pushable, name) => run('crane', ['push', await layoutOf(pushable), at(name)]),
      retag: (_, name, tag) => run('crane', ['tag', at(name), tag]),
      bring: (_, from, to) => run('crane', ['copy', at(from), at(to)]),
      pull: async (name) => {
        const layout = join(dir, 'pulled');
        return readPulledLayout(await run('crane', ['pull', '--format', 'oci', at(name), layout]), layout);
      },
    };
  }),
};
