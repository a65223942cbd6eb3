/** What a Pulp in memory does on demand, and a real one does not. */
import type { FakePulp } from '../pulp/fake-pulp.ts';
import type { Scene } from './scene.ts';

export interface Weather {
  /** The next push makes its version, yet its task fails and the client is told 500. */
  failNextPush(): void;
  /** Forgets every task that has ended. */
  purgeTasks(): void;
  /** The push repository becomes one of pulp_container 2.28 and older, as if Pulp was updated since. */
  makeOldType(): void;
}

/** @throws Error where the Pulp of the scene is a real one */
export function createWeather({ lab, pushName }: Scene): Weather {
  const { server } = lab;
  if (!isInMemory(server)) throw new Error('a real Pulp does none of this on demand');
  return {
    failNextPush: () => server.failNextPush(),
    purgeTasks: () => server.purgeTasks(),
    makeOldType() {
      for (const repository of server.state.repositories.values()) {
        if (repository.name === pushName) repository.type = 'container-push';
      }
    },
  };
}

function isInMemory(server: object): server is FakePulp {
  return 'failNextPush' in server;
}
