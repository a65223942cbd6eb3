import { expect } from 'chai';
import { detailOf } from '../../../lib/http/detail.ts';

describe('detailOf', () => {
  const known: [string, unknown, string][] = [
    ['Pulp: a field', { name: ['This field is required.'] }, 'name: This field is required.'],
    ['Pulp: no field', { non_field_errors: ['The tag does not exist'] }, 'The tag does not exist'],
    ['Pulp: errors', { errors: ["Invalid Filter: 'nope'"] }, "Invalid Filter: 'nope'"],
    ['Pulp: a bare list', ['Could not find the following content units'], 'Could not find the following content units'],
    ['Pulp: detail', { detail: 'Not found.' }, 'Not found.'],
    [
      'Pulp: two fields',
      { key: ['is long', 'is odd'], value: ['is missing'] },
      'key: is long; key: is odd; value: is missing',
    ],
    [
      'the registry',
      { errors: [{ code: 'NAME_UNKNOWN', message: 'Repository not found.', detail: { name: 'no/such' } }] },
      'NAME_UNKNOWN: Repository not found.',
    ],
    ['Katello 5.0', { message: 'Missing values', errors: ['param is missing'] }, 'Missing values'],
    ['Katello up to 4.21', { displayMessage: 'Missing values', errors: ['param is missing'] }, 'Missing values'],
    [
      'Katello: validation',
      { message: 'Validation failed: Label is taken', errors: { label: ['is taken'] } },
      'Validation failed: Label is taken',
    ],
    ['Foreman', { error: { message: 'Unable to authenticate user kpr' } }, 'Unable to authenticate user kpr'],
    [
      'Foreman: rights',
      { error: { message: 'Access denied', details: 'Missing view_products', missing_permissions: ['view_products'] } },
      'Access denied: Missing view_products',
    ],
    [
      'Foreman: validation',
      { error: { id: null, errors: { name: ['is taken'] }, full_messages: ['Name is taken'] } },
      'Name is taken',
    ],
    ['Foreman: no such route', { status: 404, error: 'Not Found' }, 'Not Found'],
    [
      'Foreman: no such organization',
      { message: 'Organization with id 9 not found' },
      'Organization with id 9 not found',
    ],
  ];
  for (const [shape, body, text] of known) {
    it(`reads ${shape}`, () => {
      expect(detailOf(body)).to.equal(text);
    });
  }

  for (const unknown of [null, 7, {}, [], { status: 500 }, { message: 7 }]) {
    it(`finds nothing in ${JSON.stringify(unknown)}`, () => {
      expect(detailOf(unknown)).to.equal('');
    });
  }

  it('does not follow a body that nests without end', () => {
    let body: unknown = 'deep';
    for (let depth = 0; depth < 100_000; depth++) body = [body];

    expect(detailOf(body)).to.equal('');
  });
});
