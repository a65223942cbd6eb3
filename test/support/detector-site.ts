/** Hooks for tests of the detector: a fresh in-memory Pulp for each test, and everything stopped after it. */
import { createImage } from './image/image.ts';
import { type Lookout, type LookoutOptions, PREFIX, startLookout } from './lookout.ts';
import { createPulpClient, type PulpClient, type Reply } from './pulp/client.ts';
import { type FakePulp, startFakePulp } from './pulp/fake-pulp.ts';
import type { Task, WorldName } from './pulp/state.ts';

export interface DetectorSite {
  readonly pulp: () => FakePulp;
  readonly client: () => PulpClient;
  /** Starts a detector and waits until its first look is over. Forgets what was asked until then. */
  readonly start: (options?: Omit<LookoutOptions, 'pulp'>) => Promise<Lookout>;
  /** A detector that has just begun. */
  readonly begin: () => Lookout;
  /** Paths of the calls to the REST API since the start, without its root and without queries. */
  readonly asked: () => string[];
  readonly lastTask: () => Task;
  readonly hrefOf: (path: string) => Promise<string>;
  /** Asks Pulp to tag, in the push repository, the image of seed `one` as `x`; a worker has to do it. */
  readonly retag: (path: string) => Promise<Reply>;
  /** Pushes the manifest of an image whose blobs are there already. */
  readonly putAgain: (path: string, tag: string, seed: string) => Promise<Reply>;
}

const API = '/pulp/api/v3/';

export function useDetector(world: WorldName): DetectorSite {
  let fake: FakePulp;
  let client: PulpClient;
  const lookouts: Lookout[] = [];

  beforeEach(async () => {
    fake = await startFakePulp({ world });
    client = createPulpClient(fake);
  });
  afterEach(async () => {
    await Promise.all(lookouts.splice(0).map((lookout) => lookout.stop()));
    await fake.close();
  });

  const begin = (options: Omit<LookoutOptions, 'pulp'> = {}) => {
    const lookout = startLookout({ pulp: fake, ...options });
    lookouts.push(lookout);
    return lookout;
  };
  const hrefOf = async (path: string) => (await client.findRepository(`${PREFIX}/${path}`))?.pulp_href ?? '';

  return {
    pulp: () => fake,
    client: () => client,
    begin,
    start: async (options) => {
      const lookout = begin(options);
      await lookout.idle();
      fake.requests.length = 0;
      return lookout;
    },
    asked: () => {
      const paths = fake.requests.map(({ url }) => url.split('?')[0] ?? '');
      return paths.filter((path) => path.startsWith(API)).map((path) => path.slice(API.length));
    },
    lastTask: () => {
      const task = [...fake.state.tasks.values()].at(-1);
      if (!task) throw new Error('there is no task');
      return task;
    },
    hrefOf,
    retag: async (path) => {
      const digest = createImage({ seed: 'one' }).manifest.digest;
      return client.post(`${await hrefOf(path)}tag/`, { tag: 'x', digest });
    },
    putAgain: async (path, tag, seed) => {
      const { manifest } = createImage({ seed });
      const headers = { 'content-type': manifest.mediaType };
      return client.send('PUT', `/v2/${PREFIX}/${path}/manifests/${tag}`, { body: manifest.bytes, headers });
    },
  };
}
