/** How thorough the fault tests are, and which chance they take. */
import { randomInt } from 'node:crypto';

/** True for the long run, which `./scripts/test --long` asks for with `KPR_TEST_LONG=1`. */
export const isLong = process.env['KPR_TEST_LONG'] === '1';

/** `KPR_TEST_SEED` runs a test again with the chance that it had; its title tells the seed. */
export const seed = Number(process.env['KPR_TEST_SEED'] ?? randomInt(2 ** 31));
