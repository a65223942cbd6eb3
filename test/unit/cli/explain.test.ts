import { expect } from 'chai';
import { explainVerb, showPoints } from '../../../lib/cli/explain.ts';
import { answering, collect, PLAIN } from './bench.ts';

const point = (topic: string, message: string, reason: string | null = null, hint: string | null = null) => ({
  topic,
  message,
  reason,
  hint,
});

describe('kpr explain', () => {
  it('names each topic once, with reason and hint', () => {
    const points = [
      point('pins', '1 stays', 'pinned', 'push another image'),
      point('pins', '2 stays', 'pinned'),
      point('next', 'nothing to do'),
    ];

    expect(showPoints(points, 80)).to.deep.equal([
      'pins     pinned: 1 stays',
      '         → push another image',
      '         pinned: 2 stays',
      'next     nothing to do',
    ]);
  });

  it('fits the columns, but breaks no word that is longer', () => {
    const long = 'x'.repeat(90);

    const lines = showPoints([point('mapping', `${'word '.repeat(30)}${long} end`)], 80);

    expect(lines.filter((line) => line.length > 80)).to.deep.equal([`         ${long}`]);
    expect(lines.join(' ').match(/word/g)).to.have.lengthOf(30);
  });

  it('is the answer alone as JSON', async () => {
    const { io, written } = collect();
    const answer = { path: 'acme/api', points: [point('next', 'nothing')] };

    await explainVerb(io, answering(answer).api, 'acme/api', { ...PLAIN, output: 'json' });

    expect(JSON.parse(written().stdout)).to.deep.equal(answer);
  });
});
