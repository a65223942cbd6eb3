/** Draws what happens in a random run: pushes, faults, restarts. The same seed draws the same events. */
import { FAULTS, type WireFault } from '../fault.ts';
import type { Random } from '../random.ts';
import { FIRST, MOMENTS, MOVED, type Moment } from '../steps.ts';

/** Of the two daemons. */
export type Who = 0 | 1;
export type ServerName = 'pulp' | 'katello';

/** What is pushed; the same seed has the same digest. */
export interface Drawn {
  readonly kind: 'image' | 'index';
  readonly seed: string;
}

export type Push =
  | { readonly kind: 'push'; readonly path: string; readonly tag: string; readonly what: Drawn }
  | { readonly kind: 'delete'; readonly path: string; readonly tag: string };

export type Trouble =
  /** calls of one daemon to one server go wrong at this rate */
  | { readonly kind: 'wire'; readonly who: Who; readonly server: ServerName; readonly rate: number }
  /** nobody reaches the server */
  | { readonly kind: 'away'; readonly server: ServerName }
  /** `kill -9`, and started again afterwards */
  | { readonly kind: 'kill'; readonly who: Who }
  /** SIGSTOP, and SIGCONT afterwards, at its next such write; null: wherever it is */
  | { readonly kind: 'freeze'; readonly who: Who; readonly at: Write | null }
  /** Redis crashes and loses all its data */
  | { readonly kind: 'forget' }
  /** Katello's imports stand still, with their locks */
  | { readonly kind: 'hold' }
  /** a person publishes a content view of the repository, which stands still: Katello refuses to publish it meanwhile */
  | { readonly kind: 'view'; readonly path: string };

/** A call that writes, and when to come between. */
export interface Write {
  readonly server: ServerName;
  /** of `callSiteOf` */
  readonly site: string;
  readonly moment: Moment;
}

export interface Happening {
  /** after the one before, in milliseconds */
  readonly afterMs: number;
  readonly event: Push | (Trouble & { readonly lastsMs: number });
}

export interface Drawing {
  /** events to draw; a burst of pushes counts as one */
  readonly count: number;
  readonly paths: readonly string[];
  readonly tags: readonly string[];
  /** longest pause between two events */
  readonly pauseMs: number;
  /** how many daemons stand still until the other one takes their work over */
  readonly longFreezes: number;
}

/** of the events; the others are pushes */
const TROUBLE_RATE = 0.25;
const LASTS_MS = [300, 5000] as const;
const AGAIN_RATE = 0.25;
const DELETION_RATE = 0.15;
const INDEX_RATE = 0.2;
const BURST_RATE = 0.08;
const BURST = 12;
const BURST_GAP_MS = 30;
/** Jobs of a frozen daemon are taken over after 15 s, its leases after 30 s. */
const LONG_MS = 36_000;
/** A server that stays silent is waited for a minute. */
const WIRE: readonly WireFault[] = FAULTS.filter((fault) => fault !== 'silent');

/** Each kind of write once. */
const WRITES = [...new Map([...FIRST, ...MOVED].map(({ server, site }) => [site, { server, site }])).values()];
/** Some kinds come more often than others. */
const KINDS = [
  ...(['wire', 'wire', 'wire', 'freeze', 'freeze'] as const),
  ...(['away', 'kill', 'forget', 'hold', 'view'] as const),
];

/** Which fault a call gets, if any. */
export function drawFault(random: Random, rate: number): WireFault | null {
  return random.happens(rate) ? random.pick(WIRE) : null;
}

/**
 * The events of a run, in their order. Some daemons are frozen for long, in the first half, so that the other one takes
 * over what they were at.
 */
export function drawHistory(random: Random, { count, paths, tags, pauseMs, longFreezes }: Drawing): Happening[] {
  const pushes = createPushes(random, paths, tags);
  const long = new Set(
    random.some(longFreezes, Array.from({ length: count }, (_, i) => i).slice(1, Math.ceil(count / 2))),
  );
  const between = (least: number, most: number): number => Math.round(least + random.next() * (most - least));

  return Array.from({ length: count }, (_, i): Happening[] => {
    const afterMs = between(0, pauseMs);
    if (long.has(i)) {
      const freeze = { kind: 'freeze', who: drawWho(random), at: drawWrite(random), lastsMs: LONG_MS } as const;
      return [{ afterMs, event: freeze }];
    }
    if (random.happens(TROUBLE_RATE)) {
      return [{ afterMs, event: { ...drawTrouble(random, paths), lastsMs: between(...LASTS_MS) } }];
    }
    return pushes.draw().map((event, nth) => ({ afterMs: nth === 0 ? afterMs : BURST_GAP_MS, event }));
  }).flat();
}

function drawTrouble(random: Random, paths: readonly string[]): Trouble {
  const who = drawWho(random);
  const server = random.pick(['pulp', 'katello'] as const);
  const kind = random.pick(KINDS);
  switch (kind) {
    case 'wire':
      return { kind, who, server, rate: random.pick([0.1, 0.3, 0.6]) };
    case 'away':
      return { kind, server };
    case 'kill':
      return { kind, who };
    case 'freeze':
      return { kind, who, at: random.happens(0.3) ? null : drawWrite(random) };
    case 'view':
      return { kind, path: random.pick(paths) };
    default:
      return { kind };
  }
}

function drawWrite(random: Random): Write {
  return { ...random.pick(WRITES), moment: random.pick(MOMENTS) };
}

function drawWho(random: Random): Who {
  return random.pick([0, 1] as const);
}

/** Draws pushes that clients can make: no tag is deleted that is not there, nor the last one of a path. */
function createPushes(random: Random, paths: readonly string[], tags: readonly string[]) {
  const present = new Map(paths.map((path) => [path, new Set<string>()]));
  const drawn: Drawn[] = [];
  const make = (path: string): Drawn => {
    const what: Drawn = { kind: random.happens(INDEX_RATE) ? 'index' : 'image', seed: `${path} ${drawn.length}` };
    drawn.push(what);
    return what;
  };

  return {
    /** One push, or a burst of them to one tag. */
    draw(): Push[] {
      const path = random.pick(paths);
      const there = present.get(path) ?? new Set();
      const tag = random.pick(tags);
      if (there.size > 1 && there.has(tag) && random.happens(DELETION_RATE)) {
        there.delete(tag);
        return [{ kind: 'delete', path, tag }];
      }
      there.add(tag);
      const isBurst = random.happens(BURST_RATE);
      const isAgain = !isBurst && drawn.length > 0 && random.happens(AGAIN_RATE);
      return Array.from({ length: isBurst ? BURST : 1 }, () => {
        const what = isAgain ? random.pick(drawn.slice(-BURST)) : make(path);
        return { kind: 'push', path, tag, what };
      });
    },
  };
}
