/** What becomes of tags that are pushed, moved and taken away. */
import { expect } from 'chai';
import { createReconciler } from '../../lib/reconcile/reconcile.ts';
import { describeScenarios } from '../support/scenarios/describe-scenarios.ts';
import { expectPulls, expectRest } from '../support/scenarios/expect-pulls.ts';
import { createPerson } from '../support/scenarios/person.ts';
import { watchTag } from '../support/scenarios/watch-tag.ts';

const IS_LONG = process.env['KPR_TEST_LONG'] === '1';

describeScenarios('tags', (scenario) => {
  scenario(
    {
      id: 'tag-new',
      given: 'a repository that was pushed to',
      when: 'a tag is pushed that it does not have',
      outcome: 'a pull gets the old tag and the new one',
      isLong: true,
    },
    async (scene) => {
      const [one, two] = [scene.image('one'), scene.image('two')];
      await scene.push('1', one);
      await scene.run();

      await scene.push('2', two);
      await scene.run();

      await expectPulls(scene, { 1: one, 2: two });
    },
  );

  scenario(
    {
      id: 'tag-moved',
      given: 'a tag in Katello',
      when: 'another image is pushed to it',
      outcome: 'a pull gets the other image',
    },
    async (scene) => {
      const [one, two] = [scene.image('one'), scene.image('two')];
      await scene.push('latest', one);
      await scene.run();

      await scene.push('latest', two);
      await scene.run();

      await expectPulls(scene, { latest: two });
    },
  );

  scenario(
    {
      id: 'tag-untagged',
      given: 'two tags in Katello',
      when: 'one is taken out of the push repository',
      outcome: 'it is gone from Katello, and the other one stays',
    },
    async (scene) => {
      const [one, two] = [scene.image('one'), scene.image('two')];
      await scene.push('1', one);
      await scene.push('2', two);
      await scene.run();

      await createPerson(scene).untagPushed('1');
      await scene.run();

      await expectPulls(scene, { 2: two });
    },
  );

  scenario(
    {
      id: 'tag-deleted-by-client',
      given: 'two tags of one image in Katello, and one of another',
      when: 'a client deletes the first image',
      outcome: 'both of its tags are gone from Katello, and the third stays',
      worlds: ['b'],
    },
    async (scene) => {
      const [one, two] = [scene.image('one'), scene.image('two')];
      await scene.push('1', one);
      await scene.push('1.0', one);
      await scene.push('2', two);
      await scene.run();

      await createPerson(scene).deletePushed(one);
      await scene.run();

      await expectPulls(scene, { 2: two });
    },
  );

  scenario(
    {
      id: 'tag-deleted-last',
      given: 'one tag in Katello',
      when: 'it is taken out of the push repository',
      outcome: 'it stays in Katello, which cannot be told that nothing is left, and the receipt says so',
      isLong: true,
    },
    async (scene) => {
      const one = scene.image('one');
      await scene.push('1', one);
      await scene.run();

      await createPerson(scene).untagPushed('1');
      await scene.run();

      await expectPulls(scene, { 1: one });
      expect(scene.receipt().leftAlone).to.have.nested.property('[0].reason', 'last-tag');
    },
  );

  scenario(
    {
      id: 'tag-back-during-publish',
      given: 'a tag that moved from one image to another, which Katello is just publishing',
      when: 'the first image is pushed to it again',
      outcome: 'a pull gets the first image',
    },
    async (scene) => {
      const person = createPerson(scene);
      const [a, b] = [scene.image('a'), scene.image('b')];
      await scene.push('latest', a);
      await scene.run();
      await scene.push('latest', b);
      await person.hold('ImportUpload');
      const publishing = scene.run();
      await person.held();

      await scene.push('latest', a);
      await person.release();
      await publishing;
      await scene.run();

      await expectPulls(scene, { latest: a });
    },
  );

  scenario(
    {
      id: 'tags-on-one-digest',
      given: 'twelve tags on one image',
      when: 'one of them moves to another image',
      outcome: 'a pull of the eleven gets the first image, of the one the other image',
      isLong: true,
    },
    async (scene) => {
      const [one, two] = [scene.image('one'), scene.image('two')];
      const tags = Array.from({ length: 12 }, (_, index) => `v${index}`);
      for (const tag of tags) await scene.push(tag, one);
      await scene.run();

      await scene.push('v7', two);
      await scene.run();

      await expectPulls(scene, { ...Object.fromEntries(tags.map((tag) => [tag, one])), v7: two }, { pulls: 8 });
    },
  );

  scenario(
    {
      id: 'tags-one-by-one',
      given: 'a worker that runs whenever it may',
      when: 'hundreds of tags are pushed one by one',
      outcome: 'all are there after a few publishes',
    },
    async (scene) => {
      const count = scene.isReal && !IS_LONG ? 30 : 300;
      const images = Array.from({ length: 10 }, (_, index) => scene.image(`image ${index}`));
      const tags = Array.from({ length: count }, (_, index) => `t${index}`);
      const imageOf = (index: number) => images[index % images.length] ?? scene.image('none');
      // keeps the pace, as queues do, where `run` forgets it
      const worker = createReconciler(scene.lab.deps);
      const run = { runId: 'one by one', isLastAttempt: false, signal: new AbortController().signal };

      for (const [index, tag] of tags.entries()) {
        await scene.push(tag, imageOf(index));
        scene.lab.passMs(300);
        await worker.reconcile(scene.path, run);
      }
      await scene.run();

      const publishes = scene.lab.calls.katello.filter(({ url }) => url.endsWith('/import_uploads'));
      expect(publishes.length).to.be.within(2, 2 + (count * 0.3) / 10);
      await expectPulls(scene, Object.fromEntries(tags.map((tag, index) => [tag, imageOf(index)])));
    },
  );

  scenario(
    {
      id: 'push-identical',
      given: 'a tag in Katello',
      when: 'the same image is pushed to it again',
      outcome: 'nothing is written, neither to Pulp nor to Katello',
    },
    async (scene) => {
      const one = scene.image('one');
      await scene.push('1', one);
      await scene.run();

      await scene.push('1', one);

      await expectRest(scene);
      await expectPulls(scene, { 1: one });
    },
  );

  scenario(
    {
      id: 'tag-hammered',
      given: 'a tag in Katello, and somebody who pulls it all the time',
      when: 'other images are pushed to it in a row, with runs in between and meanwhile',
      outcome: 'a pull gets the last one in the end, and always one of them until then',
    },
    async (scene) => {
      const count = scene.isReal ? 6 : 12;
      const images = Array.from({ length: IS_LONG ? 100 : count }, (_, index) => scene.image(`image ${index}`));
      const pushesOfRun = Math.ceil((2 * images.length) / count);
      const [first = scene.image('none'), ...others] = images;
      await scene.push('latest', first);
      await scene.run();
      const watch = await watchTag(scene, 'latest');

      let run: Promise<unknown> = Promise.resolve();
      for (const [index, image] of others.entries()) {
        await scene.push('latest', image);
        if (index % pushesOfRun === 0) await run;
        if (index % pushesOfRun === 1) run = run.then(() => scene.run());
      }
      await run;
      await scene.run();

      const pulled = await watch.stop();
      expect(images.map(({ manifest }) => manifest.digest)).to.include.members(pulled);
      expect(pulled.at(-1)).to.equal(images.at(-1)?.manifest.digest);
      await expectPulls(scene, { latest: images.at(-1) ?? first });
    },
  );
});
