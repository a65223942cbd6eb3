import { expect } from 'chai';
import { lookTwice } from '../../../lib/domain/look-twice.ts';
import { refuse } from '../../../lib/domain/reason.ts';

describe('lookTwice', () => {
  let steps: string[];

  beforeEach(() => {
    steps = [];
  });

  const look = (...answers: (string | Error)[]) =>
    lookTwice(
      async () => {
        const answer = answers[steps.filter((step) => step === 'look').length] ?? 'nothing';
        steps.push('look');
        if (answer instanceof Error) throw answer;
        return answer;
      },
      () => void steps.push('refresh'),
    );

  it('believes a yes', async () => {
    expect(await look('found')).to.equal('found');
    expect(steps).to.deep.equal(['look']);
  });

  it('looks again after a refusal, with nothing remembered', async () => {
    expect(await look(refuse('bad-name'), 'found')).to.equal('found');
    expect(steps).to.deep.equal(['look', 'refresh', 'look']);
  });

  it('passes on a refusal that stands, and any other failure at once', async () => {
    const standing = refuse('bad-name');
    const other = new Error('away');

    expect(await look(refuse('bad-name'), standing).catch((error: unknown) => error)).to.equal(standing);
    steps = [];
    expect(await look(other).catch((error: unknown) => error)).to.equal(other);
    expect(steps).to.deep.equal(['look']);
  });
});
