/** What takes its time: a token that ends during a push, and the way into Katello. */
import { expect } from 'chai';
import { isLong } from '../../../support/faults/settings.ts';
import { type Exchange, isBlobData } from '../exchange.ts';
import { TOKEN_SECONDS } from '../push-site.ts';
import type { Scenario, Trial } from '../scenario.ts';
import { digestsPut, expectDone, imageFor } from './pushing.ts';

/** A blob takes longer than clients are told to use the token; at full length, longer than the token works. */
const HELD_MS = (TOKEN_SECONDS + (isLong ? 65 : 3)) * 1_000;

/** A push that has begun and stands still. */
export interface SlowPush {
  /** @returns what the client did about its token */
  finish(): Promise<string>;
}

/** Begins a push whose first blob takes longer than its token lasts. */
export function beginSlowPush(trial: Trial): SlowPush {
  const path = trial.pathOf('slow');
  trial.site.hold(path, HELD_MS);
  const push = async () => {
    const session = await trial.enterAlone(trial.site.accountOf('dev'));
    await session.login();
    return session.push(imageFor(trial, 'slow'), `${path}:1`);
  };
  const pushing = push();
  pushing.catch(() => undefined); // told by finish
  return {
    finish: async () => {
      expectDone(await pushing);
      return tellTokens(trial.site.seen(path));
    },
  };
}

function tellTokens(seen: readonly Exchange[]): string {
  const first = seen.find(isBlobData)?.token;
  const last = seen.at(-1)?.token;
  const isRefused = seen.some(({ status, token }) => status === 401 && token !== null);
  if (isRefused) return 'new token after a 401';
  return first === last ? 'goes on with the old token' : 'new token in time';
}

export const PUBLISHED: Scenario = {
  name: 'published',
  rule: 'finds its pushes in Katello',
  run: async ({ client, site, pathOf }) => {
    const purposes = 'index' in client.lacks ? ['image'] : ['image', 'index'];
    for (const purpose of purposes) {
      const digest = digestsPut(site.seen(pathOf(purpose))).at(-1);
      if (digest === undefined || digest === null) expect.fail(`${purpose} was not pushed`);
      await site.waitUntilServed(pathOf(purpose), '1', digest);
    }
    return 'served';
  },
};
