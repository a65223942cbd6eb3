/**
 * What happens by the clock: it adds jobs and asks for looks, and does no work itself.
 */
import { schedule as scheduleTask } from 'node-cron';
import { errorFields, type Logger } from '../lib/log.ts';

export interface Appointment {
  readonly name: string;
  /** five fields, or six with seconds first */
  readonly cron: string;
  readonly run: () => Promise<void>;
}

export interface Schedule {
  stop(): Promise<void>;
}

/** Keeps the appointments from now on. One that still runs is not begun again; one that fails is logged. */
export function startSchedule(appointments: readonly Appointment[], log: Logger): Schedule {
  const silent = { info() {}, warn() {}, error() {}, debug() {} };
  const tasks = appointments.map(({ name, cron, run }) => {
    const keep = async () => {
      try {
        await run();
      } catch (error) {
        log.debug('scheduled task failed', { task: name, ...errorFields(error) });
      }
    };
    return scheduleTask(cron, keep, { name, noOverlap: true, suppressMissedWarning: true, logger: silent });
  });
  return {
    stop: async () => {
      for (const task of tasks) await task.destroy();
    },
  };
}
