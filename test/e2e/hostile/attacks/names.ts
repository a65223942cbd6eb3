/** Names that `dev`, who may push to acme, asks a push token for. */
import { mayNotPush, NO_PATH, SEED_GRANTED } from '../answers.ts';
import { type Attack, attacksOf, both } from '../attack.ts';
import { ask } from '../client.ts';

function named(name: string): Attack['send'] {
  return ({ gate }) => ask(gate, { scopes: [`repository:${name}:pull,push`] });
}

export const NAME_ATTACKS: readonly Attack[] = [
  ...attacksOf(SEED_GRANTED, named, [
    ['unprefixed', "a name without the prefix, which Katello's own repository has too", 'acme/web/seed'],
  ]),
  ...attacksOf(mayNotPush('dev', 'globex/secret', 'globex'), named, [
    ['other-organization', "another organization's name", 'globex/secret'],
  ]),
  ...attacksOf(mayNotPush('dev', 'id/2/secret', 'globex'), named, [
    ['other-organization-id', 'the same by its id', 'id/2/secret'],
  ]),
  ...attacksOf(both(401, 'DENIED', 'id/1 has no product id/2 (create it, or push to id/1/secret)'), named, [
    ['other-product-id', "another organization's product, by its id", 'id/1/2/secret'],
  ]),
  ...attacksOf(both(401, 'DENIED', 'no organization nowhere (check its label)'), named, [
    ['no-organization', 'an organization that is not there', 'nowhere/api'],
  ]),
  ...attacksOf(both(401, 'DENIED', 'acme has no product nothing (create it, or push to acme/api)'), named, [
    ['no-product', 'a product that is not there', 'acme/nothing/api'],
  ]),
  ...attacksOf(both(401, 'DENIED', 'acme has no product constructor (create it, or push to acme/tostring)'), named, [
    ['word', 'a product whose name means something in JavaScript', 'acme/constructor/tostring'],
  ]),
  ...attacksOf(NO_PATH, named, [
    ['prefix-twice', 'the prefix behind the prefix', 'kpr.push/kpr.push/acme/web/seed'],
    ['prefix-alone', 'the prefix alone', 'kpr.push'],
    ['encoded-slash', 'an encoded slash', 'acme%2fweb/api'],
    ['encoded-twice', 'a slash encoded twice', 'acme%252fweb/api'],
    ['way-out', 'a way out', 'acme/web/../../globex/secret'],
    ['encoded-way-out', 'an encoded way out', 'acme/web/%2e%2e/%2e%2e/globex/secret'],
    ['dot', 'a dot as segment', 'acme/./web/api'],
    ['empty-segment', 'an empty segment', 'acme//web/api'],
    ['slash-first', 'a slash in front', '/acme/web/api'],
    ['slash-last', 'a slash behind', 'acme/web/api/'],
    ['semicolon', 'a path parameter', 'acme/web;x=../api'],
    ['backslash', 'a backslash', 'acme\\web\\api'],
    ['nul', 'a NUL byte', 'acme/web/a\0pi'],
    ['encoded-nul', 'an encoded NUL byte', 'acme/web/a%00pi'],
    ['line-end', 'a line end and a header', 'acme/web/api\r\nX-Evil:1'],
    ['log-line', 'a log line of its own', 'acme/web/api\n{"level":"error","message":"owned"}'],
    ['escape', 'a terminal escape', 'acme/web/\u001b[2J\u001b]0;owned\u0007api'],
    ['c1', 'a terminal escape of one character', 'acme/web/\u009b2Japi'],
    ['right-to-left', 'an override of the writing direction', 'acme/web/\u202eipa'],
    ['zero-width', 'a character without width', 'acme\u200b/web/api'],
    ['cyrillic', 'a Cyrillic letter that looks like an a', '\u0430cme/web/api'],
    ['full-width', 'full-width letters', '\uff41\uff43\uff4d\uff45/web/api'],
    ['long-s', 'a letter that folds to an s', 'acme/web/\u017feed'],
    ['combining', 'an accent of its own', 'acme/web/ape\u0301'],
    ['upper-case', 'upper case', 'ACME/web/api'],
    ['300-characters', 'a name of 300 characters', `acme/web/${'a'.repeat(300)}`],
    ['6000-characters', 'a name of 6 000 characters', `acme/web/${'a'.repeat(6000)}`],
    ['prefix-too-long', 'a name that is too long with the prefix alone', `acme/web/${'a'.repeat(246)}`],
    ['address', 'an address', 'evil.example.com:5000/acme/web/api'],
    ['search', "a condition for Katello's search", 'acme/web"or/**/name!="/api'],
    ['template', 'a template', 'acme/web/<%=7*7%>{{7*7}}'],
    ['markup', 'markup', 'acme/web/<script>alert(1)</script>'],
    ['proto', 'a prototype', '__proto__/web/api'],
    ['any-name', 'any name', '*'],
    ['id-zero', 'an id with a leading zero', 'id/01/1/api'],
    ['id-huge', 'an id beyond all numbers', `id/${'9'.repeat(30)}/api`],
    ['id-negative', 'an id below zero', 'id/-1/api'],
    ['id-exponent', 'an id with an exponent', 'id/1.0e0/1/api'],
    ['two-names', 'two names in one scope', 'acme/web/seed:push:globex/secret'],
  ]),
];
