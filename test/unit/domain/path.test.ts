import { expect } from 'chai';
import { fromPulpName, isPrefix, parsePushPath, parseRef, toPulpName } from '../../../lib/domain/path.ts';
import { RefusedError } from '../../../lib/errors.ts';

const PREFIX = 'kpr.push';

function reasonOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof RefusedError) return error.reason;
    throw error;
  }
  return 'none';
}

describe('parsePushPath', () => {
  it('reads organization and name, for the push product', () => {
    expect(parsePushPath('acme/api')).to.deep.equal({
      path: 'acme/api',
      organization: { by: 'label', label: 'acme' },
      product: { by: 'push-product' },
      name: 'api',
    });
  });

  it('reads organization, product and name', () => {
    expect(parsePushPath('acme/web/api')).to.deep.equal({
      path: 'acme/web/api',
      organization: { by: 'label', label: 'acme' },
      product: { by: 'label', label: 'web' },
      name: 'api',
    });
  });

  it('keeps deeper segments in the name', () => {
    const { product, name } = parsePushPath('acme/web/team/blobs/uploads');

    expect({ product, name }).to.deep.equal({ product: { by: 'label', label: 'web' }, name: 'team/blobs/uploads' });
  });

  it('reads the id of an organization, for its push product', () => {
    const { organization, product, name } = parsePushPath('id/3/api');

    expect(organization).to.deep.equal({ by: 'id', id: 3 });
    expect(product).to.deep.equal({ by: 'push-product' });
    expect(name).to.equal('api');
  });

  it('reads ids of organization and product', () => {
    const { organization, product, name } = parsePushPath('id/3/7/team/api');

    expect(organization).to.deep.equal({ by: 'id', id: 3 });
    expect(product).to.deep.equal({ by: 'id', id: 7 });
    expect(name).to.equal('team/api');
  });

  it('takes a number as third segment for the name when nothing stands behind it', () => {
    const { product, name } = parsePushPath('id/3/7');

    expect({ product, name }).to.deep.equal({ product: { by: 'push-product' }, name: '7' });
  });

  it('takes words behind an organization id for a deeper name', () => {
    const { product, name } = parsePushPath('id/3/team/api');

    expect({ product, name }).to.deep.equal({ product: { by: 'push-product' }, name: 'team/api' });
  });

  for (const path of [
    'a/b',
    'a1/b-c',
    'a/b--c',
    'a/b_c',
    'a/b__c',
    'a/b.c',
    '0/1',
    'my_org/x',
    `a/${'b'.repeat(253)}`,
  ]) {
    it(`takes ${path.slice(0, 20)}`, () => {
      expect(parsePushPath(path).path).to.equal(path);
    });
  }

  const bad: Record<string, string> = {
    'nothing at all': '',
    'one segment': 'acme',
    'an empty segment': 'acme//api',
    'a leading slash': '/acme/api',
    'a trailing slash': 'acme/api/',
    'upper case': 'Acme/api',
    'a dot at the end': 'acme/api.',
    'two dots': 'acme/..',
    'two dots within': 'acme/a..b',
    'three underscores': 'acme/a___b',
    'mixed separators': 'acme/a-_b',
    'a dash in front': 'acme/-api',
    'a space': 'acme/a b',
    'a line break': 'acme/api\n',
    'non-ASCII': 'acme/straße',
    'a percent sign': 'acme/%2e%2e',
    'a quote': "acme/a'b",
    '256 characters': `a/${'b'.repeat(254)}`,
    'an organization id without a name': 'id/3',
    'a word for an organization id': 'id/acme/api',
    'an organization id of 0': 'id/0/api',
    'an organization id with a leading zero': 'id/03/api',
    'a product id with a leading zero': 'id/3/07/api',
    'an id beyond what a number holds': 'id/9007199254740993/api',
  };
  for (const [what, path] of Object.entries(bad)) {
    it(`refuses ${what}`, () => {
      expect(reasonOf(() => parsePushPath(path))).to.equal('bad-name');
    });
  }
});

describe('names in Pulp', () => {
  it('put the reserved prefix in front, and take it off', () => {
    const name = toPulpName('acme/api', PREFIX);

    expect(name).to.equal('kpr.push/acme/api');
    expect(fromPulpName(name, PREFIX)).to.equal('acme/api');
  });

  it('hold at most 255 characters, prefix included', () => {
    const longest = `acme/${'a'.repeat(255 - 'kpr.push/acme/'.length)}`;

    expect(toPulpName(longest, PREFIX).length).to.equal(255);
    expect(reasonOf(() => toPulpName(`${longest}a`, PREFIX))).to.equal('bad-name');
  });

  for (const name of ['acme/api', 'kpr.push', 'kpr.pushed/acme/api', 'kprxpush/acme/api']) {
    it(`leave ${name} to others`, () => {
      expect(fromPulpName(name, PREFIX)).to.equal(null);
    });
  }
});

describe('parseRef', () => {
  const digest = `sha256:${'a1'.repeat(32)}`;

  it('reads path, tag and digest', () => {
    expect(parseRef(`acme/web/api:1.0@${digest}`, PREFIX)).to.deep.equal({ path: 'acme/web/api', tag: '1.0', digest });
  });

  it('does without tag and digest', () => {
    expect(parseRef('acme/api', PREFIX)).to.deep.equal({ path: 'acme/api', tag: null, digest: null });
  });

  for (const front of [
    'push.example.com/',
    'push.example.com:5000/',
    'localhost/',
    'localhost:5000/',
    'pushhost:5000/',
    'Push.Example.Com/',
    'kpr.push/',
    'push.example.com/kpr.push/',
  ]) {
    it(`drops ${front}`, () => {
      expect(parseRef(`${front}acme/api:1`, PREFIX)).to.deep.equal({ path: 'acme/api', tag: '1', digest: null });
    });
  }

  it('does not take an organization for a host', () => {
    expect(parseRef('acme/localhost', PREFIX).path).to.equal('acme/localhost');
  });

  for (const text of [
    '',
    'acme',
    'acme/api:',
    'acme/api@',
    'acme/api@sha256:abc',
    'acme/api:a b',
    'acme/api:-a',
    `acme/api:${'a'.repeat(129)}`,
    `acme/api@${digest}:1`,
    'acme/api:1\n',
    'push.example.com/acme',
    '/acme/api',
  ]) {
    it(`refuses ${JSON.stringify(text).slice(0, 40)}`, () => {
      expect(reasonOf(() => parseRef(text, PREFIX))).to.equal('bad-name');
    });
  }
});

describe('isPrefix', () => {
  for (const text of ['kpr.push', 'a.b', 'x1.y2-z']) {
    it(`takes ${text}`, () => {
      expect(isPrefix(text)).to.equal(true);
    });
  }

  for (const text of ['', 'push', 'a.b/c', '.push', 'push.', 'Kpr.push', 'a..b', `a.${'b'.repeat(300)}`]) {
    it(`refuses ${JSON.stringify(text).slice(0, 20)}`, () => {
      expect(isPrefix(text)).to.equal(false);
    });
  }
});
