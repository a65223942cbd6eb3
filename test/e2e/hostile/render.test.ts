import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { PAGE, renderPage } from './render.ts';
import { CHAPTERS } from './table.ts';

describe('docs/hostile.md', () => {
  it('holds the table that the tests run', async () => {
    const page = await readFile(PAGE, 'utf8');

    expect(page).to.equal(renderPage(page));
  });

  it('names every attack once', () => {
    const ids = CHAPTERS.flatMap(({ attacks }) => attacks.map(({ id }) => id));

    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).to.deep.equal([]);
  });
});
