/** regctl, of regclient. It says no more of a refusal than that there was one. */
import { join } from 'node:path';
import { alone, type Client, retagged } from '../client.ts';
import { readPulledLayout } from '../layouts.ts';

export const regctl: Client = {
  name: 'regctl',
  programs: { regctl: { kind: 'go' } },
  versionArgs: ['version', '--format', '{{.VCSTag}}'],
  brings: 'out of the registry',
  mounts: true,
  refusals: { login: /unauthorized/, push: /unauthorized/ },
  lacks: { 'missing blob': 'mounts only what it has just read from the source' },
  open: alone(({ registry, layoutOf }, { dir, run }, { login, password }) => {
    const at = (name: string) => `${registry}/${name}`;
    const copy = (from: string, to: string) => run('regctl', ['image', 'copy', from, to]);
    return {
      login: () => run('regctl', ['registry', 'login', registry, '--user', login, '--pass-stdin'], password),
      push: async (pushable, name) => copy(`ocidir://${await layoutOf(pushable)}:1`, at(name)),
      retag: (_, name, tag) => copy(at(name), at(retagged(name, tag))),
      bring: (_, from, to) => copy(at(from), at(to)),
      pull: async (name) => {
        const layout = join(dir, 'pulled');
        return readPulledLayout(await copy(at(name), `ocidir://${layout}:1`), layout);
      },
    };
  }),
};
