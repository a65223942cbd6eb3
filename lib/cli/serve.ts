/**
 * The verb that is the daemon.
 */
import { once } from 'node:events';
import { createReload } from '../app/reload.ts';
import { createApp } from '../app.ts';
import { type Environment, loadConfig } from '../config.ts';
import { isAbort } from '../errors.ts';
import { createLogger, errorFields } from '../log.ts';

/** Runs until aborted. @param read asked again at each SIGHUP @throws what the daemon cannot start or go on with */
export async function serve(read: () => Environment, version: string, signal: AbortSignal): Promise<void> {
  const env = read();
  const config = loadConfig(env);
  process.umask(0o077); // whatever it makes is for its owner only, unless it says otherwise
  const secrets = () => config.secrets.map((secret) => secret.reveal());
  const log = createLogger({ level: config.logLevel, secrets });
  const reload = createReload({ env, read, setLogLevel: (level) => log.setLevel(level), log });
  process.on('SIGHUP', reload);
  const app = createApp(config, { version, log });
  const stopped = signal.aborted ? Promise.resolve() : once(signal, 'abort').then(() => undefined);
  const started = app.start();
  started.catch(() => undefined); // seen below, unless it was stopped before
  try {
    await Promise.race([started, stopped]);
    const failure = await Promise.race([app.failed, stopped]);
    if (failure) throw failure;
  } catch (error) {
    if (!isAbort(error)) log.error('cannot go on', errorFields(error));
    throw error;
  } finally {
    await app.stop();
    process.off('SIGHUP', reload);
  }
}
