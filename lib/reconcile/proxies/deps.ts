/**
 * What seeing to smart proxies needs from outside, as narrow functions.
 */
import type { Behind, LastResult, Wish } from '../../domain/proxy-state.ts';
import type { ProxyReason } from '../../domain/reason.ts';
import type { Receipt, ReceiptProxy } from '../../domain/receipt.ts';
import type { Katello } from '../../katello/katello.ts';
import type { KatelloProxies } from '../../katello/proxies.ts';
import type { ProxyRegistries } from '../../katello/proxy-registry.ts';
import type { Pulp } from '../../pulp/pulp.ts';
import type { Log } from '../deps.ts';

export interface ProxyDeps {
  readonly pulp: Pick<Pulp, 'findDistribution' | 'listDistributions'>;
  readonly katello: Pick<Katello, 'findTags'>;
  readonly proxies: KatelloProxies;
  readonly registries: ProxyRegistries;
  readonly states: ProxyStates;
  readonly findReceipt: (path: string) => Promise<Receipt | null>;
  readonly saveReceipt: (receipt: Receipt) => Promise<void>;
  /** Receipts of pushes since then (epoch ms) that were published. */
  readonly listPublished: (since: number) => Promise<readonly Receipt[]>;
  /** Queues a path, unless it is queued. */
  readonly queue: (path: string) => Promise<void>;
  /** Queues a path as the next one. */
  readonly promote: (path: string) => Promise<void>;
  readonly settings: ProxySettings;
  readonly log: Log;
  readonly onOutcome: (outcome: ReceiptProxy['outcome']) => void;
  /** A proxy is in trouble, of which nobody was told yet. */
  readonly onFailed: (failure: ProxyFailure) => void;
  readonly now: () => number;
}

/** What others are told of a proxy in trouble. */
export interface ProxyFailure {
  readonly proxy: string;
  /** one of the paths that it lacks */
  readonly path: string;
  readonly reason: ProxyReason | null;
  readonly message: string | null;
  /** ISO 8601, UTC */
  readonly at: string;
}

/** What is remembered between looks, for people; all of it may vanish. */
export interface ProxyStates {
  /** All paths that some proxy lacks. */
  listBehind(): Promise<Behind[]>;
  markBehind(behind: Behind): Promise<void>;
  /** The proxy has it, or is not meant to. */
  clearBehind(proxy: string, path: string): Promise<void>;
  /** The path is gone. */
  forget(path: string): Promise<void>;
  /** By the name of the proxy. */
  readLast(): Promise<ReadonlyMap<string, LastResult>>;
  writeLast(proxy: string, result: LastResult): Promise<void>;
  wish(path: string, wish: Wish): Promise<void>;
  /** Null: nobody asks. */
  findWish(path: string): Promise<Wish | null>;
  /** Paths that somebody asks for. */
  listWishes(): Promise<string[]>;
  /** Ends the wish that was seen; false when there is another one by now. */
  endWish(path: string, seen: Wish | null): Promise<boolean>;
}

/** What a person set. */
export interface ProxySettings {
  readonly prefix: string;
  /** login of the account, for messages */
  readonly account: string;
  /** that Katello is reached at: its primary proxy, as a rule */
  readonly katelloHost: string;
  /** auto: as Katello's own setting says */
  readonly mode: 'auto' | 'off';
}

/** How a look ended, as far as a worker cares. */
export type LookEnd = { readonly kind: 'done' } | { readonly kind: 'again'; readonly afterMs: number };
