/** skopeo: copies between anything and a registry; keeps nothing but where it saw a blob. */
import { join } from 'node:path';
import { alone, type Client, OUR_WORDS, retagged } from '../client.ts';
import { readPulledLayout } from '../layouts.ts';

export const skopeo: Client = {
  name: 'skopeo',
  programs: { skopeo: { kind: 'system' } },
  versionArgs: ['--version'],
  brings: 'out of its store',
  mounts: true,
  refusals: { login: /invalid username\/password/, push: OUR_WORDS.push },
  lacks: {},
  open: alone(({ registry, layoutOf }, { dir, run }, { login, password }) => {
    const at = (name: string) => `docker://${registry}/${name}`;
    const copy = (from: string, to: string) => run('skopeo', ['copy', '--all', from, to]);
    return {
      login: () => run('skopeo', ['login', '--username', login, '--password-stdin', registry], password),
      push: async (pushable, name) => copy(`oci:${await layoutOf(pushable)}:1`, at(name)),
      retag: (_, name, tag) => copy(at(name), at(retagged(name, tag))),
      bring: async (pushable, _, to) => copy(`oci:${await layoutOf(pushable)}:1`, at(to)),
      pull: async (name) => {
        const layout = join(dir, 'pulled');
        return readPulledLayout(await copy(at(name), `oci:${layout}:1`), layout);
      },
    };
  }),
};
