import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { DEFAULTS, SECRET_NAMES, VARIABLE_NAMES } from '../../../lib/config/variables.ts';

/** name → value of the line, and whether the line is commented out */
function readExample(): Map<string, { value: string; isComment: boolean }> {
  const lines = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8').split('\n');
  const entries = new Map<string, { value: string; isComment: boolean }>();
  for (const line of lines) {
    const [, hash, name, value] = /^(#?)([A-Z_]+)=(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    expect(entries.has(name), `${name} stands twice`).to.equal(false);
    entries.set(name, { value, isComment: hash === '#' });
  }
  return entries;
}

describe('.env.example', () => {
  const example = readExample();
  const withoutFile = (name: string) => (SECRET_NAMES.some((s) => `${s}_FILE` === name) ? name.slice(0, -5) : name);

  it('lists every variable of the code, and no other', () => {
    expect([...example.keys()].map(withoutFile)).to.have.members(VARIABLE_NAMES);
  });

  it('shows the defaults of the code', () => {
    const shown = [...example].filter(([, { value, isComment }]) => isComment && !value.startsWith(' e.g. '));

    expect(Object.fromEntries(shown.map(([name, { value }]) => [name, value]))).to.deep.equal(DEFAULTS);
  });

  it('gives a value to exactly the required ones', () => {
    const set = [...example].filter(([, { isComment }]) => !isComment).map(([name]) => withoutFile(name));

    expect(set).to.deep.equal([
      'KPR_PUBLIC_URL',
      'KPR_PULP_URL',
      'KPR_KATELLO_URL',
      'KPR_KATELLO_LOGIN',
      'KPR_KATELLO_PASSWORD',
      'KPR_POLICY',
    ]);
  });
});
