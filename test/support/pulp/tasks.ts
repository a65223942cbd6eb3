/**
 * Pulp's tasks: one after the other on a repository, immediate ones inside the request when nothing older holds it.
 * Workers take a task through its states one step at a time, so that a client has to poll.
 */
import { type Created, createId, type State, type Task } from './state.ts';

/** Name of the task that a manifest PUT with a tag makes (pulp_container 2.26 and later). */
export const PUSH_TASK = 'pulp_container.app.tasks.download_image_data.aadd_and_remove';

export interface TaskOrder {
  readonly name: string;
  /** PRNs that no other task may hold meanwhile */
  readonly exclusive: readonly string[];
  /** PRNs that no other task may hold exclusively meanwhile */
  readonly shared?: readonly string[];
  readonly correlationId: string;
  /** runs at once, inside the request, unless something older holds its resources */
  readonly isImmediate?: boolean;
  /** does the work and names what it made */
  readonly run: () => Created[];
}

export interface TaskQueue {
  dispatch(order: TaskOrder): Task;
  /** Stops all workers, as SIGSTOP does: what needs one waits. Immediate tasks go on. */
  hold(): void;
  /** Lets the workers go on. */
  release(): void;
  /** True while the workers stand still. */
  isHeld(): boolean;
  /** Takes every task to its end now, unless the workers are held. */
  finishAll(): void;
  /** Asks an unfinished task to stop; answers false when it has ended already. */
  cancel(task: Task): boolean;
  /** The next task of this name does its work, and yet ends failed. */
  failNext(name: string, error: (task: Task) => Record<string, string>): void;
  /** Forgets timers. */
  close(): void;
}

const FINAL: readonly string[] = ['completed', 'failed', 'canceled', 'skipped'];

export function isFinal(task: Task): boolean {
  return FINAL.includes(task.state);
}

/** @param stepMs time between two steps of a task, in milliseconds */
export function createTaskQueue(state: State, stepMs: number): TaskQueue {
  let isHeld = false;
  let timer: NodeJS.Timeout | undefined;
  let failing: { name: string; error: (task: Task) => Record<string, string> } | null = null;

  const schedule = () => {
    if (!isHeld && timer === undefined && hasUnfinished(state)) timer = setTimeout(tick, stepMs);
  };
  const tick = () => {
    timer = undefined;
    for (const task of state.tasks.values()) if (!isFinal(task)) step(state, task);
    schedule();
  };

  return {
    dispatch(order) {
      const task = createTask(state, order);
      state.tasks.set(task.id, task);
      if (order.isImmediate === true && !isBlocked(state, task)) finish(state, task);
      if (failing?.name === task.name) {
        task.state = 'failed';
        task.error = failing.error(task);
        failing = null;
      }
      schedule();
      return task;
    },
    hold() {
      isHeld = true;
      clearTimeout(timer);
      timer = undefined;
    },
    release() {
      isHeld = false;
      schedule();
    },
    isHeld: () => isHeld,
    finishAll() {
      if (isHeld) return;
      while (hasUnfinished(state)) for (const task of state.tasks.values()) if (!isFinal(task)) step(state, task);
    },
    cancel(task) {
      if (isFinal(task)) return false;
      task.state = 'canceling';
      schedule();
      return true;
    },
    failNext(name, error) {
      failing = { name, error };
    },
    close: () => clearTimeout(timer),
  };
}

function createTask(state: State, order: TaskOrder): Task {
  return {
    id: createId(),
    name: order.name,
    state: 'waiting',
    createdAt: state.now(),
    startedAt: null,
    finishedAt: null,
    correlationId: order.correlationId,
    exclusive: order.exclusive,
    shared: order.shared ?? [],
    created: [],
    error: null,
    run: order.run,
  };
}

function step(state: State, task: Task): void {
  if (task.state === 'canceling') {
    task.state = 'canceled';
    task.finishedAt = state.now();
  } else if (task.state === 'running') finish(state, task);
  else if (!isBlocked(state, task)) {
    task.state = 'running';
    task.startedAt = state.now();
  }
}

function finish(state: State, task: Task): void {
  task.startedAt ??= state.now();
  try {
    task.created = task.run();
    task.state = 'completed';
  } catch (error) {
    task.state = 'failed';
    task.error = { traceback: '', description: error instanceof Error ? error.message : String(error) };
  }
  task.finishedAt = state.now();
}

function isBlocked(state: State, task: Task): boolean {
  for (const older of state.tasks.values()) {
    if (older === task) return false;
    if (isFinal(older)) continue;
    if (older.exclusive.some((prn) => task.exclusive.includes(prn) || task.shared.includes(prn))) return true;
    if (older.shared.some((prn) => task.exclusive.includes(prn))) return true;
  }
  return false;
}

function hasUnfinished(state: State): boolean {
  return [...state.tasks.values()].some((task) => !isFinal(task));
}
