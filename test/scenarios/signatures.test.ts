/** Signatures that Pulp takes beside the tags and copies nowhere: the image arrives, and whoever signed it is told. */
import { expect } from 'chai';
import { pushSignature } from '../support/image/atomic-signature.ts';
import type { Pushable } from '../support/image/image.ts';
import { describeScenarios } from '../support/scenarios/describe-scenarios.ts';
import { expectPulls } from '../support/scenarios/expect-pulls.ts';
import type { Scene } from '../support/scenarios/scene.ts';

/** Signs what was pushed, as `podman push --sign-by` does behind its push. */
function sign({ lab, pushName }: Scene, what: Pushable): Promise<void> {
  return pushSignature(lab.server, pushName, what);
}

/** Passes if plan and receipt both say of exactly these tags that their signature stays behind. */
async function expectLeft(scene: Scene, planned: readonly string[], received = planned): Promise<void> {
  const plan = await scene.lab.plan(scene.path, AbortSignal.timeout(60_000));
  const tagsOf = (rows: readonly { tag: string; reason: string }[]) =>
    rows.flatMap(({ tag, reason }) => (reason === 'atomic-signature' ? [tag] : []));
  expect(tagsOf(plan?.leftAlone ?? []), 'plan').to.deep.equal(planned);
  expect(tagsOf(scene.receipt().leftAlone), 'receipt').to.deep.equal(received);
}

describeScenarios('signatures that stay behind', (scenario) => {
  scenario(
    {
      id: 'signature-with-push',
      given: 'no repository yet',
      when: 'an image is pushed under two tags and signed, and another one is pushed',
      outcome: 'a pull gets all three, and plan and receipt name the two whose signature stays behind',
    },
    async (scene) => {
      const [signed, other] = [scene.image('signed'), scene.image('other')];
      for (const tag of ['1', 'latest']) await scene.push(tag, signed);
      await sign(scene, signed);
      await scene.push('2', other);

      await scene.run();

      await expectLeft(scene, ['1', 'latest']);
      expect(scene.receipt()).to.include({ state: 'done' });
      expect(scene.receipt().tags.map(({ name }) => name)).to.have.members(['1', '2', 'latest']);
      await expectPulls(scene, { 1: signed, 2: other, latest: signed });
    },
  );

  scenario(
    {
      id: 'signature-later',
      given: 'a tag in Katello',
      when: 'its image is signed, and afterwards another tag is pushed',
      outcome:
        'the receipt of the signature names the tag, and so does every plan from then on; the next push costs no look at signatures',
    },
    async (scene) => {
      const [signed, other] = [scene.image('signed'), scene.image('other')];
      await scene.push('1', signed);
      await scene.run();
      await sign(scene, signed);
      await scene.run();
      await expectLeft(scene, ['1']);
      scene.lab.calls.pulp.length = 0;

      await scene.push('2', other);
      await scene.run();

      expect(scene.lab.calls.pulp.filter(({ url }) => url.includes('/signatures/'))).to.deep.equal([]);
      await expectLeft(scene, ['1'], []);
      await expectPulls(scene, { 1: signed, 2: other });
    },
  );

  scenario(
    {
      id: 'signature-of-index',
      given: 'a signed tag in Katello',
      when: 'an index is pushed to another tag and its images are signed, and the first tag moves to an image without signature',
      outcome: 'a pull gets both, and plan and receipt name the index alone',
      isLong: true,
    },
    async (scene) => {
      const [signed, plain, index] = [scene.image('signed'), scene.image('plain'), scene.index('index')];
      await scene.push('1', signed);
      await sign(scene, signed);
      await scene.run();

      await scene.push('2', index);
      for (const child of index.children) await sign(scene, child);
      await scene.push('1', plain);
      await scene.run();

      await expectLeft(scene, ['2']);
      await expectPulls(scene, { 1: plain, 2: index });
    },
  );
});
