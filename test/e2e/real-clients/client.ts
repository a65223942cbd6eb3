/** What the suite knows of a registry client, and what it lets one do. */
import type { Pushable } from '../../support/image/image.ts';
import type { Account } from '../../support/servers/katello.ts';
import type { Source } from './programs.ts';
import type { ScenarioName } from './scenario-name.ts';

/** What came of a command. */
export interface Outcome {
  /** true if it ended with 0 */
  readonly isDone: boolean;
  /** what it wrote, for a person to read */
  readonly output: string;
}

/** Runs a program of the client in the room that it was made for; never throws for one that fails. */
export type Run = (program: string, args: readonly string[], input?: string) => Promise<Outcome>;

/** Where a client works. Its home, credentials and store are its own. */
export interface Room {
  /** absolute, short enough for sockets */
  readonly dir: string;
  /** what `run` sees */
  readonly env: Readonly<Record<string, string>>;
  readonly run: Run;
}

/** What a client is given. */
export interface Bench extends Room {
  /** host:port, as people type it before the path */
  readonly registry: string;
  /** PEM of the authority that made the registry's certificate */
  readonly caFile: string;
  /** directory of an OCI layout that holds it under the tag `1` */
  readonly layoutOf: (pushable: Pushable) => Promise<string>;
}

/** One person at one client. A `name` is what people type after the host: `acme/web/api:1`. */
export interface Session {
  login(): Promise<Outcome>;
  push(pushable: Pushable, name: string): Promise<Outcome>;
  /** Gives what is pushed under `name` another tag. */
  retag(pushable: Pushable, name: string, tag: string): Promise<Outcome>;
  /** Brings what this client pushed under `from` to `to`, in the way in which it may mount blobs. */
  bring(pushable: Pushable, from: string, to: string): Promise<Outcome>;
  /** Gets it from the registry, nothing of it from a store of its own. */
  pull(name: string): Promise<Pulled>;
}

export interface Pulled extends Outcome {
  /** of the manifest that was pulled; null if the client does not tell */
  readonly digest: string | null;
}

/** A client that is ready to work. */
export interface OpenClient {
  enter(room: Room, account: Account): Session;
  close(): Promise<void>;
}

export interface Client {
  readonly name: string;
  /** what it consists of; the first one tells its version */
  readonly programs: Readonly<Record<string, Source>>;
  readonly versionArgs: readonly string[];
  /** Where it takes what it brings to another name from; out of its own store, it remembers where it pushed a blob. */
  readonly brings: 'out of the registry' | 'out of its store';
  /** true if it gets blobs from another repository of this registry without uploading them */
  readonly mounts: boolean;
  /** What a person reads of a wrong password, and of a missing permission. */
  readonly refusals: Readonly<Record<'login' | 'push', RegExp>>;
  /** what it cannot do by its nature, and why */
  readonly lacks: Readonly<Partial<Record<ScenarioName, string>>>;
  /** Starts what it needs to run. @throws ServerProblem with the reason why it cannot run here */
  open(bench: Bench): Promise<OpenClient>;
}

/** For a client without a daemon. */
export function alone(enter: (bench: Bench, room: Room, account: Account) => Session): Client['open'] {
  return async (bench) => ({
    enter: (room, account) => enter(bench, room, account),
    close: async () => undefined,
  });
}

/** The same repository, another tag. */
export function retagged(name: string, tag: string): string {
  return name.replace(/:[^:]*$/, `:${tag}`);
}

/** Makes something of each image once. */
export function oncePerImage<T>(make: (pushable: Pushable) => Promise<T>): (pushable: Pushable) => Promise<T> {
  const made = new Map<string, Promise<T>>();
  return (pushable) => {
    const { digest } = pushable.manifest;
    const one = made.get(digest) ?? make(pushable);
    made.set(digest, one);
    return one;
  };
}

/** Name of a file or image of one's own for it: lower case, as podman wants it. */
export function shortNameOf({ manifest }: Pushable): string {
  return manifest.digest.slice('sha256:'.length, 'sha256:'.length + 12);
}

/** Everything that a person needs to know of a refusal, as the front words it. */
export const OUR_WORDS = {
  login: /wrong login, password or token/,
  push: /viewer may not push to/,
} as const;
