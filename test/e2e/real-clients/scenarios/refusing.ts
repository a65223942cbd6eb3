/** Pushes that are refused: nothing is written, and the user reads why. */
import { expect } from 'chai';
import { OUR_WORDS, type Outcome } from '../client.ts';
import type { Exchange } from '../exchange.ts';
import type { Scenario } from '../scenario.ts';
import { imageFor } from './pushing.ts';

export const REFUSING: readonly Scenario[] = [
  {
    name: 'wrong password',
    rule: 'tells of a wrong password',
    run: async (trial) => {
      const { client, site } = trial;
      const path = trial.pathOf('wrong');
      const session = await trial.enterAlone({ login: 'dev', password: 'wrong' });

      const login = await session.login();
      const outcome = login.isDone ? await session.push(imageFor(trial, 'wrong'), `${path}:1`) : login;

      expectRefused(outcome, client.refusals.login, site.seen(path));
      return `${login.isDone ? 'push' : 'login'}: ${tellWords(outcome, 'login', client.refusals.login)}`;
    },
  },
  {
    name: 'no permission',
    rule: 'tells a user who may only look that pushing is not allowed',
    run: async (trial) => {
      const { client, site } = trial;
      const path = trial.pathOf('refused');
      const session = await trial.enter('viewer');

      const outcome = await session.push(imageFor(trial, 'refused'), `${path}:1`);

      expectRefused(outcome, client.refusals.push, site.seen(path));
      return tellWords(outcome, 'push', client.refusals.push);
    },
  },
];

function expectRefused({ isDone, output }: Outcome, words: RegExp, seen: readonly Exchange[]): void {
  expect(isDone).to.equal(false);
  expect(output).to.match(words);
  expect(seen.filter(({ status }) => status < 400)).to.deep.equal([]);
}

function tellWords({ output }: Outcome, kind: 'login' | 'push', words: RegExp): string {
  return OUR_WORDS[kind].test(output) ? 'our words' : `"${words.exec(output)?.[0]}"`;
}
