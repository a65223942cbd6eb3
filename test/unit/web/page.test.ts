import { expect } from 'chai';
import { cutPage } from '../../../lib/web/shapes/page.ts';

describe('cutPage', () => {
  const keyOf = (name: string) => name;
  const cut = (all: readonly string[], limit: number, cursor?: string) => cutPage(all, keyOf, { limit, cursor });

  it('is the list in the order of its keys, where it is short enough', () => {
    expect(cut(['b', 'c', 'a'], 3)).to.deep.equal({ items: ['a', 'b', 'c'], next: null });
    expect(cut([], 3)).to.deep.equal({ items: [], next: null });
  });

  it('leads to the next page', () => {
    const first = cut(['b', 'c', 'a'], 2);

    expect(first).to.deep.equal({ items: ['a', 'b'], next: 'b' });
    expect(cut(['b', 'c', 'a'], 2, first.next ?? '')).to.deep.equal({ items: ['c'], next: null });
  });

  it('leaves nothing out when what the cursor names is gone, and shows nothing twice when others came', () => {
    expect(cut(['a', 'aa', 'c'], 2, 'b').items).to.deep.equal(['c']);
  });
});
