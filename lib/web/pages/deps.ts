/** What pages need from outside. */
import type { Brief } from '../../domain/brief.ts';
import type { OrphanView } from '../../domain/orphan-view.ts';
import type { Behind, LastResult } from '../../domain/proxy-state.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { ShownReceiver } from '../notifications.ts';
import type { Status } from '../status.ts';

/** All throw E_TRANSPORT. */
export interface PagesDeps {
  readonly readStatus: () => Promise<Status>;
  /** of all organizations */
  readonly listBriefs: () => Promise<readonly Brief[]>;
  readonly findPushes: (ids: readonly string[]) => Promise<readonly Receipt[]>;
  readonly readProxies: () => Promise<{
    readonly behind: readonly Behind[];
    /** by the name of the proxy */
    readonly last: ReadonlyMap<string, LastResult>;
  }>;
  /** who is told what happens */
  readonly listReceivers: () => Promise<readonly ShownReceiver[]>;
  readonly listOrphans: (signal: AbortSignal) => Promise<readonly OrphanView[]>;
  /** host[:port] that people push to */
  readonly registry: string;
  readonly now: () => number;
}
