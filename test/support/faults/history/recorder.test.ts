import { expect } from 'chai';
import { createRecorder } from './recorder.ts';

describe('The recorder', () => {
  it('compares what a witness saw with the pushes, and tells the history of the tag', () => {
    const recorder = createRecorder();
    const pulls = recorder.witness('pulls');
    recorder.push('org/api', '1', 'sha256:aaaa0');
    pulls.saw('org/api', '1', 'sha256:aaaa0');
    recorder.push('org/api', '1', 'sha256:bbbb0');
    pulls.saw('org/api', '1', 'sha256:bbbb0');
    pulls.saw('org/api', '1', 'sha256:aaaa0');
    pulls.saw('org/api', '1', 'sha256:bbbb0');

    expect(recorder.findContradictions()).to.deep.equal([
      'org/api:1 went back from push 2 to push 1 (pulls: +aaaa aaaa +bbbb bbbb aaaa bbbb)',
    ]);
  });

  it('does not compare what one witness saw with what another saw', () => {
    const recorder = createRecorder();
    const witnesses = [recorder.witness('early'), recorder.witness('late')];
    recorder.push('org/api', '1', 'sha256:a');
    recorder.push('org/api', '1', 'sha256:b');
    for (const witness of witnesses) {
      witness.saw('org/api', '1', 'sha256:a');
      witness.saw('org/api', '1', 'sha256:b');
    }

    expect(recorder.findContradictions()).to.deep.equal([]);
  });

  it('knows what is pushed in the end', () => {
    const recorder = createRecorder();
    recorder.push('org/api', '1', 'sha256:a');
    recorder.push('org/api', '2', 'sha256:b');
    recorder.push('org/api', '1', null);

    expect([...recorder.pushed('org/api')]).to.deep.equal([['2', 'sha256:b']]);
    expect(recorder.paths()).to.deep.equal(['org/api']);
    expect(recorder.pushes).to.equal(3);
  });
});
