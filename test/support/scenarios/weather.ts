/** What a Pulp in memory does on demand, and a real one does not. */
import type { FakePulp } from '../pulp/fake-pulp.ts';
import { findByName } from '../pulp/state.ts';
import { type Unfinished, unfinish } from '../pulp/unfinished.ts';
import type { Scene } from './scene.ts';

export interface Weather {
  /** The next push makes its version, yet its task fails and the client is told 500. */
  failNextPush(): void;
  /** The latest version of the push repository was only begun; `finish` ends it, unless another push came first. */
  unfinishPush(): Unfinished;
  /** Forgets every task that has ended. */
  purgeTasks(): void;
  /** What was pushed is what a pull-through cache fetched: its repository and distribution look the same but for a remote. */
  makeCached(): void;
  /** The push repository becomes one of pulp_container 2.28 and older, as if Pulp was updated since. */
  makeOldType(): void;
  /** Remembers all repositories and distributions as they are; what it answers puts them back. */
  backUp(): () => void;
}

/** @throws Error where the Pulp of the scene is a real one */
export function createWeather({ lab, pushName }: Scene): Weather {
  const { server } = lab;
  if (!isInMemory(server)) throw new Error('a real Pulp does none of this on demand');
  return {
    failNextPush: () => server.failNextPush(),
    unfinishPush() {
      const repository = findByName(server.state.repositories, pushName);
      if (!repository) throw new Error(`nothing was pushed to ${pushName}`);
      return unfinish(server.state, repository);
    },
    purgeTasks: () => server.purgeTasks(),
    makeCached() {
      const remote = '/pulp/api/v3/remotes/container/container/018f0000-0000-7000-8000-000000000000/';
      const distribution = findByName(server.state.distributions, pushName);
      const repository = findByName(server.state.repositories, pushName);
      if (!distribution || !repository) throw new Error(`nothing was pushed to ${pushName}`);
      distribution.remote = remote;
      repository.type = 'container';
    },
    makeOldType() {
      for (const repository of server.state.repositories.values()) {
        if (repository.name === pushName) repository.type = 'container-push';
      }
    },
    backUp() {
      const { repositories, distributions } = server.state;
      const saved = structuredClone({ repositories, distributions });
      return () => {
        for (const [id, row] of saved.repositories) repositories.set(id, row);
        for (const [id, row] of saved.distributions) distributions.set(id, row);
      };
    },
  };
}

function isInMemory(server: object): server is FakePulp {
  return 'failNextPush' in server;
}
