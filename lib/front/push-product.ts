/** Makes the push product of an organization, once, however many tokens wait for it. */
import type { Row } from '../domain/match.ts';
import type { PushPath } from '../domain/path.ts';
import { BusyError } from '../errors.ts';
import type { FrontDeps } from './deps.ts';

/** Afterwards it is there. @throws what `createPushProduct` throws; E_BUSY only if another process takes very long */
export type MakePushProduct = (organization: Row, path: PushPath, signal: AbortSignal) => Promise<void>;

const GAP_MS = 500;

export function createPushProductMaker({
  createPushProduct,
  delay,
}: Pick<FrontDeps, 'createPushProduct' | 'delay'>): MakePushProduct {
  const making = new Map<number, Promise<void>>();

  /** Another process may be making it. */
  async function make(organization: Row, path: PushPath, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await createPushProduct(organization, path, signal);
        return;
      } catch (error) {
        if (!(error instanceof BusyError)) throw error;
        await delay(GAP_MS, signal);
      }
    }
  }

  return (organization, path, signal) => {
    const { id } = organization;
    const made = making.get(id) ?? make(organization, path, signal).finally(() => making.delete(id));
    making.set(id, made);
    return made;
  };
}
