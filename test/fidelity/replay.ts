/** Replays recordings against the stand-in, one after the other, and says how each went. */
import { startKatelloStandIn } from '../support/katello/stand-in.ts';
import { createEmptyWorld } from '../support/katello/state/rows.ts';
import { arrange } from './arrange.ts';
import type { Arrangement } from './arrangement.ts';
import { replayCleanup } from './cleanup.ts';
import { compareBodies, type Difference } from './compare.ts';
import { compareCalls } from './compare-calls.ts';
import { createDriver, type Driver, type WireAnswer } from './driver.ts';
import { ensureOrganization } from './ensure-rows.ts';
import { collectFacts } from './facts.ts';
import { listAt } from './json.ts';
import { inOrderOfTime } from './order.ts';
import { pairManifests, pairTasks } from './own-ids.ts';
import { createPeople } from './people.ts';
import { type PulpDouble, startPulpDouble } from './pulp-double.ts';
import type { RecordedCalls, RecordedExchange, Recording } from './recording.ts';
import { whyOutOfScope } from './scope.ts';
import { sendExchange } from './send.ts';
import { replayTable } from './table.ts';
import { heldStepOf, labelsHeldFrom, nextRunningLabel, runningLabels } from './timing.ts';
import { applyTrouble, doBefore, heldDuring, prepareTrouble, putUploadedImages } from './trouble.ts';

export type Verdict =
  | { readonly kind: 'same' }
  | { readonly kind: 'different'; readonly differences: readonly Difference[] }
  | { readonly kind: 'out of scope'; readonly why: string };

export interface Outcome {
  readonly name: string;
  readonly verdict: Verdict;
}

/**
 * Replays all of them against a fresh stand-in of that version.
 *
 * @param tell called after each, in order of replay
 * @throws when the stand-in cannot be started
 */
export async function replay(
  recordings: readonly Recording[],
  version: string,
  tell: (outcome: Outcome) => void = () => undefined,
): Promise<Outcome[]> {
  const ordered = inOrderOfTime(recordings);
  const pulp = await startPulpDouble();
  const standIn = await startKatelloStandIn({ pulp: { url: pulp.url, login: 'admin', password: 'x' }, version });
  try {
    const run = new ReplayRun(ordered, pulp, createDriver(standIn.url, standIn.controlUrl));
    return await run.replayAll(tell);
  } finally {
    await standIn.close();
    await pulp.close();
  }
}

class ReplayRun {
  readonly #recordings: readonly Recording[];
  readonly #pulp: PulpDouble;
  readonly #driver: Driver;
  readonly #arrangement: Omit<Arrangement, 'world'>;
  readonly #taskIds = new Map<string, string>();
  readonly #manifestIds = new Map<number, number>();
  readonly #destroyed = new Set<string>();
  /** by slug: where its calls to Pulp begin among all calls */
  readonly #callsFrom = new Map<string, number>();
  #heldLabel: string | null = null;

  constructor(recordings: readonly Recording[], pulp: PulpDouble, driver: Driver) {
    this.#recordings = recordings;
    this.#pulp = pulp;
    this.#driver = driver;
    this.#arrangement = {
      facts: collectFacts(recordings),
      recordings,
      taskIds: this.#taskIds,
      destroyed: this.#destroyed,
    };
  }

  async replayAll(tell: (outcome: Outcome) => void): Promise<Outcome[]> {
    await this.#prepareWorld();
    const outcomes: Outcome[] = [];
    for (let at = 0; at < this.#recordings.length; ) {
      const recent = await this.#replayAt(at);
      for (const outcome of recent) tell(outcome);
      outcomes.push(...recent);
      at += recent.length;
    }
    await this.#release(this.#recordings.length);
    return outcomes;
  }

  /** Replays the recording at that place, and the next one too if both were sent at the same moment. */
  async #replayAt(at: number): Promise<Outcome[]> {
    const recording = this.#recordings[at];
    if (recording === undefined) return [];
    const twin = twinOf(recording, this.#recordings[at + 1]);
    if (recording.kind === 'exchange' && twin !== null) return this.#replayTwins(recording, twin, at);
    return [{ name: recording.name, verdict: await this.#replayOne(recording, at) }];
  }

  async #prepareWorld(): Promise<void> {
    const { facts } = this.#arrangement;
    const at = '2026-01-01T00:00:00.000Z';
    const world = { ...createEmptyWorld(), users: createPeople(facts.pushProductId, at) };
    world.proxies.push({
      id: 1,
      name: 'foreman.example.com',
      url: 'https://foreman.example.com:9090',
      isPrimary: true,
      downloadPolicy: null,
      environmentIds: [],
      organizationIds: [1],
      createdAt: at,
      updatedAt: at,
      syncedRepositoryIds: [],
      behaviour: 'ok',
    });
    const [organizationId = 1] = [...facts.organizations.keys()].toSorted((a, b) => a - b);
    ensureOrganization({ ...this.#arrangement, world }, organizationId, 0);
    await this.#driver.writeWorld(world);
  }

  async #replayOne(recording: Recording, at: number): Promise<Verdict> {
    const why = whyOutOfScope(recording);
    if (why !== null) return { kind: 'out of scope', why };
    try {
      switch (recording.kind) {
        case 'exchange':
          return verdictOf(await this.#replayExchange(recording, at));
        case 'pulp-calls':
          return verdictOf(await this.#replayCalls(recording, at));
        case 'cleanup':
          await this.#release(at);
          return verdictOf(await replayCleanup(recording, this.#driver, this.#pulp));
        case 'table':
          await this.#release(at);
          return verdictOf(await replayTable(recording, this.#driver, this.#arrangement));
        default:
          return { kind: 'out of scope', why: 'nothing to replay' };
      }
    } catch (error) {
      return verdictOf([{ place: 'replay', what: error instanceof Error ? error.message : String(error) }]);
    }
  }

  async #replayExchange(exchange: RecordedExchange, at: number): Promise<Difference[]> {
    await this.#prepare(exchange, at);
    const answer = await this.#send(exchange);
    return this.#judge(exchange, answer);
  }

  /** The same request twice at the same moment: which of the two gets which answer is chance. */
  async #replayTwins(first: RecordedExchange, second: RecordedExchange, at: number): Promise<Outcome[]> {
    await this.#prepare(first.response.status < 300 ? first : second, at);
    const answers = await this.#sendTwins(first, second);
    const [one = answers[0], other = answers[1]] =
      first.response.status === answers[0].status ? answers : answers.toReversed();
    return [this.#judgeTwin(first, one), this.#judgeTwin(second, other)];
  }

  #judgeTwin(exchange: RecordedExchange, answer: WireAnswer): Outcome {
    return { name: exchange.name, verdict: verdictOf(this.#judge(exchange, answer)) };
  }

  /** Both while the other is being planned; where one was refused, it had come too late for that. */
  async #sendTwins(first: RecordedExchange, second: RecordedExchange): Promise<[WireAnswer, WireAnswer]> {
    if (first.response.status === 422) {
      const accepted = await this.#send(second);
      return [await this.#send(first), accepted];
    }
    if (second.response.status === 422) return [await this.#send(first), await this.#send(second)];
    const before = (await this.#driver.readWorld()).tasks.length;
    await this.#driver.control('POST /planning/hold');
    const answers = Promise.all([this.#send(first), this.#send(second)]);
    await this.#driver.waitForTasks(before + 2);
    await this.#driver.control('POST /planning/release');
    return answers;
  }

  async #prepare(exchange: RecordedExchange, at: number): Promise<void> {
    const wanted = runningLabels(exchange);
    const follows = this.#recordings[at - 1]?.slug === exchange.slug;
    if (wanted.length > 0 && this.#heldLabel !== null) {
      for (const label of wanted) if (label.includes(this.#heldLabel)) await this.#driver.waitForRunning(label);
    } else if (!(follows || (this.#heldLabel !== null && isWhileHeld(exchange)))) await this.#release(at);

    const stage = { driver: this.#driver, pulp: this.#pulp };
    const isHealed = this.#isHealed(exchange, at);
    await prepareTrouble(stage, exchange, isHealed);
    if (!follows) {
      const world = await this.#driver.readWorld();
      arrange({ ...this.#arrangement, world }, exchange, at);
      applyTrouble(world, exchange);
      await this.#driver.writeWorld(world);
      for (const row of world.repositories) {
        const { distributionHref: href, containerRepositoryName: name } = row;
        if (href !== null && name !== null) this.#pulp.memory.putDistribution(href, name, row.versionHref);
      }
      await doBefore(stage, exchange);
    }
    await this.#prepareCalls(exchange, at);
  }

  /** Puts in what Pulp answered, or an image that the upload names; and holds tasks that are going to be looked at. */
  async #prepareCalls(exchange: RecordedExchange, at: number): Promise<void> {
    const calls = this.#callsOf(exchange.slug, at);
    if (calls !== null) this.#pulp.play(calls.calls);
    else if (exchange.request.path.endsWith('/import_uploads')) {
      await putUploadedImages({ driver: this.#driver, pulp: this.#pulp }, exchange, this.#arrangement.facts);
    }
    this.#callsFrom.set(exchange.slug, this.#pulp.observed.length);
    const label = heldDuring(exchange) ?? labelsHeldFrom(this.#recordings, at);
    if (label === null) return;
    this.#heldLabel = label;
    await this.#driver.control('POST /tasks/hold', { label, step: heldStepOf(label) });
  }

  #callsOf(slug: string, at: number): RecordedCalls | null {
    const found = this.#recordings
      .slice(at + 1)
      .find((recording) => recording.kind === 'pulp-calls' && recording.slug === `pulp-calls-${slug}`);
    return found?.kind === 'pulp-calls' ? found : null;
  }

  /** Is this a resume after which the task went well? Then somebody had healed what was broken. */
  #isHealed({ request }: RecordedExchange, at: number): boolean {
    if (!request.path.endsWith('/bulk_resume')) return false;
    const next = this.#recordings[at + 1];
    return next?.kind !== 'exchange' || !JSON.stringify(next.response.body).includes('"state":"paused"');
  }

  async #send(exchange: RecordedExchange): Promise<WireAnswer> {
    return sendExchange(this.#driver, exchange, { tasks: this.#taskIds, manifests: this.#manifestIds });
  }

  #judge(exchange: RecordedExchange, answer: WireAnswer): Difference[] {
    const { request, response } = exchange;
    pairTasks(response.body, answer.body, this.#taskIds);
    pairManifests(response.body, answer.body, this.#manifestIds);
    if (request.method === 'DELETE' && answer.status < 300) this.#noteDestroyed(request.path);
    if (response.status !== answer.status) {
      const text = JSON.stringify(answer.body).slice(0, 300);
      return [{ place: 'status', what: `${response.status} became ${answer.status}: ${text}` }];
    }
    const differences = compareBodies(request.path, response.body, this.#masked(answer.body));
    return [
      ...compareHeaders(response.headers, answer),
      ...differences.filter((found) => !isTwinsChance(exchange, found)),
    ];
  }

  /** The address of the Pulp double reads as the one of the recordings. */
  #masked(body: unknown): unknown {
    const { host } = new URL(this.#pulp.url);
    return JSON.parse(JSON.stringify(body).replaceAll(host, 'pulp.example.com:80')) as unknown;
  }

  #noteDestroyed(path: string): void {
    const [, kind = '', id = ''] = /\/(repositories|products)\/(\d+)/.exec(path) ?? [];
    this.#destroyed.add(`${kind === 'products' ? 'product' : 'repository'} ${id}`);
  }

  async #replayCalls(recording: RecordedCalls, at: number): Promise<Difference[]> {
    await this.#release(at);
    const from = this.#callsFrom.get(recording.slug.replace(/^pulp-calls-/, ''));
    if (from === undefined) return [{ place: 'calls', what: 'no exchange of that name was replayed' }];
    const calls = this.#pulp.observed.slice(from);
    const own = calls.filter((call) => call.correlationId === calls[0]?.correlationId);
    return compareCalls(recording.calls, own, this.#hasSeveralUploads(recording));
  }

  /** Several uploads of one call run side by side. */
  #hasSeveralUploads({ slug }: RecordedCalls): boolean {
    return this.#recordings.some(
      (recording) =>
        recording.kind === 'exchange' &&
        recording.slug === slug.replace(/^pulp-calls-/, '') &&
        listAt(recording.request.body, 'uploads').length > 1,
    );
  }

  /**
   * Lets held tasks go and waits until nothing is under way; but for what they started and what is going to be looked at
   * while it runs.
   */
  async #release(at: number): Promise<void> {
    const held = this.#heldLabel;
    const next = held === null ? null : nextRunningLabel(this.#recordings, at);
    if (next === null && held !== null) await this.#driver.control('POST /tasks/release');
    if (next !== null && next !== held) {
      await this.#driver.control('POST /tasks/hold', { label: next, step: heldStepOf(next) });
    }
    this.#heldLabel = next;
    await this.#driver.settle(next);
  }
}

/** An exchange that was recorded between a held task's start and its end. */
function isWhileHeld({ response }: RecordedExchange): boolean {
  return JSON.stringify(response.body).includes('has pending tasks in associated content views');
}

/**
 * Of twins it is chance which one tells of its version, and which check the later one fails first; and they share one
 * content in the stub behind Katello.
 */
function isTwinsChance({ slug, response }: RecordedExchange, { place }: Difference): boolean {
  if (!slug.startsWith('parallel-')) return false;
  const isText = response.status === 422 && /^(message|displayMessage|errors\b.*)$/.test(place);
  return isText || /(^|\.)(version_href|content_label)$/.test(place);
}

/** The recording behind this one, if it is the same request sent at the same moment. */
function twinOf(first: Recording, second: Recording | undefined): RecordedExchange | null {
  if (first.kind !== 'exchange' || second?.kind !== 'exchange' || first.slug !== second.slug) return null;
  return JSON.stringify(first.request) === JSON.stringify(second.request) ? second : null;
}

function compareHeaders(recorded: Readonly<Record<string, string | null>>, { headers }: WireAnswer): Difference[] {
  return ['Foreman_version', 'Foreman_current_organization', 'Set-Cookie', 'Content-Type'].flatMap((name) => {
    const [want, have] = [recorded[name], headers[name.toLowerCase()]];
    const wanted = want === undefined || want === null ? 'none' : masked(want);
    const given = have === undefined ? 'none' : masked([have].flat().join('; '));
    return wanted === given ? [] : [{ place: `header ${name}`, what: `${wanted} became ${given}` }];
  });
}

/** Session ids are random, and Foreman's version is that of whatever the recorders had. */
function masked(text: string): string {
  return text.replace(/_session_id=[^;]*/, '_session_id=…').replace(/^\d+\.\d+\S*$/, '<version>');
}

function verdictOf(differences: readonly Difference[]): Verdict {
  return differences.length === 0 ? { kind: 'same' } : { kind: 'different', differences };
}
