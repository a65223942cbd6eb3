/** Where a scenario plays: a lab with names of its own, one push path, and what people see of it in Katello. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Receipt } from '../../../lib/domain/receipt.ts';
import type { Repository } from '../../../lib/katello/schema.ts';
import type { Outcome } from '../../../lib/reconcile/outcome.ts';
import { createImage, createIndex, type Image, type Index, type Pushable } from '../image/image.ts';
import { type LabOnPulp, type LabOnPulpOptions, startLabOn } from '../lab.ts';
import { createPulpClient, type PulpClient, type PulpServer } from '../pulp/client.ts';
import type { WorldName } from '../pulp/state.ts';

export interface Scene {
  readonly lab: LabOnPulp;
  /** Pulp as its administrator sees it, asked past the reactor */
  readonly pulp: PulpClient;
  readonly world: WorldName;
  /** false: this Pulp is in memory */
  readonly isReal: boolean;
  /** what people push to: `ORG/web/ID-OF-THE-SCENARIO` */
  readonly path: string;
  /** the same in Pulp, with the reserved prefix */
  readonly pushName: string;
  /** An image that no other lab has: same name and architecture, same image. */
  image(name: string, architecture?: string): Image;
  /** An index of the images of this name for amd64 and arm64. */
  index(name: string): Index;
  /** Pushes to the path of the scene; of an index all children but those left out. */
  push(tag: string, what: Pushable, leaveOut?: readonly Image[]): Promise<void>;
  /** Runs until none has to come again. @throws what ends a job */
  run(): Promise<Outcome>;
  /** One run, which may have to come again. @throws what uses up an attempt */
  runOnce(): Promise<Outcome>;
  /** The last receipt of the path. @throws Error when there is none */
  receipt(): Receipt;
  /** Katello's repository of the path, asked past the reactor. @throws Error when there is none */
  repository(): Promise<KatelloRepository>;
  /** Katello's repository of this name, in whatever product. @throws Error when there is none */
  findRepository(name: string): Promise<KatelloRepository>;
  /** Asks Katello as its administrator; `path` below `/katello/api/v2/`. @throws Error with its answer when it refuses */
  ask<T>(call: string, schema: z.ZodType<T>, body?: object): Promise<T>;
  close(): Promise<void>;
}

/** As much of it as people look at. */
const KatelloRepository = z.object({
  id: z.number(),
  name: z.string(),
  version_href: z.string(),
  container_repository_name: z.string(),
}) satisfies z.ZodType<Pick<Repository, 'id'>>;
export type KatelloRepository = z.infer<typeof KatelloRepository>;

export interface SceneOptions extends Omit<LabOnPulpOptions, 'suffix' | 'isPatient'> {
  /** of the scenario */
  readonly id: string;
  readonly world: WorldName;
  readonly isReal: boolean;
}

const ADMINISTRATOR = `Basic ${Buffer.from('admin:sandbox-admin').toString('base64')}`;

/** Opens a scene on a Pulp that runs; everything in it has a name that no other scene has. */
export async function openScene(server: PulpServer, { id, world, isReal, ...options }: SceneOptions): Promise<Scene> {
  const suffix = randomBytes(6).toString('hex');
  const lab = await startLabOn(server, { ...options, isPatient: isReal, suffix });
  const path = `${lab.organization}/web/${id}`;

  const ask: Scene['ask'] = async (call, schema, body) => {
    const [method = '', below = ''] = call.split(' ');
    const answer = await fetch(`${lab.standIn.url}/katello/api/v2/${below}`, {
      method,
      headers: { authorization: ADMINISTRATOR, 'content-type': 'application/json' },
      body: body ? JSON.stringify(body) : null,
    });
    if (!answer.ok) throw new Error(`${call}: ${answer.status} ${await answer.text()}`);
    return schema.parse(await answer.json());
  };
  const image: Scene['image'] = (name, architecture = 'amd64') =>
    createImage({ seed: `${suffix} ${name}`, architecture });
  const rows = z.object({ results: z.array(KatelloRepository) });

  async function findRepository(name: string): Promise<KatelloRepository> {
    const { results } = await ask('GET repositories?content_type=docker&full_result=true', rows);
    const found = results.find((row) => row.name === name);
    if (!found) throw new Error(`Katello has no repository ${name}`);
    return found;
  }

  return {
    lab,
    pulp: createPulpClient(server),
    world,
    isReal,
    path,
    pushName: `${lab.deps.settings.prefix}/${path}`,
    image,
    index: (name) => createIndex(['amd64', 'arm64'].map((architecture) => image(name, architecture))),
    push: (tag, what, leaveOut = []) =>
      lab.push(
        path,
        tag,
        what,
        leaveOut.map(({ manifest }) => manifest.digest),
      ),
    run: () => lab.settle(path),
    runOnce: () => lab.reconcile(path),
    receipt() {
      const receipt = lab.receipts.get(path);
      if (!receipt) throw new Error(`${path} has no receipt`);
      return receipt;
    },
    repository: () => findRepository(id),
    findRepository,
    ask,
    close: () => lab.close(),
  };
}
