/**
 * The verb that says what is wrong with an installation. Writes nothing anywhere.
 */
import { createClients } from '../clients.ts';
import { type Config, describeConfig, type Environment, loadConfig } from '../config.ts';
import { ConfigError } from '../errors.ts';
import { showHidden } from '../hidden.ts';
import { readVersion } from '../version.ts';
import { colourOf, createPaint } from './colour.ts';
import { checkClock } from './doctor/clock.ts';
import { type Check, carryOut, type Finding } from './doctor/finding.ts';
import { checkKatello, checkKatelloRights, checkOrganizations, checkOrphanCleanup } from './doctor/katello.ts';
import { checkKeys } from './doctor/keys.ts';
import { checkRedis, checkStateDir } from './doctor/local.ts';
import { checkNativePush } from './doctor/native-push.ts';
import { checkProxies } from './doctor/proxies.ts';
import { checkPulp, checkPulpRights } from './doctor/pulp.ts';
import { checkRegistry } from './doctor/registry.ts';
import { checkWebServer } from './doctor/web-server.ts';
import { CliError, EXIT } from './exit.ts';
import { type CommonOptions, type Io, printJson } from './terminal.ts';

/** @throws CliError when a check fails; everything else is asked all the same */
export async function doctorVerb(io: Io, env: Environment, { output, quiet }: CommonOptions): Promise<void> {
  const findings: Finding[] = [];
  const report = (finding: Finding) => {
    findings.push(finding);
    if (output === 'table' && !quiet) printFinding(io, finding);
  };
  await examine(io, env, report);
  if (output === 'json') printJson(io, findings);
  const failed = findings.filter(({ result }) => result === 'FAIL').length;
  if (failed > 0) throw new CliError(EXIT.failed, 'doctor', `${failed} of ${findings.length} checks failed`);
}

async function examine({ signal }: Io, env: Environment, report: (finding: Finding) => void): Promise<void> {
  const config = readConfig(env, report);
  if (!config) return;
  for (const [name, check] of checksOf(config, signal)) {
    report(await carryOut(name, check));
    signal.throwIfAborted();
  }
}

function readConfig(env: Environment, report: (finding: Finding) => void): Config | null {
  try {
    const config = loadConfig(env);
    const set = describeConfig(env).filter(({ isDefault }) => !isDefault).length;
    report({ check: 'config', result: 'ok', message: `${set} variables are set` });
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const message of error.message.split('\n')) report({ check: 'config', result: 'FAIL', message });
    return null;
  }
}

function checksOf(config: Config, signal: AbortSignal): [name: string, check: Check][] {
  const clients = createClients(config, { version: readVersion(), maxRetries: 0 });
  const { pulp, katello } = clients;
  return [
    ['state-dir', checkStateDir(config)],
    ['redis', checkRedis(config)],
    ['keys', checkKeys(config)],
    ['clock', checkClock(config, signal)],
    ['pulp', checkPulp(pulp, signal)],
    ['pulp-rights', checkPulpRights(pulp, config, signal)],
    ['katello', checkKatello(katello, signal)],
    ['katello-rights', checkKatelloRights(clients, config, signal)],
    ['organizations', checkOrganizations(katello, signal)],
    ['native-push', checkNativePush(katello, config, signal)],
    ['orphan-cleanup', checkOrphanCleanup(katello, config, signal)],
    ['registry', checkRegistry(config, signal)],
    ['web-server', checkWebServer(config, signal)],
    ['proxies', checkProxies(clients, config, signal)],
  ];
}

function printFinding(io: Io, { check, result, message }: Finding): void {
  const paint = createPaint(io, io.stdout);
  io.stdout.write(`${paint(result.padEnd(4), colourOf(result))}  ${check.padEnd(14)}  ${showHidden(message)}\n`);
}
