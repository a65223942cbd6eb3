/**
 * What differs between two environments, and what a running daemon can do about it. Pure.
 */
import { DEFAULTS, isSecretName, VARIABLE_NAMES } from './variables.ts';

/** Names of variables, in the order of the code. */
export interface Changes {
  /** work at once */
  readonly takenOver: readonly string[];
  /** wait for the next start */
  readonly needRestart: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What is read while the daemon runs. Secrets and certificates in files are followed anyway, without a word from here. */
const TAKEN_OVER = ['KPR_LOG_LEVEL'];
/** Of the command line only. */
const OF_NO_DAEMON = ['KPR_URL', 'KPR_LOGIN', 'KPR_PASSWORD'];

/** Compares the values in force: an empty variable counts as not set, and a default as set. */
export function compareEnvironments(before: Environment, after: Environment): Changes {
  const isChanged = (name: string) => (before[name] || DEFAULTS[name] || '') !== (after[name] || DEFAULTS[name] || '');
  const changed = VARIABLE_NAMES.filter((name) => !OF_NO_DAEMON.includes(name))
    .flatMap((name) => (isSecretName(name) ? [name, `${name}_FILE`] : [name]))
    .filter(isChanged);
  return {
    takenOver: changed.filter((name) => TAKEN_OVER.includes(name)),
    needRestart: changed.filter((name) => !TAKEN_OVER.includes(name)),
  };
}
