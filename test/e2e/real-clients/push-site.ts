/** The push host of a world of its own, with a gate before Pulp's registry. */
import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { identify, send } from '../../support/send.ts';
import type { Account } from '../../support/servers/katello.ts';
import type { World } from '../../support/servers/pins.ts';
import { claimPort } from '../../support/servers/ports.ts';
import { startPushApi } from '../../support/servers/push-api.ts';
import { PREFIX, tokenKeyFileOf } from '../../support/servers/reactor.ts';
import { claimSocket } from '../../support/servers/sockets.ts';
import { makeTemporaryDir } from '../../support/servers/temporary.ts';
import { waitFor } from '../../support/servers/wait.ts';
import { type RunningWorld, startWorld } from '../../support/servers/world.ts';
import { type Kind, startWebServer } from '../../support/web-server/web-server.ts';
import { waitUntilServed } from '../harness.ts';
import { type Gate, openGate } from './gate.ts';

export interface PushSite extends Pick<Gate, 'seen' | 'hold'> {
  /** host:port that people type */
  readonly registry: string;
  /** PEM of the authority of the registry, its token server and its content */
  readonly caFile: string;
  /** @throws Error when there is no such user */
  readonly accountOf: (login: string) => Account;
  /** Removes a push repository from Pulp, as its administrator. */
  remove(path: string): Promise<void>;
  /** Waits until Katello lists this tag of a repository, by its product's name, and serves this digest there. */
  waitUntilServed(repository: string, tag: string, digest: string): Promise<void>;
  close(): Promise<void>;
}

/** How long clients are told to use a token; it works for another minute. */
export const TOKEN_SECONDS = 60;

export async function openPushSite(name: World, kind: Kind): Promise<PushSite> {
  const dir = await makeTemporaryDir(`clients-${name}`);
  const reactorEnv = { KPR_TOKEN_SECONDS: String(TOKEN_SECONDS) };
  const world = await startWorld({ world: name, dir, webServer: kind, reactorEnv });
  const { site, web } = world;
  const gate = await openGate({
    pushApi: world.pushApi.socket,
    socket: await claimSocket(site, 'gate'),
    contentPort: await claimPort(site, 'pulp-content'),
    web,
  });
  await startPushApi(site, {
    world: name,
    realm: `${web.url}/token`,
    publicKeyFile: tokenKeyFileOf(site),
    contentOrigin: gate.contentOrigin,
  });
  await startWebServer(site, web, kind, { pushApi: gate.socket, front: world.reactor.listen });

  return {
    registry: web.registry,
    caFile: web.caFile,
    seen: gate.seen,
    hold: gate.hold,
    accountOf: world.accountOf,
    remove: (path) => remove(world, `${PREFIX}/${path}`),
    waitUntilServed: (repository, tag, digest) => waitUntilServed(world, repository, tag, digest),
    close: async () => {
      await gate.close();
      await world.stop();
      await rm(dir, { recursive: true });
    },
  };
}

const Page = z.object({ results: z.array(z.object({ pulp_href: z.string() })) });

/** With the distribution goes the push repository (pulp_container 2.27 to 2.30). */
async function remove({ pulp }: RunningWorld, name: string): Promise<void> {
  const headers = identify(pulp);
  const list = async (kind: string): Promise<string[]> => {
    const answer = await send(pulp, 'GET', `/pulp/api/v3/${kind}/?name=${name}`, { headers });
    return Page.parse(await answer.json()).results.map(({ pulp_href }) => pulp_href);
  };
  for (const href of await list('distributions/container/container')) await send(pulp, 'DELETE', href, { headers });
  const isGone = async () => (await list('repositories')).length === 0 || undefined;
  await waitFor(`the end of ${name}`, isGone, { timeoutMs: 30_000 });
}
