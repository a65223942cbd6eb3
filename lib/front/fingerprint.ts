/** Keys for what is remembered of credentials: they tell nothing of them, not even after the memory was read. */
import { createHmac, randomBytes } from 'node:crypto';

/** Equal parts give equal texts, in this process only. */
export type Fingerprint = (...parts: readonly string[]) => string;

/** With a random key that no other process knows and nobody can ask for. */
export function createFingerprint(): Fingerprint {
  const key = randomBytes(32);
  return (...parts) => createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64');
}
