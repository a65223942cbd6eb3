/**
 * Reading the configuration again while the daemon runs (SIGHUP): what can be taken over is, the rest is named.
 */
import { compareEnvironments } from '../config/changes.ts';
import { type Environment, loadConfig } from '../config.ts';
import { errorFields, type Logger, type LogLevel } from '../log.ts';

export interface ReloadDeps {
  /** what the daemon was started with */
  readonly env: Environment;
  /** The same sources as they are now. May fail. */
  readonly read: () => Environment;
  readonly setLogLevel: (level: LogLevel) => void;
  readonly log: Logger;
}

/** Answers what to call for a reload. It never fails: what is wrong is logged as an error, and changes nothing. */
export function createReload({ env, read, setLogLevel, log }: ReloadDeps): () => void {
  let running = env;
  return () => {
    try {
      const found = read();
      const { logLevel } = loadConfig(found);
      const { takenOver, needRestart } = compareEnvironments(running, found);
      running = { ...running, ...Object.fromEntries(takenOver.map((name) => [name, found[name]])) };
      setLogLevel(logLevel);
      if (needRestart.length === 0) log.info('configuration read again', { takenOver });
      else log.warn('configuration read again: some of it waits for a restart', { takenOver, needRestart });
    } catch (error) {
      log.error('configuration is wrong: nothing of it was taken over', errorFields(error));
    }
  };
}
