/** What becomes of tags that are pushed, moved and taken away. */
import { describeScenarios } from '../support/scenarios/describe-scenarios.ts';
import { expectPulls } from '../support/scenarios/expect-pulls.ts';

describeScenarios('tags', (scenario) => {
  scenario(
    {
      id: 'tag-new',
      given: 'a repository that was pushed to',
      when: 'a tag is pushed that it does not have',
      outcome: 'a pull gets the old tag and the new one',
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
});
