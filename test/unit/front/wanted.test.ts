import { expect } from 'chai';
import { RefusedError } from '../../../lib/errors.ts';
import { RequestError } from '../../../lib/front/answer.ts';
import { parseWanted, readWanted } from '../../../lib/front/wanted.ts';

const read = (...scopes: string[]) => readWanted(scopes, 'kpr.push');
const push = (name: string) => ({ name, isPush: true });
const pull = (name: string) => ({ name, isPush: false });

describe('readWanted', () => {
  for (const [what, scopes, wanted] of [
    ['nothing', [], []],
    ['a push, whatever the order of its actions', ['repository:acme/api:push,pull'], [push('acme/api')]],
    ['push alone, as Pulp names it', ['repository:acme/api:push'], [push('acme/api')]],
    ['a repository twice', ['repository:acme/api:pull', 'repository:acme/api:pull,push'], [push('acme/api')]],
    ['both forms of a name', ['repository:kpr.push/acme/api:push', 'repository:acme/api:pull'], [push('acme/api')]],
    ['two prefixes, one of which stays', ['repository:kpr.push/kpr.push/a:push'], [push('kpr.push/a')]],
    ['several scopes in one text', ['repository:b:pull repository:a:push'], [push('a'), pull('b')]],
    ['a name with colons', ['repository:host:5000/acme/api:pull'], [pull('host:5000/acme/api')]],
    ['a line end in a name', ['repository:acme/\napi:push'], [push('acme/\napi')]],
  ] as const) {
    it(`reads ${what}`, () => {
      expect(read(...scopes)).to.deep.equal(wanted);
    });
  }

  it('leaves out what nobody gets', () => {
    const scopes = ['registry:catalog:*', 'repository:a:*', 'repository:a:delete', 'repository(plugin):a:push', 'junk'];

    expect(read(...scopes, '', 'repository::push', 'repository:a')).to.deep.equal([]);
  });

  it('takes any order for the same', () => {
    const scopes = ['repository:b:pull', 'repository:a:push', 'repository:b:push'];

    expect(read(...scopes)).to.deep.equal(read(...scopes.toReversed()));
  });

  it('counts repositories, not repetitions', () => {
    const many = Array.from({ length: 50 }, (_, n) => `repository:acme/r${n}:push`);
    const same = Array.from({ length: 50 }, () => 'repository:acme/api:push');

    expect(read(...same)).to.deep.equal([push('acme/api')]);
    expect(() => read(...many)).to.throw(RequestError, 'more than 20 repositories');
  });
});

describe('parseWanted', () => {
  it('gives the push path', () => {
    expect(parseWanted(push('acme/web/api'), 'kpr.push')).to.deep.include({ path: 'acme/web/api', name: 'api' });
  });

  for (const name of ['acme', 'kpr.push/acme/api', 'acme/a%2fb', 'acme//api', 'acme/../api', 'ACME/api', 'acme/a\0b']) {
    it(`refuses ${JSON.stringify(name)}`, () => {
      expect(() => parseWanted(push(name), 'kpr.push'))
        .to.throw(RefusedError)
        .with.property('reason', 'bad-name');
    });
  }

  it('refuses a name that is too long only with the prefix', () => {
    const name = `acme/${'a'.repeat(245)}`;

    expect(parseWanted(push(name), 'k.p').path).to.equal(name);
    expect(() => parseWanted(push(name), 'kpr.push')).to.throw(RefusedError);
  });
});
