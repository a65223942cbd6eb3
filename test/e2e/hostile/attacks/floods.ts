/** Many wrong logins. Each counts at the front, so these come last. */
import { basic } from '../../../support/told.ts';
import { TOO_MANY, WRONG_LOGIN } from '../answers.ts';
import type { Attack } from '../attack.ts';
import { ask } from '../client.ts';
import { FAILURE_LIMIT, type Site } from '../site.ts';
import type { Answer, Header } from '../wire.ts';

const scopes = ['repository:acme/web/seed:pull,push'];
/** How many run at once. */
const WIDTH = 20;

/** So many passwords for one login, each as if it came from somewhere else. */
async function guess({ gate }: Site): Promise<Answer> {
  const claimed = (n: number): Header[] => [
    ['X-Forwarded-For', `203.0.113.${n}`],
    ['X-Real-IP', `203.0.113.${n}`],
    ['Forwarded', `for=203.0.113.${n}`],
  ];
  for (let n = 0; n < 20; n++) await ask(gate, { as: 'viewer', password: `guess-${n}`, scopes, headers: claimed(n) });
  return ask(gate, { as: 'viewer', password: 'guess', scopes, headers: claimed(99) });
}

/** Wrong logins in the name of another address, which Katello is to shut out. */
async function blame(site: Site): Promise<Answer> {
  const { gate } = site;
  const headers: Header[] = [['X-Forwarded-For', VICTIM]];
  await site.control('/settings', { name: FAILURE_LIMIT, value: 2 });
  await ask(gate, { as: 'blamed-1', password: 'x', scopes, headers, from: ATTACKER });
  const answer = await ask(gate, { as: 'blamed-2', password: 'x', scopes, headers, from: ATTACKER });
  await expectStatus(site, VICTIM, 200);
  await expectStatus(site, ATTACKER, 401);
  await site.control('/settings', { name: FAILURE_LIMIT, value: 30 });
  return answer;
}

const ATTACKER = '127.0.0.66';
const VICTIM = '127.0.0.77';

/** What Katello says to a right login from this address. */
async function expectStatus({ world }: Site, address: string, status: number): Promise<void> {
  const headers = { authorization: basic('dev', 'sandbox-dev'), 'x-forwarded-for': address };
  const answer = await fetch(`${world.katello.url}/api/v2/current_user`, { headers });
  if (answer.status !== status) throw new Error(`Katello answers ${answer.status} to ${address}`);
}

/** A thousand logins, from the address that Katello sees kpr itself come from: the worst case. */
async function flood({ gate }: Site): Promise<Answer> {
  let left = 1000;
  let last: Answer | undefined;
  const work = async (): Promise<void> => {
    while (left > 0) last = await ask(gate, { as: `user${left--}`, password: 'wrong', scopes });
  };
  await Promise.all(Array.from({ length: WIDTH }, work));
  if (last) return last;
  throw new Error('nobody asked');
}

export const FLOOD_ATTACKS: readonly Attack[] = [
  { id: 'guess', what: '20 passwords for one login, each from another claimed address', told: TOO_MANY, send: guess },
  { id: 'blame', what: 'wrong logins that claim an address to be shut out', told: WRONG_LOGIN, send: blame },
  { id: 'flood', what: '1 000 wrong logins, 20 at once', told: TOO_MANY, send: flood },
];
