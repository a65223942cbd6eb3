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
  /** 0: the connection is cut */
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** how many requests get it */
  times: number;
  /** carry the request out first, then lose its answer */
  readonly after: boolean;
}

/** A step that fails: an import ends in `warning`, anything else pauses and keeps its lock. */
export interface StepFault {
  /** part of the task's label */
  readonly label: string;
  /** part of the step's name; empty: any */
  readonly step: string;
  readonly className: string;
  readonly message: string;
  times: number;
}

export type CandlepinState = 'ok' | 'down' | 'failing';

export interface Faults {
  addAnswer(fault: AnswerFault): void;
  /** The answer to put in place of the real one, counted down; null when there is none. */
  takeAnswer(method: string, path: string): AnswerFault | null;
  addStep(fault: StepFault): void;
  /** @throws StepError when the step is to fail */
  checkStep(task: Task, step: string): void;
  /** `down`: refuses connections, planning fails; `failing`: answers errors, steps fail. */
  setCandlepin(state: CandlepinState): void;
  /** @throws ConnectionRefused */
  checkCandlepinAnswers(): void;
  /** @throws StepError when Candlepin is failing */
  runCandlepin(): void;
  reset(): void;
}

export function createFaults(): Faults {
  let answers: AnswerFault[] = [];
  let steps: StepFault[] = [];
  let candlepin: CandlepinState = 'ok';

  return {
    addAnswer(fault) {
      answers.push(fault);
    },
    takeAnswer(method, path) {
      const fault = answers.find((one) => (one.method ?? method) === method && path.startsWith(one.path));
      if (fault === undefined) return null;
      fault.times -= 1;
      answers = answers.filter((one) => one.times > 0);
      return fault;
    },
    addStep(fault) {
      steps.push(fault);
    },
    checkStep(task, step) {
      const fault = steps.find((one) => task.label.includes(one.label) && step.includes(one.step));
      if (fault === undefined) return;
      fault.times -= 1;
      steps = steps.filter((one) => one.times > 0);
      throw new StepError(fault.className, fault.message);
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
    reset() {
      answers = [];
      steps = [];
      candlepin = 'ok';
    },
  };
}
