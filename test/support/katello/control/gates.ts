/** Places where work can be held back: what runs side by side can be looked at leisurely. */
import type { Task } from '../state/rows.ts';

export interface Gates {
  /** Tasks whose label contains the text wait before each step that contains the other, until released or held anew. */
  holdTasks(label: string, step: string): void;
  releaseTasks(): void;
  /** Awaited before each step. */
  passStep(task: Task, step: string, signal: AbortSignal): Promise<void>;
  /** Is the task waiting at such a place? */
  isParked(taskId: string): boolean;
  /** Tasks stay in planning until released. */
  holdPlanning(): void;
  releasePlanning(): void;
  /** Awaited at the end of planning. */
  passPlanning(signal: AbortSignal): Promise<void>;
}

export function createGates(): Gates {
  // one task can wait at several places: uploads are handled side by side
  let parked: { readonly taskId: string; readonly go: () => void }[] = [];
  const planning: (() => void)[] = [];
  let held: { label: string; step: string } | null = null;
  let isPlanningHeld = false;

  function letGo(): void {
    const waiting = parked;
    parked = [];
    for (const { go } of waiting) go();
  }

  return {
    holdTasks(label, step) {
      held = { label, step };
      letGo();
    },
    releaseTasks() {
      held = null;
      letGo();
    },
    async passStep(task, step, signal) {
      if (held === null || !task.label.includes(held.label) || !step.includes(held.step)) return;
      await untilCalled((go) => parked.push({ taskId: task.id, go }), signal);
    },
    isParked: (taskId) => parked.some((one) => one.taskId === taskId),
    holdPlanning() {
      isPlanningHeld = true;
    },
    releasePlanning() {
      isPlanningHeld = false;
      for (const go of planning.splice(0)) go();
    },
    async passPlanning(signal) {
      if (isPlanningHeld) await untilCalled((go) => planning.push(go), signal);
    },
  };
}

/** Waits to be let go, or for the end. */
function untilCalled(park: (go: () => void) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    park(resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
