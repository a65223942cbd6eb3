/**
 * Whether Pulp and Katello answer and take our account: seen from the calls that are made anyway, asked when none is
 * made or one went wrong. Says once that a system went, and once that it is back.
 */
import { AuthError, type System } from './errors.ts';
import { describeError, errorFields, type Logger } from './log.ts';

export type Upstream = 'pulp' | 'katello';

/** True for what a reconcile needs. */
export function isUpstream(system: System): system is Upstream {
  return system === 'pulp' || system === 'katello';
}

export interface UpstreamState {
  /** unknown: not asked yet; refused: it answers, but not to our account */
  readonly state: 'unknown' | 'up' | 'down' | 'refused';
  readonly since: Date;
  /** of the server, once it told */
  readonly version: string | null;
  readonly error: string | null;
}

export type UpstreamStates = Readonly<Record<Upstream, UpstreamState>>;

export interface UpstreamsDeps {
  /** One call that needs the account; answers the version. */
  readonly probes: Readonly<Record<Upstream, (signal: AbortSignal) => Promise<string>>>;
  /** A system answers, for the first time or again. Work begins only after this. */
  readonly onUp: (upstream: Upstream, version: string) => void;
  /** Work may go on, or must not. */
  readonly onChange: (isOpen: boolean) => void;
  readonly log: Logger;
  readonly now: () => number;
  readonly delay: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export interface Upstreams {
  states(): UpstreamStates;
  /** False while one of them is away or refuses us. */
  isOpen(): boolean;
  /** Asks now; true if it answers us. Equal questions at the same time are asked once. */
  check(upstream: Upstream): Promise<boolean>;
  /** A call was answered with this status, or (null) not at all. */
  saw(upstream: Upstream, status: number | null): void;
  /** Watches both until aborted; ends then without error. */
  run(signal: AbortSignal): Promise<void>;
}

/** A system that was silent for so long is asked whether it is there. */
const SILENCE_MS = 30_000;
/** Pauses between questions to a system that is away, or refuses us: Katello locks out an address after 30 failed logins. */
const RETRIES_MS = { down: { first: 1000, longest: 10_000 }, refused: { first: 5000, longest: 60_000 } };
const PROBE_MS = 30_000;

export function createUpstreams({ probes, onUp, onChange, log, now, delay }: UpstreamsDeps): Upstreams {
  const unknown: UpstreamState = { state: 'unknown', since: new Date(now()), version: null, error: null };
  const answeredAt = { pulp: now(), katello: now() };
  const questions = new Map<Upstream, Promise<boolean>>();
  let states: UpstreamStates = { pulp: unknown, katello: unknown };

  const isOpen = () => Object.values(states).every(({ state }) => state === 'up' || state === 'unknown');

  const enter = (upstream: Upstream, next: Omit<UpstreamState, 'since'>) => {
    const before = states[upstream];
    if (before.state === next.state) return;
    const wasOpen = isOpen();
    states = { ...states, [upstream]: { ...next, since: new Date(now()) } };
    if (next.state === 'up' && before.state !== 'unknown') {
      log.info('system answers again', { system: upstream, awayMs: now() - before.since.getTime() });
    }
    if (next.state === 'up') onUp(upstream, next.version ?? '');
    if (isOpen() !== wasOpen) onChange(isOpen());
  };

  const ask = async (upstream: Upstream): Promise<boolean> => {
    try {
      const version = await probes[upstream](AbortSignal.timeout(PROBE_MS));
      answeredAt[upstream] = now();
      enter(upstream, { state: 'up', version, error: null });
      return true;
    } catch (error) {
      const state = error instanceof AuthError ? 'refused' : 'down';
      if (states[upstream].state !== state) log.warn(MESSAGES[state], { system: upstream, ...errorFields(error) });
      enter(upstream, { state, version: states[upstream].version, error: describeError(error) });
      return false;
    }
  };

  const check = (upstream: Upstream): Promise<boolean> => {
    const question = questions.get(upstream) ?? ask(upstream).finally(() => questions.delete(upstream));
    questions.set(upstream, question);
    return question;
  };

  const untilSilent = async (upstream: Upstream, signal: AbortSignal): Promise<void> => {
    for (let restMs = SILENCE_MS; restMs > 0; restMs = answeredAt[upstream] + SILENCE_MS - now()) {
      await delay(restMs, signal);
    }
  };

  const watch = async (upstream: Upstream, signal: AbortSignal): Promise<void> => {
    for (let failures = 0; ; ) {
      if (await check(upstream)) {
        failures = 0;
        await untilSilent(upstream, signal);
      } else {
        const { first, longest } = RETRIES_MS[states[upstream].state === 'refused' ? 'refused' : 'down'];
        await delay(Math.min(first * 2 ** failures, longest), signal);
        failures += 1;
      }
    }
  };

  return {
    states: () => states,
    isOpen,
    check,
    saw: (upstream, status) => {
      const isWell = status !== null && status < 400;
      if (isWell) answeredAt[upstream] = now();
      const isSurprise = states[upstream].state === 'up' ? status === null : isWell;
      if (isSurprise && !questions.has(upstream)) void check(upstream);
    },
    run: async (signal) => {
      try {
        await Promise.all([watch('pulp', signal), watch('katello', signal)]);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
  };
}

const MESSAGES = {
  down: 'system is away: what needs it waits, nothing is lost',
  refused: 'system refuses our account: check password and rights, work waits',
} as const;
