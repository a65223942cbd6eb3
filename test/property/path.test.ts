import { expect } from 'chai';
import * as fc from 'fast-check';
import { fromPulpName, isPrefix, type PushPath, parsePushPath, parseRef, toPulpName } from '../../lib/domain/path.ts';
import { RefusedError } from '../../lib/errors.ts';

const PREFIX = 'kpr.push';

const anyWord = fc.stringMatching(/^[a-z0-9]{1,6}$/);
const anySeparator = fc.constantFrom('.', '_', '__', '-', '---');
const anySegment = fc
  .tuple(anyWord, fc.array(fc.tuple(anySeparator, anyWord), { maxLength: 2 }))
  .map(([first, rest]) => first + rest.map((pair) => pair.join('')).join(''));
const anyId = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const anyName = fc.array(anySegment, { minLength: 1, maxLength: 3 });

/** Paths of all forms, with what they mean. */
const anyPath = fc
  .oneof(
    fc
      .tuple(anySegment, anySegment)
      .map(([label, name]) => meaning([label, name], { by: 'label', label }, { by: 'push-product' }, name)),
    fc
      .tuple(anySegment, anySegment, anyName)
      .map(([label, product, name]) =>
        meaning([label, product, ...name], { by: 'label', label }, { by: 'label', label: product }, name.join('/')),
      ),
    fc
      .tuple(anyId, anySegment)
      .map(([id, name]) => meaning(['id', String(id), name], { by: 'id', id }, { by: 'push-product' }, name)),
    fc
      .tuple(anyId, anyId, anyName)
      .map(([id, product, name]) =>
        meaning(
          ['id', String(id), String(product), ...name],
          { by: 'id', id },
          { by: 'id', id: product },
          name.join('/'),
        ),
      ),
  )
  .filter(({ path, organization }) => organization.by === 'id' || !path.startsWith('id/'));

const anyDigest = fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}`);
const anyTag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/);
const anyHost = fc.constantFrom('', 'push.example.com/', 'localhost/', 'localhost:5000/', 'a:1/');

function meaning(
  segments: readonly string[],
  organization: PushPath['organization'],
  product: PushPath['product'],
  name: string,
): PushPath {
  return { path: segments.join('/'), organization, product, name };
}

describe('push paths of every form', () => {
  it('are read as what they mean', () => {
    fc.assert(
      fc.property(anyPath, (expected) => {
        expect(parsePushPath(expected.path)).to.deep.equal(expected);
      }),
    );
  });

  it('come back from their name in Pulp', () => {
    fc.assert(
      fc.property(anyPath, ({ path }) => {
        expect(fromPulpName(toPulpName(path, PREFIX), PREFIX)).to.equal(path);
      }),
    );
  });

  it('come back from a reference, with tag and digest', () => {
    fc.assert(
      fc.property(
        anyPath.filter(({ path }) => !/^[^/]*\./.test(path) && !path.startsWith('localhost/')),
        anyHost,
        fc.boolean(),
        fc.option(anyTag),
        fc.option(anyDigest),
        ({ path }, host, isPrefixed, tag, digest) => {
          const name = isPrefixed ? toPulpName(path, PREFIX) : path;
          const text = `${host}${name}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`;

          expect(parseRef(text, PREFIX)).to.deep.equal({ path, tag, digest });
        },
      ),
    );
  });
});

describe('any text', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.stringMatching(/^[a-z0-9A-Z./_:@-]{0,60}$/),
    fc.string({ unit: fc.constantFrom('a', '/', '.', '..', '-', '_', ':', '%', '0', 'id/') }),
  );

  it('is a push path or refused as a bad name, and harmless in a URL if it is one', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const path = orReason(() => parsePushPath(text).path);

        if (path === 'bad-name') return;
        expect(path).to.equal(text);
        expect(text).to.match(/^[a-z0-9._-]+(\/[a-z0-9._-]+)+$/);
        expect(text).to.not.match(/\.\./);
      }),
      { numRuns: 2000 },
    );
  });

  it('is a reference or refused as a bad name', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const path = orReason(() => parseRef(text, PREFIX).path);

        if (path !== 'bad-name') expect(parsePushPath(path).path).to.equal(path);
      }),
      { numRuns: 2000 },
    );
  });

  it('is a prefix only if it is one segment with a dot', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        if (isPrefix(text)) expect(text).to.match(/^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/);
      }),
    );
  });
});

function orReason(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (error instanceof RefusedError) return error.reason;
    throw error;
  }
}
