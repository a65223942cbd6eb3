/** Times on the wire. */
import { z } from 'zod';

/** An answer's: ISO 8601 in UTC. */
export const Time = z.iso.datetime();

/** A request's: ISO 8601 with any offset. */
export const GivenTime = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
