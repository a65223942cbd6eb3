/** What a request gives, as values of a schema. */
import type { z } from 'zod';
import { RequestError } from './answer.ts';

/** @throws RequestError 400 that names what is wrong */
export function read<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const { data, error } = schema.safeParse(value ?? {});
  if (error) {
    const [issue] = error.issues;
    throw new RequestError(400, `${issue?.path.join('.') || 'request'}: ${issue?.message}`);
  }
  return data;
}
