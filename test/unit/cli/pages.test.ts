import { expect } from 'chai';
import { z } from 'zod';
import type { ApiClient, Query } from '../../../lib/cli/api-client.ts';
import { readAllPages } from '../../../lib/cli/pages.ts';

const Names = z.object({ items: z.array(z.string()), next: z.string().nullable() });

describe('readAllPages', () => {
  it('is the first page with the items of all', async () => {
    const asked: Query[] = [];
    const pages = new Map([
      ['', { items: ['a', 'b'], next: 'b' }],
      ['b', { items: ['c'], next: null }],
    ]);
    const api: ApiClient = {
      get: async (_path, query, schema) => {
        asked.push(query);
        return schema.parse(pages.get(String(query['cursor'] ?? '')));
      },
      post: () => Promise.reject(new Error('nothing is written')),
    };

    expect(await readAllPages(api, 'names', { state: 'due' }, Names)).to.deep.equal({
      items: ['a', 'b', 'c'],
      next: null,
    });
    expect(asked.map(({ state, cursor }) => [state, cursor])).to.deep.equal([
      ['due', undefined],
      ['due', 'b'],
    ]);
  });
});
