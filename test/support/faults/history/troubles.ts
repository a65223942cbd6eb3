/** Makes the drawn troubles, each for its time. */
import { setTimeout as delay } from 'node:timers/promises';
import { readOwnedRepositoryId } from '../../../../lib/domain/claim.ts';
import { callSiteOf } from '../call-site.ts';
import { createKatelloPerson } from '../katello-person.ts';
import type { Random } from '../random.ts';
import { PREFIX, type Rig } from '../rig.ts';
import { drawFault, type Trouble, type Write } from './events.ts';
import type { Member, Pair } from './pair.ts';

export interface Troubles {
  /** What cannot be in trouble twice at a time: each trouble has one. */
  laneOf(trouble: Trouble): string;
  /** Resolves when the trouble is over. */
  make(trouble: Trouble, lastsMs: number): Promise<void>;
  /** how many of each kind there were; a daemon that was to be frozen at a write it never made is none */
  readonly counts: ReadonlyMap<string, number>;
}

/** How long the daemon may take to come to a write at which it is to be frozen; it may have nothing to write. */
const PATIENCE_MS = 8000;

export function createTroubles(rig: Rig, { members }: Pair, random: Random): Troubles {
  const person = createKatelloPerson(rig.standIn);
  const counts = new Map<string, number>();

  /** @returns false when nothing came of it */
  async function make(trouble: Trouble, lastsMs: number): Promise<boolean> {
    switch (trouble.kind) {
      case 'wire': {
        const proxy = members[trouble.who].proxies[trouble.server];
        proxy.trouble(() => drawFault(random, trouble.rate));
        await delay(lastsMs);
        proxy.trouble(null);
        return true;
      }
      case 'away': {
        const proxies = members.map((member) => member.proxies[trouble.server]);
        await Promise.all(proxies.map((proxy) => proxy.shut()));
        await delay(lastsMs);
        await Promise.all(proxies.map((proxy) => proxy.open()));
        return true;
      }
      case 'kill': {
        const member = members[trouble.who];
        await member.daemon.kill();
        await delay(lastsMs);
        await member.start();
        return true;
      }
      case 'freeze':
        return freeze(members[trouble.who], trouble.at, lastsMs);
      case 'forget':
        await rig.redis?.kill();
        await rig.redis?.loseData();
        await delay(lastsMs);
        await rig.redis?.revive();
        return true;
      case 'hold':
        await person.hold('ImportUpload');
        await delay(lastsMs);
        await person.release();
        return true;
      case 'view': {
        const repositoryId = findRepositoryId(rig, trouble.path);
        if (repositoryId === null) return false;
        // she is refused while a run has the lock
        const isHeld = await person.holdView(repositoryId).then(
          () => true,
          () => false,
        );
        await delay(lastsMs);
        await person.release();
        return isHeld;
      }
      default:
        return trouble satisfies never;
    }
  }

  return {
    counts,
    laneOf,
    async make(trouble, lastsMs) {
      if (await make(trouble, lastsMs)) counts.set(trouble.kind, (counts.get(trouble.kind) ?? 0) + 1);
    },
  };
}

function laneOf(trouble: Trouble): string {
  switch (trouble.kind) {
    case 'wire':
      return `${trouble.who} ${trouble.server}`;
    case 'away':
      return trouble.server;
    case 'kill':
    case 'freeze':
      return `daemon ${trouble.who}`;
    case 'forget':
      return 'redis';
    case 'hold':
    case 'view':
      return 'tasks';
    default:
      return trouble satisfies never;
  }
}

/**
 * At the write the call itself is held up too, as if the daemon had been stopped right before it sent it.
 *
 * @returns false when that write did not come
 */
async function freeze({ daemon, proxies }: Member, at: Write | null, lastsMs: number): Promise<boolean> {
  const stand = async (): Promise<boolean> => {
    if (!daemon.isRunning()) return false; // it could not start without Redis
    daemon.freeze();
    await delay(lastsMs);
    daemon.thaw();
    return true;
  };
  if (at === null) return stand();

  const proxy = proxies[at.server];
  const patience = new AbortController();
  const stood = new Promise<boolean>((resolve) => {
    proxy.watch(async (moment, call) => {
      if (moment !== at.moment || callSiteOf(call) !== at.site) return;
      proxy.watch(null);
      patience.abort();
      resolve(await stand());
    });
  });
  try {
    await delay(PATIENCE_MS, undefined, { signal: patience.signal });
    proxy.watch(null);
    return false;
  } catch {
    return stood; // the write came
  }
}

/** Of Katello, as the push distribution names it. */
function findRepositoryId({ fakePulp }: Rig, path: string): number | null {
  const distributions = [...fakePulp.state.distributions.values()];
  const pushed = distributions.find(({ basePath }) => basePath === `${PREFIX}/${path}`);
  return readOwnedRepositoryId(pushed?.labels ?? {});
}
