/**
 * What a reconcile needs from outside, as narrow functions. Nothing here knows HTTP, Redis or BullMQ.
 */
import type { Policy } from '../domain/plan.ts';
import type { AlarmReason, Details } from '../domain/reason.ts';
import type { Origin, Push, Receipt } from '../domain/receipt.ts';
import type { Directory } from '../katello/directory.ts';
import type { Katello } from '../katello/katello.ts';
import type { Pulp } from '../pulp/pulp.ts';

/** A lock with an end: it makes overlap rare, it cannot fence, because neither server checks a token. */
export interface Lease {
  /** false once it expired by our own clock or could not be renewed */
  isHeld(): boolean;
  /** false when somebody else has it now */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

/** What a person set. */
export interface Settings {
  /** reserved first segment of push repositories in Pulp */
  readonly prefix: string;
  /** name of the product for pushes that name none */
  readonly pushProduct: string;
  readonly mayCreatePushProduct: boolean;
  readonly policy: Policy;
  readonly superseded: 'auto' | 'keep' | 'remove';
  /** labels, folded; an empty list allows all */
  readonly organizationsAllow: readonly string[];
  readonly organizationsDeny: readonly string[];
  /** host of Katello's own registry, for messages */
  readonly katelloHost: string;
}

/** What a person has to look at. */
export interface RaisedAlarm {
  readonly alarm: AlarmReason;
  readonly details: Details;
}

/** Static text and fields, as in style of winston. */
export type Log = Readonly<
  Record<'debug' | 'info' | 'warn' | 'error', (message: string, fields?: Record<string, unknown>) => void>
>;

export interface ReconcileDeps {
  readonly pulp: Pulp;
  readonly katello: Katello;
  readonly directory: Directory;
  readonly settings: Settings;
  /** null when somebody else holds it */
  readonly acquireLease: (name: string, ttlMs: number) => Promise<Lease | null>;
  readonly saveReceipt: (receipt: Receipt) => Promise<void>;
  readonly findReceipt: (path: string) => Promise<Receipt | null>;
  /** epoch ms at which the detector first saw what is pushed there now, or null */
  readonly findSeenAt: (path: string) => Promise<number | null>;
  /** Who made this version, and whether it is a rollback, as far as it is known. */
  readonly findOrigin: (push: Omit<Push, keyof Origin | 'pushedAt'>) => Promise<Origin>;
  /** epoch ms before which this path must not publish again, or null */
  readonly readPace: (path: string) => Promise<number | null>;
  readonly writePace: (path: string, notBefore: number) => Promise<void>;
  /** Looks at the path again at this time (epoch ms), once. */
  readonly scheduleLook: (path: string, at: number) => Promise<void>;
  /** The Katello repository of the path is gone. */
  readonly onOrphaned: (path: string) => Promise<void>;
  /** The path's runs raise this alarm now, or none. Never fails. @returns true if that is news */
  readonly settleAlarm: (path: string, raised: RaisedAlarm | null) => Promise<boolean>;
  readonly log: Log;
  readonly onStage: (stage: string, durationMs: number) => void;
  readonly onPublished: (pushToKatelloMs: number) => void;
  readonly now: () => number;
  readonly delay: (ms: number, signal?: AbortSignal) => Promise<void>;
}
