/**
 * What a check of the doctor found.
 */
import { describeError } from '../../log.ts';

export interface Finding {
  readonly check: string;
  readonly result: 'ok' | 'warn' | 'FAIL';
  /** what it is, and where it is wrong, what to do */
  readonly message: string;
}

/** Asks one question. What it throws is a failure of the check. */
export type Check = () => Promise<Pick<Finding, 'result' | 'message'>>;

export const ok = (message: string) => ({ result: 'ok', message }) as const;
export const warn = (message: string) => ({ result: 'warn', message }) as const;
export const fail = (message: string) => ({ result: 'FAIL', message }) as const;

export async function carryOut(name: string, check: Check): Promise<Finding> {
  try {
    return { check: name, ...(await check()) };
  } catch (error) {
    return { check: name, result: 'FAIL', message: describeError(error) };
  }
}
