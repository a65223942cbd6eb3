/** Trouble on demand: what the control port switches on, and where the rooms ask. */
import { ConnectionRefused } from '../pulp/refusal.ts';
import type { Task } from '../state/rows.ts';
import { StepError } from '../tasks/step-error.ts';

/** An answer that stands in front of the real one. */
export interface AnswerFault {
  /** left out: any */
  readonly method?: string | undefined;
  /** beginning of the path */
  readonly path: string;
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** how many requests get it */
  times: number;
  /** carry the request out first, then lose its answer */
  readonly after: boolean;
}

export type CandlepinState = 'ok' | 'down' | 'failing';

export interface Faults {
  /** The answer to put in place of the real one, counted down; null when there is none. */
  takeAnswer(method: string, path: string): AnswerFault | null;
  addAnswer(fault: AnswerFault): void;
  /** `down`: refuses connections, planning fails; `failing`: answers errors, steps fail. */
  setCandlepin(state: CandlepinState): void;
  /** @throws ConnectionRefused */
  checkCandlepinAnswers(): void;
  /** @throws StepError when Candlepin is failing */
  runCandlepin(): void;
  /** Tasks whose label contains the text wait before each step that contains the other one, until released or another hold. */
  holdTasks(label: string, step: string): void;
  releaseTasks(): void;
  gate(task: Task, step: string, signal: AbortSignal): Promise<void>;
  /** Tasks stay in planning until released: what two requests do at one moment can be seen at leisure. */
  holdPlanning(): void;
  releasePlanning(): void;
  planningGate(signal: AbortSignal): Promise<void>;
  reset(): void;
}

export function createFaults(): Faults {
  let answers: AnswerFault[] = [];
  let candlepin: CandlepinState = 'ok';
  let held: { label: string; step: string } | null = null;
  const waiting: (() => void)[] = [];
  let isPlanningHeld = false;
  const planning: (() => void)[] = [];

  function releasePlanning(): void {
    isPlanningHeld = false;
    for (const go of planning.splice(0)) go();
  }

  function release(): void {
    held = null;
    for (const go of waiting.splice(0)) go();
  }

  return {
    takeAnswer(method, path) {
      const fault = answers.find(
        (candidate) => (candidate.method ?? method) === method && path.startsWith(candidate.path),
      );
      if (fault === undefined) return null;
      fault.times -= 1;
      if (fault.times <= 0) answers = answers.filter((candidate) => candidate !== fault);
      return fault;
    },
    addAnswer(fault) {
      answers.push(fault);
    },
    setCandlepin(state) {
      candlepin = state;
    },
    checkCandlepinAnswers() {
      if (candlepin === 'down') throw new ConnectionRefused('candlepin.example.com', null);
    },
    runCandlepin() {
      if (candlepin !== 'ok') {
        throw new StepError('Katello::Errors::CandlepinError', 'Runtime Error stub failure at org.candlepin');
      }
    },
    holdTasks(label, step) {
      held = { label, step };
      // what another hold kept goes on
      for (const go of waiting.splice(0)) go();
    },
    releaseTasks: release,
    async gate(task, step, signal) {
      if (held === null || !task.label.includes(held.label) || !step.includes(held.step)) return;
      await parked(waiting, signal);
    },
    holdPlanning() {
      isPlanningHeld = true;
    },
    releasePlanning,
    async planningGate(signal) {
      if (isPlanningHeld) await parked(planning, signal);
    },
    reset() {
      answers = [];
      candlepin = 'ok';
      release();
      releasePlanning();
    },
  };
}

/** Waits to be let go, or for the end. */
function parked(places: (() => void)[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    places.push(resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
