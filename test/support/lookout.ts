/**
 * A detector over an in-memory Pulp: the real client between them, Redis replaced by variables, and a clock that stands
 * still until a test passes the next wait.
 */
import type { DetectorDeps, DetectorOptions, Lease } from '../../lib/detect/deps.ts';
import { createDetector, type Detector } from '../../lib/detect/detector.ts';
import { createHttpClient } from '../../lib/http/client.ts';
import { createPulp } from '../../lib/pulp/endpoints.ts';
import { createImage } from './image/image.ts';
import { push } from './image/push.ts';
import { createLogBook, type LogBook } from './log-book.ts';
import { createManualTime, type ManualTime } from './manual-time.ts';
import type { FakePulp } from './pulp/fake-pulp.ts';

/** What all daemons share. */
export interface Shared {
  cursor: string | null;
  /** who has the lease */
  holder: symbol | null;
}

export interface Lookout {
  readonly detector: Detector;
  readonly time: ManualTime;
  readonly log: LogBook;
  /** `path@version`, in the order they were queued; a test may empty it */
  readonly queued: string[];
  /** the feed of every look that came to its end */
  readonly looks: string[];
  /** Resolves once the detector waits: its look is over. */
  idle(): Promise<number>;
  /** Lets the detector look once more, and waits for the end of that look. Empties `queued` before. */
  look(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface LookoutOptions {
  readonly pulp: FakePulp;
  readonly shared?: Shared;
  readonly options?: Partial<DetectorOptions>;
  readonly changes?: Partial<DetectorDeps>;
}

export const PREFIX = 'kpr.push';

/** Starts looking. Gaps are equal, so that each wait is one look, unless a test sets others. */
export function startLookout({ pulp, shared = nothingShared(), options, changes }: LookoutOptions): Lookout {
  const time = createManualTime();
  const log = createLogBook();
  const queued: string[] = [];
  const looks: string[] = [];
  const stopping = new AbortController();
  const http = createHttpClient({
    system: 'pulp',
    baseUrl: pulp.url,
    credentials: () => ({ kind: 'basic', login: pulp.login, password: pulp.password }),
    userAgent: 'kpr/test',
    maxRetries: 0,
  });
  const detector = createDetector({
    pulp: createPulp(http),
    prefix: PREFIX,
    enqueue: async (path, { version }) => void queued.push(`${path}@${version}`),
    listHeldPaths: async () => new Set(),
    readCursor: async () => shared.cursor,
    writeCursor: async (cursor) => {
      shared.cursor = cursor;
    },
    acquireLease: async () => takeLease(shared),
    log,
    onLook: (feed) => void looks.push(feed),
    now: time.now,
    delay: time.delay,
    options: { activeMs: 1000, idleMs: 1000, overlapMs: null, ...options },
    ...changes,
  });
  const running = detector.run(stopping.signal);

  return {
    detector,
    time,
    log,
    queued,
    looks,
    idle: () => time.whenWaiting(),
    async look() {
      await time.whenWaiting();
      queued.length = 0;
      await time.pass();
      await time.whenWaiting();
      return queued;
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

export function nothingShared(): Shared {
  return { cursor: null, holder: null };
}

/** Pushes one image under the prefix. */
export function pushTo(pulp: FakePulp, path: string, tag: string, seed: string): Promise<void> {
  return push(pulp, `${PREFIX}/${path}`, tag, createImage({ seed }));
}

function takeLease(shared: Shared): Lease | null {
  if (shared.holder !== null) return null;
  const holder = Symbol('daemon');
  shared.holder = holder;
  return {
    renew: async () => shared.holder === holder,
    release: async () => {
      if (shared.holder === holder) shared.holder = null;
    },
  };
}
