/** What else a token request can ask for. All by `dev`, who may push to acme. */
import { mayNotPush, NOT_OURS, NOTHING_GRANTED, SEED_GRANTED } from '../answers.ts';
import { type Attack, attacksOf, both } from '../attack.ts';
import { ask } from '../client.ts';

const SEED = 'repository:acme/web/seed:pull,push';
const FIFTY = Array.from({ length: 50 }, (_, n) => `repository:acme/web/r${n}:push`);

function scoped(scopes: readonly string[]): Attack['send'] {
  return ({ gate }) => ask(gate, { scopes });
}

function forService(service: string): Attack['send'] {
  return ({ gate }) => ask(gate, { service, scopes: [SEED] });
}

export const SCOPE_ATTACKS: readonly Attack[] = [
  ...attacksOf(both(400, 'UNSUPPORTED', 'more than 20 repositories in one request'), scoped, [
    ['50-scopes', '50 scopes', FIFTY],
    ['50-in-one', '50 scopes in one', [FIFTY.join(' ')]],
  ]),
  ...attacksOf(SEED_GRANTED, scoped, [
    ['repeated', 'one scope 100 times', Array.from({ length: 100 }, () => SEED)],
    ['mount-hidden', "one's own repository, and to mount from a hidden one", [SEED, 'repository:globex/secret:pull']],
    ['more-actions', 'to push, to delete and everything', ['repository:acme/web/seed:pull,push,delete,*']],
  ]),
  ...attacksOf(mayNotPush('dev', 'globex/secret', 'globex'), scoped, [
    ['own-and-other', "one's own repository and another's", [SEED, 'repository:globex/secret:pull,push']],
  ]),
  ...attacksOf(NOTHING_GRANTED, scoped, [
    ['pull-hidden', 'to pull from a hidden repository', ['repository:globex/secret:pull']],
    ['any-action', 'any action', ['repository:acme/web/seed:*']],
    ['delete', 'to delete', ['repository:acme/web/seed:delete']],
    ['catalog', 'the catalog', ['registry:catalog:*']],
    ['catalog-as-name', 'the catalog as a repository', ['repository:_catalog:pull']],
    ['type-with-class', 'a type with a class', ['repository(plugin):acme/web/seed:push']],
    ['no-name', 'no name', ['repository::push']],
  ]),
  ...attacksOf(NOT_OURS, forService, [
    ['other-service', 'a token for another registry', 'evil.example.com'],
    ['service-beginning', 'a service that begins like the registry', 'localhost.evil.example.com'],
    ['service-wildcard', 'any service', '*'],
    ['service-nul', 'a NUL byte behind a service', 'localhost\0'],
    ['no-service', 'no service', ''],
  ]),
  {
    id: 'two-services',
    what: 'the registry and another one',
    told: NOT_OURS,
    send: ({ gate }) => ask(gate, { scopes: [SEED], query: '&service=evil.example.com' }),
  },
  {
    id: 'refresh-token',
    what: 'a token for ever',
    told: SEED_GRANTED,
    send: ({ gate }) => ask(gate, { scopes: [SEED], query: '&offline_token=true' }),
  },
  {
    id: 'other-account',
    what: "another's account beside one's own login",
    told: mayNotPush('dev', 'globex/secret', 'globex'),
    send: ({ gate }) => ask(gate, { scopes: ['repository:globex/secret:push'], query: '&account=admin' }),
  },
];
