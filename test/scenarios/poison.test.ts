/** A tag on an index that Katello does not know makes each of its indexings of the repository fail. */
import { expect } from 'chai';
import { describeScenarios } from '../support/scenarios/describe-scenarios.ts';
import { expectPulls } from '../support/scenarios/expect-pulls.ts';
import { createPerson } from '../support/scenarios/person.ts';

describeScenarios('poisoned repositories', (scenario) => {
  scenario(
    {
      id: 'poison-foreign',
      given:
        'a tag on an index unknown to Katello that somebody put into its repository in Pulp, so that its index fails',
      when: 'another tag is pushed',
      outcome: 'a pull gets that tag, and the foreign one, which is pinned',
    },
    async (scene) => {
      const person = createPerson(scene);
      const [one, two, foreign] = [scene.image('one'), scene.image('two'), scene.index('foreign')];
      await scene.push('1', one);
      await scene.run();
      await scene.push('foreign', foreign);
      await person.smuggle('foreign');
      await person.untagPushed('foreign');
      expect(await person.publish(['1', one])).to.equal('warning');

      await scene.push('2', two);
      await scene.run();

      await expectPulls(scene, { 1: one, 2: two, foreign }, { pins: { foreign: null } });
    },
  );

  scenario(
    {
      id: 'poison-pushed',
      given: 'a pushed index that somebody copied into Katello in Pulp, so that its index fails',
      when: 'a run comes by',
      outcome: 'a pull gets the index',
      isLong: true,
    },
    async (scene) => {
      const person = createPerson(scene);
      const [one, index] = [scene.image('one'), scene.index('multi')];
      await scene.push('1', one);
      await scene.run();
      await scene.push('multi', index);
      await person.smuggle('multi');
      expect(await person.publish(['1', one])).to.equal('warning');

      await scene.run();

      await expectPulls(scene, { 1: one, multi: index });
    },
  );

  scenario(
    {
      id: 'poison-beside-index',
      given: 'a repository of Katello whose index fails for a tag that somebody put there',
      when: 'another index is pushed, which Katello has to know first',
      outcome: 'a pull gets both',
      isLong: true,
    },
    async (scene) => {
      const person = createPerson(scene);
      const [one, foreign, index] = [scene.image('one'), scene.index('foreign'), scene.index('multi')];
      await scene.push('1', one);
      await scene.run();
      await scene.push('foreign', foreign);
      await person.smuggle('foreign');
      await person.untagPushed('foreign');

      await scene.push('multi', index);
      await scene.run();

      await expectPulls(scene, { 1: one, multi: index, foreign }, { pins: { foreign: null } });
    },
  );
});
