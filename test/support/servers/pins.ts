/** Which Pulp each world runs; the versions stand in pins.json alone. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * `a`: the Pulp of Katello 4.21 to 5.1, where a push makes a `container-push` repository.
 * `b`: the newest Pulp released, where a push makes a `container` repository.
 */
export type World = 'a' | 'b';
export const WORLDS: readonly World[] = ['a', 'b'];

/** Python packages by name, each with its exact version. */
const Pins = z.record(z.string(), z.string()).readonly();
export type Pins = z.infer<typeof Pins>;

const PinsFile = z.object({ a: Pins, b: Pins });

/** The Python packages that make up the Pulp of this world. */
export function readPins(world: World): Pins {
  const text = readFileSync(new URL('pins.json', import.meta.url), 'utf8');
  return PinsFile.parse(JSON.parse(text))[world];
}
