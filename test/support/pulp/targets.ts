/** The Pulps that a contract has to hold for: two in memory always, two real ones where the caller gives them. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Manifest, type RepositoryVersion, Tag, Task } from '../../../lib/pulp/schema.ts';
import { createPulpClient, type PulpClient, type PulpServer } from './client.ts';
import { type FakePulp, startFakePulp } from './fake-pulp.ts';
import type { WorldName } from './state.ts';

/** A Pulp under test. Real ones are shared and old: a test stays below `prefix`, which nobody else has. */
export interface TestPulp extends PulpClient {
  readonly world: WorldName;
  readonly prefix: string;
  /** A name below the prefix. */
  at(name: string): string;
  /** Href of the latest version of the repository of this name. @throws Error when there is no repository */
  findLatest(name: string): Promise<string>;
  readLatest(name: string): Promise<RepositoryVersion>;
  /** Tasks that held the push repository of this name, oldest first. */
  tasksOf(name: string): Promise<Task[]>;
  /** Tags of a version by name; with `repository_version_added` or `…_removed` what it changed. */
  tagsOf(versionHref: string, filter?: string): Promise<Tag[]>;
  manifestsOf(versionHref: string): Promise<Manifest[]>;
  /** Digests of the bytes behind the blobs and manifests of a version. */
  artifactDigestsOf(versionHref: string): Promise<string[]>;
}

const Given = z.object({ url: z.url(), login: z.string(), password: z.string() });

/** Where JSON `{"url","login","password"}` of a running Pulp of that world stands in the environment. */
export const VARIABLES: Readonly<Record<WorldName, string>> = { a: 'KPR_TEST_PULP_A', b: 'KPR_TEST_PULP_B' };

/** The real Pulp of that world which the caller gives, or null. */
export function findGivenPulp(world: WorldName): PulpServer | null {
  const given = process.env[VARIABLES[world]];
  return given === undefined ? null : Given.parse(JSON.parse(given));
}

/** Declares the rules once for each Pulp; `pulp()` is the one at hand while a test runs. */
export function describePulps(title: string, rules: (pulp: () => TestPulp, world: WorldName) => void): void {
  for (const world of ['a', 'b'] as const) {
    describe(`${title} (in memory, world ${world})`, () => withFake(world, rules));
    describe(`${title} (real, world ${world})`, () => withReal(world, rules));
  }
}

type Rules = Parameters<typeof describePulps>[1];

function withFake(world: WorldName, rules: Rules): void {
  let fake: FakePulp;
  let pulp: TestPulp;
  before(async () => {
    fake = await startFakePulp({ world });
    pulp = testPulp(world, fake);
  });
  after(() => fake.close());
  rules(() => pulp, world);
}

function withReal(world: WorldName, rules: Rules): void {
  const given = findGivenPulp(world);
  if (given === null) {
    it(`needs ${VARIABLES[world]}`);
    return;
  }
  const pulp = testPulp(world, given);
  before(function () {
    // a real Pulp spends a quarter of a second on each password, and half a second on a task
    this.timeout(60_000);
  });
  beforeEach(function () {
    this.currentTest?.timeout(60_000);
  });
  rules(() => pulp, world);
}

function testPulp(world: WorldName, server: PulpServer): TestPulp {
  const client = createPulpClient(server);
  const prefix = `kpr.test/${randomBytes(6).toString('hex')}`;
  const at = (name: string) => `${prefix}/${name}`;
  const findOne = async (name: string) => {
    const repository = await client.findRepository(at(name));
    if (!repository) throw new Error(`there is no repository ${at(name)}`);
    return repository;
  };
  const findLatest = async (name: string) => (await findOne(name)).latest_version_href;

  return {
    ...client,
    world,
    prefix,
    at,
    findLatest,
    readLatest: async (name) => client.readVersion(await findLatest(name)),
    tasksOf: async (name) => {
      const { pulp_href } = await findOne(name);
      const model = pulp_href.includes('/container-push/') ? 'containerpushrepository' : 'containerrepository';
      const prn = `prn:container.${model}:${pulp_href.split('/').at(-2)}`;
      return client.list(`tasks/?reserved_resources=${prn}&ordering=pulp_created`, Task);
    },
    tagsOf: (version, filter = 'repository_version') =>
      client.list(`content/container/tags/?${filter}=${version}&ordering=name`, Tag),
    manifestsOf: (version) => client.list(`content/container/manifests/?repository_version=${version}`, Manifest),
    artifactDigestsOf: async (version) => {
      const path = `artifacts/?repository_version=${version}&fields=sha256`;
      const artifacts = await client.list(path, z.object({ sha256: z.string() }));
      return artifacts.map(({ sha256 }) => `sha256:${sha256}`);
    },
  };
}
