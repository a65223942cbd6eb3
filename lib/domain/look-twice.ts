/** A look at remembered rows that is not believed when it says no. */
import { RefusedError } from '../errors.ts';

/**
 * What `look` answers. What it misses may have been made a moment ago, so a refusal counts only if it is repeated after
 * `refresh`, which forgets what was remembered.
 *
 * @throws E_REFUSED of the second look; whatever else `look` and `refresh` throw
 */
export async function lookTwice<T>(look: () => Promise<T>, refresh: () => Promise<void> | void): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    await refresh();
    return look();
  }
}
