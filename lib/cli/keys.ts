/**
 * Verbs about the key pair of the tokens: keys generate, keys rotate, keys show.
 */
import { readFile } from 'node:fs/promises';
import { openStateDir } from '../app/state-dir.ts';
import { type Environment, type KeyConfig, loadKeyConfig } from '../config.ts';
import { ConfigError } from '../errors.ts';
import { describePublicKey, generateKeys, hasKeys, privateKeyFile, publicKeyFile, rotateKeys } from '../front/keys.ts';
import { pulpSettings } from '../front/pulp-settings.ts';
import { describeError } from '../log.ts';
import { confirm } from './confirm.ts';
import { CliError, EXIT } from './exit.ts';
import { type CommonOptions, DRY_RUN, type Io, printJson, printLines } from './terminal.ts';

/** @throws CliError refused where there is a key already; E_CONFIG */
export async function generateKeysVerb(io: Io, env: Environment, options: CommonOptions): Promise<void> {
  const config = loadKeyConfig(env);
  refuseGivenKey(config);
  const { stateDir } = config;
  if (await hasKeys(stateDir)) {
    const message = `${privateKeyFile(stateDir)} is there already`;
    throw new CliError(EXIT.refused, 'keys-exist', message, 'kpr keys rotate replaces it');
  }
  if (!options.dryRun) {
    await openStateDir(stateDir);
    await generateKeys(stateDir);
  }
  tell(io, stateDir, options);
}

/** @throws CliError not-found without a key, usage or declined without a yes; E_CONFIG */
export async function rotateKeysVerb(io: Io, env: Environment, options: CommonOptions): Promise<void> {
  const config = loadKeyConfig(env);
  refuseGivenKey(config);
  const { stateDir } = config;
  if (!(await hasKeys(stateDir))) throw noKey(stateDir);
  await confirm(io, 'Every token ends at once, and pushes under way break.', options);
  if (!options.dryRun) await rotateKeys(stateDir);
  tell(io, stateDir, options);
}

/** @throws CliError not-found without a key; E_CONFIG */
export async function showKeysVerb(io: Io, env: Environment, { output, quiet }: CommonOptions): Promise<void> {
  const config = loadKeyConfig(env);
  if (!config.publicUrl) throw new ConfigError('KPR_PUBLIC_URL: is required');
  const publicKey = describePublicKey(await readPrivateKey(config));
  const settings = pulpSettings(config.publicUrl, config.stateDir);
  if (output === 'json') return printJson(io, { publicKey, settings });
  if (quiet) return;
  printLines(io, [
    ...publicKey.trimEnd().split('\n'),
    '',
    '# in the environment of the second pulpcore-api (kpr-pulp-push.service)',
    ...Object.entries<string | number | boolean>({ ...settings }).map(
      ([name, value]) => `PULP_${name}=${showSetting(value)}`,
    ),
  ]);
}

function tell(io: Io, stateDir: string, { output, quiet, dryRun }: CommonOptions): void {
  const made = { privateKeyFile: privateKeyFile(stateDir), publicKeyFile: publicKeyFile(stateDir), dryRun };
  if (output === 'json') return printJson(io, made);
  if (quiet) return;
  printLines(io, [`new private key  ${made.privateKeyFile}`, `new public key   ${made.publicKeyFile}`]);
  if (dryRun) printLines(io, [DRY_RUN]);
}

async function readPrivateKey({ key, stateDir }: KeyConfig): Promise<string> {
  if (key) return key.reveal();
  if (!(await hasKeys(stateDir))) throw noKey(stateDir);
  const file = privateKeyFile(stateDir);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CliError(EXIT.refused, 'permission', describeError(error), 'run it as kpr or root');
  }
}

/** Replacing a file that nobody reads would help nobody. */
function refuseGivenKey({ key }: KeyConfig): void {
  if (!key) return;
  const hint = 'put a new one where that variable takes it from; the daemon follows a changed file';
  throw new CliError(EXIT.refused, 'key-given', 'the key comes from KPR_TOKEN_KEY', hint);
}

function noKey(stateDir: string): CliError {
  return new CliError(EXIT.notFound, 'not-found', `${privateKeyFile(stateDir)} is not there`, 'kpr keys generate');
}

/** As Pulp reads booleans. */
function showSetting(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);
}
