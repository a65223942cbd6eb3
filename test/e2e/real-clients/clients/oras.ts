/** oras, for any kind of artifact. It speaks plain HTTP to a registry on `localhost` unless told otherwise. */
import { join } from 'node:path';
import { alone, type Client, OUR_WORDS } from '../client.ts';
import { readPulledLayout } from '../layouts.ts';

const FROM = '--from-plain-http=false';
const TO = '--to-plain-http=false';

export const oras: Client = {
  name: 'oras',
  programs: { oras: { kind: 'go' } },
  versionArgs: ['version'],
  brings: 'out of the registry',
  mounts: true,
  refusals: OUR_WORDS,
  lacks: { 'missing blob': 'mounts only what it has just read from the source' },
  open: alone(({ registry, layoutOf }, { dir, run }, { login, password }) => {
    const at = (name: string) => `${registry}/${name}`;
    const copy = (...args: string[]) => run('oras', ['cp', '--no-tty', ...args]);
    return {
      login: () =>
        run('oras', ['login', '--plain-http=false', '--username', login, '--password-stdin', registry], password),
      push: async (pushable, name) => copy('--from-oci-layout', `${await layoutOf(pushable)}:1`, TO, at(name)),
      retag: (_, name, tag) => run('oras', ['tag', '--plain-http=false', at(name), tag]),
      bring: (_, from, to) => copy(FROM, at(from), TO, at(to)),
      pull: async (name) => {
        const layout = join(dir, 'pulled');
        return readPulledLayout(await copy(FROM, at(name), '--to-oci-layout', `${layout}:1`), layout);
      },
    };
  }),
};
