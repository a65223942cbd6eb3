/**
 * Where a secret comes from: NAME, NAME_FILE, or a systemd credential of its name in lower case without `kpr_`.
 */
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { createSecret, openSecret, type Secret } from './secret.ts';
import { SECRET_NAMES, SECRETS, type SecretName } from './variables.ts';

export type Secrets = ReadonlyMap<SecretName, Secret>;
type Environment = Readonly<Record<string, string | undefined>>;

/** Every secret that is given; what is wrong is added to `problems`, never with the value. */
export function loadSecrets(env: Environment, problems: string[]): Secrets {
  const secrets = new Map<SecretName, Secret>();
  for (const name of SECRET_NAMES) {
    const secret = loadSecret(name, env, problems);
    if (secret) secrets.set(name, secret);
  }
  return secrets;
}

/** Null when it is not given or unusable. */
export function loadSecret(name: SecretName, env: Environment, problems: string[]): Secret | null {
  const [source, second] = findSources(name, env);
  if (!source) return null;
  if (second) problems.push(`${name}: is given twice, by ${source.from} and ${second.from}`);

  const secret = openSource(source, problems);
  const [issue] = secret ? (SECRETS[name].safeParse(secret.reveal()).error?.issues ?? []) : [];
  if (issue) problems.push(`${source.from}: ${issue.message}`);
  return secret;
}

/** True if any of the three forms is there. */
export function isGiven(name: SecretName, env: Environment): boolean {
  return findSources(name, env).length > 0;
}

type Source = { from: string } & ({ value: string } | { file: string });

function findSources(name: SecretName, env: Environment): Source[] {
  const sources: Source[] = [];
  const value = env[name];
  if (value) sources.push({ from: name, value });
  const file = env[`${name}_FILE`];
  if (file) sources.push({ from: `${name}_FILE`, file });

  const credential = name.toLowerCase().replace(/^kpr_/, '');
  const credentialFile = join(env['CREDENTIALS_DIRECTORY'] ?? '', credential);
  if (env['CREDENTIALS_DIRECTORY'] && existsSync(credentialFile)) {
    sources.push({ from: `credential ${credential}`, file: credentialFile });
  }
  return sources;
}

function openSource(source: Source, problems: string[]): Secret | null {
  if ('value' in source) return createSecret(source.value);
  try {
    if (!isAbsolute(source.file)) throw new Error('relative');
    const secret = openSecret(source.file);
    if (secret.reveal() !== '') return secret;
    problems.push(`${source.from}: the file is empty`);
  } catch {
    problems.push(`${source.from}: must be the absolute path of a file that kpr can read`);
  }
  return null;
}
