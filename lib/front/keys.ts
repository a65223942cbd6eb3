/**
 * The key pair of the tokens, as two files: the private key for us alone, the public one for Pulp, which reads it at each
 * request (`PUBLIC_KEY_PATH`), so that a new pair works at once.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { access, link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigError } from '../errors.ts';

const PRIVATE = { name: 'token.key', mode: 0o600 };
const PUBLIC = { name: 'token.pub', mode: 0o644 };

/** Where the private key of a state directory is. */
export function privateKeyFile(stateDir: string): string {
  return join(stateDir, PRIVATE.name);
}

/** Where Pulp finds the public key: its PUBLIC_KEY_PATH. */
export function publicKeyFile(stateDir: string): string {
  return join(stateDir, PUBLIC.name);
}

/** True once there is a private key, readable or not. */
export function hasKeys(stateDir: string): Promise<boolean> {
  return access(privateKeyFile(stateDir)).then(
    () => true,
    () => false,
  );
}

/** Makes a first pair. @throws E_CONFIG when there is one, or the directory cannot be written to */
export async function generateKeys(stateDir: string): Promise<void> {
  const file = privateKeyFile(stateDir);
  const pem = newPrivateKey();
  await writing(stateDir, async () => {
    const temporary = await writeTemporary(file, pem, PRIVATE.mode);
    try {
      await link(temporary, file); // unlike a rename, it never replaces
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
        throw new ConfigError(`${file} is there already: kpr keys rotate replaces it`);
      }
      throw error;
    } finally {
      await rm(temporary, { force: true });
    }
    await replace(publicKeyFile(stateDir), describePublicKey(pem), PUBLIC.mode);
  });
}

/**
 * Replaces the pair. Every token of the old one ends now, and with it the pushes under way. A crash leaves the old pair or
 * the new private key, whose public one the daemon publishes as soon as it reads it.
 *
 * @throws E_CONFIG
 */
export async function rotateKeys(stateDir: string): Promise<void> {
  const [file, publicFile] = [privateKeyFile(stateDir), publicKeyFile(stateDir)];
  const pem = newPrivateKey();
  await writing(stateDir, async () => {
    const temporary = await writeTemporary(file, pem, PRIVATE.mode);
    const publicTemporary = await writeTemporary(publicFile, describePublicKey(pem), PUBLIC.mode);
    await rename(temporary, file);
    await rename(publicTemporary, publicFile);
  });
}

/**
 * Puts the public key where Pulp reads it, for a private key that was given otherwise, or after the file was lost.
 *
 * @throws E_CONFIG when it cannot be written
 */
export async function publishPublicKey(stateDir: string, privatePem: string): Promise<void> {
  const file = publicKeyFile(stateDir);
  const pem = describePublicKey(privatePem);
  if ((await readFile(file, 'utf8').catch(() => null)) === pem) return;
  await writing(stateDir, () => replace(file, pem, PUBLIC.mode));
}

/** PEM of the public key of a private one. @throws E_CONFIG for anything but a private key on P-256 */
export function describePublicKey(privatePem: string): string {
  try {
    const key = createPrivateKey(privatePem);
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') {
      return createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
    }
  } catch {
    // its message may show what the file holds
  }
  throw new ConfigError('the token key must be a private key on P-256, as PEM');
}

function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** A reader finds the old file or the new one, whole, at any time. */
async function replace(file: string, text: string, mode: number): Promise<void> {
  await rename(await writeTemporary(file, text, mode), file);
}

async function writeTemporary(file: string, text: string, mode: number): Promise<string> {
  const temporary = `${file}.${randomUUID()}`;
  const handle = await open(temporary, 'wx', mode);
  try {
    await handle.chmod(mode); // whatever the umask is
    const { uid, gid } = await stat(dirname(file));
    if (process.getuid?.() === 0) await handle.chown(uid, gid); // of the daemon, though root writes it
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return temporary;
}

async function writing(stateDir: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`the keys in ${stateDir} cannot be written`, { cause: error });
  }
}
