/** A rule for every client, and what one needs to try it. */
import type { Account } from '../../support/servers/katello.ts';
import type { Client, Session } from './client.ts';
import type { PushSite } from './push-site.ts';
import type { ScenarioName } from './scenario-name.ts';

/** One client in one scenario. */
export interface Trial {
  readonly client: Client;
  readonly site: PushSite;
  /** The client in the hands of this user, logged in. */
  readonly enter: (login: string) => Promise<Session>;
  /** The client in a room that nobody else works in, not logged in. */
  readonly enterAlone: (account: Account) => Promise<Session>;
  /** Push path of a repository for this client and purpose. */
  readonly pathOf: (purpose: string) => string;
}

export interface Scenario {
  readonly name: ScenarioName;
  /** completes "a registry client …" */
  readonly rule: string;
  /** Asserts the rule; answers in a few words what the client did. */
  readonly run: (trial: Trial) => Promise<string>;
}
