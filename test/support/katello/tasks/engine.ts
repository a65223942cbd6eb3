/**
 * Runs tasks like Dynflow: planned while the request waits, then run in steps. A step that is done is remembered with
 * its result, so that a resumed task, or one that a restart interrupted, goes on behind it.
 */

import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { z } from 'zod';
import type { Latency } from '../latency.ts';
import { getById } from '../state/find.ts';
import type { Task, TaskLink, User } from '../state/rows.ts';
import type { Store } from '../state/store.ts';
import { releaseLocks, takeLocks } from './locks.ts';
import { PlanningRefused } from './planning-refused.ts';
import { StepError } from './step-error.ts';

/** What an action's `run` gets. */
export interface Run {
  readonly task: Task;
  /** who started it */
  readonly user: User;
  readonly signal: AbortSignal;
  /** Carries a step out, once in the life of the task. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Notes a failed step that the task survives (rescue strategy Skip): it will end in `warning`. */
  skip(error: unknown): void;
}

export interface Action {
  readonly label: string;
  /** carries the task out; a thrown error pauses it */
  run(run: Run): Promise<void>;
}

/** What a new task is about. */
export interface TaskRequest {
  readonly action: Action;
  readonly user: User;
  readonly requestId: string;
  readonly organizationId: number | null;
  /** `Upload into` */
  readonly verb: string;
  readonly subjects: Subjects;
  readonly input: Record<string, unknown>;
  readonly plan: Record<string, unknown>;
  readonly links: readonly TaskLink[];
  readonly locks: readonly TaskLink[];
  readonly parentTaskId?: string;
  /** runs while the task is planned and its locks are held; what it throws ends the task before it began */
  readonly whilePlanning?: (task: Task) => Promise<void> | void;
  /** planned outside of a transaction: a refusal leaves the links behind */
  readonly survivesPlanning?: boolean;
  /** runs when the planning's transaction is committed */
  readonly onPlanned?: () => void;
}

/** How a task names what it is about. */
export interface Subjects {
  /** `repository 'app'; product 'Container Images'; organization 'ACME'` */
  readonly sentence: string;
  readonly humanizedInput: unknown;
  readonly input: Record<string, unknown>;
}

export interface TaskEngine {
  /** Plans a task and starts it. @throws LockConflict, and whatever `whilePlanning` throws */
  start(request: TaskRequest): Promise<Task>;
  /** Waits until the task is stopped or paused. False when the time is over first. */
  wait(task: Task, timeoutMs: number): Promise<boolean>;
  /** Runs a paused task again. */
  resume(task: Task): void;
  /** Takes up the tasks that the last process left unfinished. */
  recover(): void;
  /** Gives unfinished tasks up where they are and waits for what runs. */
  stop(): Promise<void>;
  /** Forgets what runs, without a trace in the world. */
  abandon(): Promise<void>;
}

interface EngineDeps {
  readonly store: Store;
  readonly actions: readonly Action[];
  readonly latency: Latency;
  readonly now: () => Date;
  readonly foremanUrl: string;
  /** awaited before each step: a way to hold tasks back, and to make steps fail */
  readonly beforeStep: (task: Task, step: string, signal: AbortSignal) => Promise<void>;
  /** awaited at the end of planning, with the locks held */
  readonly beforePlanned: (signal: AbortSignal) => Promise<void>;
}

export function createTaskEngine(deps: EngineDeps): TaskEngine {
  const { store, latency, now } = deps;
  const running = new Map<string, Promise<void>>();
  let controller = createController();

  async function carryOut(task: Task): Promise<void> {
    const { signal } = controller;
    const action = deps.actions.find(({ label }) => label === task.label);
    try {
      await latency.step(signal);
      task.state = 'running';
      store.changed();
      if (action === undefined) throw new StepError('NameError', `uninitialized constant ${task.label}`);
      await action.run(runOf(task, signal));
      finish(task, task.errors.length === 0 ? 'success' : 'warning');
    } catch (error) {
      if (!signal.aborted) pause(task, error);
    }
  }

  function runOf(task: Task, signal: AbortSignal): Run {
    return {
      task,
      user: getById(store.world.users, task.userId),
      signal,
      async step<T>(name: string, work: () => Promise<T>): Promise<T> {
        if (Object.hasOwn(task.doneSteps, name)) return z.custom<T>().parse(task.doneSteps[name]);
        await deps.beforeStep(task, name, signal);
        await latency.step(signal);
        const result = await work();
        signal.throwIfAborted();
        task.doneSteps[name] = result ?? null;
        store.changed();
        return result;
      },
      skip(error) {
        if (!signal.aborted) note(task, error);
      },
    };
  }

  function finish(task: Task, result: Task['result']): void {
    end(task);
    task.state = 'stopped';
    task.result = result;
    task.progress = 1;
    // nobody runs it again
    task.doneSteps = {};
    releaseLocks(store.world, task.id);
    store.changed();
  }

  function end(task: Task): void {
    const endedAt = now();
    task.endedAt = endedAt.toISOString();
    task.durationMs = endedAt.getTime() - Date.parse(task.startedAt);
  }

  function pause(task: Task, error: unknown): void {
    note(task, error);
    task.state = 'paused';
    task.result = 'error';
    task.progress = 0.5;
    store.changed();
  }

  function launch(task: Task): void {
    const done = carryOut(task).finally(() => running.delete(task.id));
    running.set(task.id, done);
  }

  return {
    async start(request) {
      const { world } = store;
      const task = createTask(request, now());
      world.tasks.push(task);
      try {
        takeLocks(world, task, request.locks, deps.foremanUrl);
        await request.whilePlanning?.(task);
        await latency.plan(controller.signal);
        await deps.beforePlanned(controller.signal);
      } catch (error) {
        if (request.survivesPlanning !== true) task.links = [];
        // the failure shows twice: as the step's and as the task's
        note(task, error);
        note(task, error);
        finish(task, 'error');
        if (error instanceof PlanningRefused) task.progress = 0;
        throw error;
      }
      request.onPlanned?.();
      task.state = 'planned';
      store.changed();
      launch(task);
      return task;
    },
    async wait(task, timeoutMs) {
      const timer = new AbortController();
      const timeout = waitFor(timeoutMs, AbortSignal.any([timer.signal, controller.signal]));
      await Promise.race([running.get(task.id), timeout]);
      timer.abort();
      return task.state === 'stopped' || task.state === 'paused';
    },
    resume(task) {
      task.errors = [];
      task.errorClasses = [];
      task.state = 'running';
      task.result = 'pending';
      launch(task);
    },
    recover() {
      for (const task of store.world.tasks) {
        if (task.state === 'planning') finish(task, 'error');
        else if (task.state === 'planned' || task.state === 'running') launch(task);
      }
    },
    async stop() {
      controller.abort();
      await Promise.allSettled(running.values());
    },
    async abandon() {
      controller.abort();
      await Promise.allSettled(running.values());
      controller = createController();
    },
  };
}

/** Whatever tasks wait for listens to the one signal: any number of listeners. */
function createController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

function createTask(request: TaskRequest, now: Date): Task {
  const { action, user, subjects } = request;
  return {
    id: randomUUID(),
    label: action.label,
    action: `${request.verb} ${subjects.sentence}`.trim(),
    userId: user.id,
    isJob: false,
    startedAt: now.toISOString(),
    endedAt: null,
    state: 'planning',
    result: 'pending',
    progress: 0,
    input: {
      ...subjects.input,
      ...request.input,
      current_request_id: request.requestId,
      current_timezone: 'UTC',
      current_organization_id: request.organizationId,
      current_location_id: null,
      current_user_id: user.id,
    },
    output: {},
    humanizedAction: request.verb,
    humanizedInput: subjects.humanizedInput,
    humanizedOutput: '',
    errors: [],
    errorClasses: [],
    links: [...request.links],
    parentTaskId: request.parentTaskId ?? null,
    externalId: randomUUID(),
    durationMs: null,
    plan: { ...request.plan, requestId: request.requestId },
    doneSteps: {},
  };
}

function note(task: Task, error: unknown): void {
  task.errors.push(error instanceof Error ? error.message : String(error));
  task.errorClasses.push(error instanceof StepError ? error.className : 'RuntimeError');
}

function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
