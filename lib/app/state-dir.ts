/**
 * The directory of everything that a daemon keeps on its machine. Pulp's user passes through it to the public key, but
 * may not look around; all else in it is for its owner only.
 */
import { chmod, mkdir, stat } from 'node:fs/promises';
import { ConfigError } from '../errors.ts';

/** Others pass through, but may not list. */
export const STATE_DIR_MODE = 0o711;

const OTHERS = 0o077;

/**
 * Makes it, or opens a private one so far. One that is wider open was made so by somebody: it is left as it is.
 *
 * @throws E_CONFIG when it cannot be made
 */
export async function openStateDir(dir: string): Promise<void> {
  try {
    const isNew = (await mkdir(dir, { recursive: true, mode: STATE_DIR_MODE })) !== undefined;
    const { mode, uid } = await stat(dir);
    const isOurs = uid === process.getuid?.();
    if (isNew || (isOurs && (mode & OTHERS) === 0)) await chmod(dir, STATE_DIR_MODE); // whatever the umask is
  } catch (error) {
    throw new ConfigError(`KPR_STATE_DIR: ${dir} cannot be made`, { cause: error });
  }
}
