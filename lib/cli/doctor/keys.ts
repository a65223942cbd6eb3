/**
 * Check of the key pair of the tokens: do the two fit, and is each open to those who read it, and to nobody else.
 */
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../../config.ts';
import { describePublicKey, hasKeys, privateKeyFile, publicKeyFile } from '../../front/keys.ts';
import { describeError } from '../../log.ts';
import { type Check, fail, ok, warn } from './finding.ts';

const OTHERS = 0o077;
const OTHERS_READ = 0o004;
const OTHERS_PASS = 0o001;

type KeyConfig = Pick<Config, 'stateDir' | 'token' | 'roles'>;

/** PEM of the key that signs; null while there is none. @throws Error that says what to do about a key of no use */
export async function readTokenKey({ stateDir, token }: KeyConfig): Promise<string | null> {
  if (token.key) return token.key.reveal(); // looked at by the configuration
  if (!(await hasKeys(stateDir))) return null;

  const file = privateKeyFile(stateDir);
  const pem = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(`${describeError(error)}. Run this as kpr or root.`);
  });
  try {
    describePublicKey(pem);
    return pem;
  } catch {
    throw new Error(`${file} holds no private key on P-256. kpr keys rotate`);
  }
}

/** Says what to do where the pair does not fit, or is open or closed to the wrong ones. */
export function checkKeys(config: KeyConfig): Check {
  return async () => {
    const { stateDir, token, roles } = config;
    if (!roles.includes('front')) return ok('this daemon is no front');
    const pem = await readTokenKey(config);
    if (pem === null) return warn(`${privateKeyFile(stateDir)} is not there yet. kpr serve makes it.`);

    const expected = describePublicKey(pem);
    const file = publicKeyFile(stateDir);
    const published = await readFile(file, 'utf8').catch(() => null);
    if (published === null) return fail(`${file} cannot be read. Restart kpr, which writes it.`);
    if (published !== expected)
      return fail(`${file} does not belong to the private key. Restart kpr, which writes it.`);
    const closed = (token.key ? null : await findOpenKey(privateKeyFile(stateDir))) ?? (await findClosedPath(file));
    return closed ?? ok(`${file} belongs to the private key, and Pulp's user can read it`);
  };
}

async function findOpenKey(file: string) {
  const { mode } = await stat(file);
  return mode & OTHERS ? fail(`${file} is open to others (${octal(mode)}). chmod 600 ${file}, kpr keys rotate`) : null;
}

/** As far as can be told: a group or an access list may let Pulp's user in all the same. */
async function findClosedPath(file: string) {
  const { mode } = await stat(file);
  if (!(mode & OTHERS_READ)) return fail(`Pulp's user cannot read ${file} (${octal(mode)}). chmod 644 ${file}`);

  for (let dir = dirname(file); ; dir = dirname(dir)) {
    const found = await stat(dir);
    if (!(found.mode & OTHERS_PASS)) {
      return fail(`Pulp's user cannot reach ${file}: ${dir} is closed (${octal(found.mode)}). chmod o+x ${dir}`);
    }
    if (dir === dirname(dir)) return null;
  }
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8);
}
