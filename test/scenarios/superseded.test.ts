/** Old images whose tag went on: they can still be pulled by digest, unless that would cost a content view its tags. */
import { expect } from 'chai';
import type { Image } from '../support/image/image.ts';
import { findDigest } from '../support/image/push.ts';
import { describeScenarios } from '../support/scenarios/describe-scenarios.ts';
import { expectPulls } from '../support/scenarios/expect-pulls.ts';
import { createPerson, type ViewCopy } from '../support/scenarios/person.ts';
import type { Scene } from '../support/scenarios/scene.ts';

/** The first version whose index takes a tag's name off every old image that is still in the repository. */
const KATELLO_5 = '5.0.1';
const KATELLO_4_14 = '4.14.3';

/** What a pull of an image by its digest gets, from Library. */
async function pullByDigest(scene: Scene, { manifest }: Image): Promise<string | null> {
  const { container_repository_name: name } = await scene.repository();
  return findDigest(scene.lab.server, name, manifest.digest);
}

/** Passes if the copy of a view still lists these tags, and a pull from it gets them, by tag and by digest. */
async function expectView(scene: Scene, view: ViewCopy, tags: Readonly<Record<string, Image>>) {
  const wanted = Object.fromEntries(Object.entries(tags).map(([tag, { manifest }]) => [tag, manifest.digest]));
  expect(await view.listed(), 'listed by the view').to.deep.equal(wanted);
  for (const [tag, digest] of Object.entries(wanted)) {
    expect(await findDigest(scene.lab.server, view.containerName, tag), `pull of ${tag} from the view`).to.equal(
      digest,
    );
    expect(await findDigest(scene.lab.server, view.containerName, digest), 'pull by digest').to.equal(digest);
  }
}

/** A tag in Katello and in a published view, which moves afterwards. */
async function moveBesideView(scene: Scene): Promise<{ old: Image; other: Image; moved: Image; view: ViewCopy }> {
  const [old, other, moved] = [scene.image('old'), scene.image('other'), scene.image('moved')];
  await scene.push('latest', old);
  await scene.push('other', other);
  await scene.run();
  const view = await createPerson(scene).publishView();

  await scene.push('latest', moved);
  await scene.run();
  return { old, other, moved, view };
}

describeScenarios('superseded images', (scenario) => {
  scenario(
    {
      id: 'superseded-in-view',
      given: 'a tag in a published content view of Katello 5.0',
      when: 'it moves, and moves again',
      outcome: 'the view still lists the tag, pulls from it get the old image, and Library holds only the new one',
    },
    async (scene) => {
      const { old, other, moved, view } = await moveBesideView(scene);
      await expectView(scene, view, { latest: old, other });

      const last = scene.image('last');
      await scene.push('latest', last);
      await scene.run();

      await expectView(scene, view, { latest: old, other });
      await expectPulls(scene, { latest: last, other });
      expect([await pullByDigest(scene, old), await pullByDigest(scene, moved)]).to.deep.equal([null, null]);
    },
    { katelloVersion: KATELLO_5 },
  );

  scenario(
    {
      id: 'superseded-deleted-in-view',
      given: 'a tag in a published content view of Katello 5.0',
      when: 'it is taken out of the push repository, and pushed anew with another image',
      outcome: 'the view still lists the tag, and pulls from it get the old image',
      isLong: true,
    },
    async (scene) => {
      const [old, other, anew] = [scene.image('old'), scene.image('other'), scene.image('anew')];
      const person = createPerson(scene);
      await scene.push('latest', old);
      await scene.push('other', other);
      await scene.run();
      const view = await person.publishView();

      await person.untagPushed('latest');
      await scene.run();
      await expectView(scene, view, { latest: old, other });
      await scene.push('latest', anew);
      await scene.run();

      await expectView(scene, view, { latest: old, other });
      await expectPulls(scene, { latest: anew, other });
    },
    { katelloVersion: KATELLO_5 },
  );

  scenario(
    {
      id: 'superseded-before-view',
      given: 'a tag of Katello 5.0 that moved before a content view was published, and an old image that stayed',
      when: 'it moves again',
      outcome: 'the view still lists the tag as it was, and Library holds only the new image',
      isLong: true,
    },
    async (scene) => {
      const [first, second, third] = [scene.image('first'), scene.image('second'), scene.image('third')];
      await scene.push('latest', first);
      await scene.run();
      await scene.push('latest', second);
      await scene.run();
      const view = await createPerson(scene).publishView();

      await scene.push('latest', third);
      await scene.run();

      await expectView(scene, view, { latest: second });
      await expectPulls(scene, { latest: third });
      expect([await pullByDigest(scene, first), await pullByDigest(scene, second)]).to.deep.equal([null, null]);
    },
    { katelloVersion: KATELLO_5 },
  );

  scenario(
    {
      id: 'superseded-without-view',
      given: 'a tag of Katello 5.0 that no content view holds',
      when: 'it moves',
      outcome: 'a pull by the old digest still gets the old image',
      isLong: true,
    },
    async (scene) => {
      const [old, moved] = [scene.image('old'), scene.image('moved')];
      await scene.push('latest', old);
      await scene.run();

      await scene.push('latest', moved);
      await scene.run();

      await expectPulls(scene, { latest: moved });
      expect(await pullByDigest(scene, old)).to.equal(old.manifest.digest);
    },
    { katelloVersion: KATELLO_5 },
  );

  scenario(
    {
      id: 'superseded-katello-4-14',
      given: 'a tag in a published content view of Katello 4.14',
      when: 'it moves',
      outcome: 'view and Library are right, and a pull by the old digest gets the old image from both',
    },
    async (scene) => {
      const { old, other, moved, view } = await moveBesideView(scene);

      await expectView(scene, view, { latest: old, other });
      await expectPulls(scene, { latest: moved, other });
      expect(await pullByDigest(scene, old)).to.equal(old.manifest.digest);
    },
    { katelloVersion: KATELLO_4_14 },
  );

  scenario(
    {
      id: 'superseded-remove',
      given: 'KPR_SUPERSEDED=remove, and a tag of Katello 4.14 that no content view holds',
      when: 'it moves',
      outcome: 'the old image leaves Katello with it',
      isLong: true,
    },
    async (scene) => {
      const [old, moved] = [scene.image('old'), scene.image('moved')];
      await scene.push('latest', old);
      await scene.run();

      await scene.push('latest', moved);
      await scene.run();

      await expectPulls(scene, { latest: moved });
      expect(await pullByDigest(scene, old)).to.equal(null);
    },
    { katelloVersion: KATELLO_4_14, settings: { superseded: 'remove' } },
  );

  scenario(
    {
      id: 'superseded-keep',
      given: 'KPR_SUPERSEDED=keep, and a tag in a published content view of Katello 5.0',
      when: 'it moves',
      outcome: 'a pull by the old digest gets the old image, and the view no longer lists the tag',
      isLong: true,
    },
    async (scene) => {
      const { old, other, moved, view } = await moveBesideView(scene);

      expect(await view.listed()).to.deep.equal({ other: other.manifest.digest });
      await expectPulls(scene, { latest: moved, other });
      expect(await pullByDigest(scene, old)).to.equal(old.manifest.digest);
    },
    { katelloVersion: KATELLO_5, settings: { superseded: 'keep' } },
  );

  scenario(
    {
      id: 'superseded-still-tagged',
      given: 'two tags on one image, both in a published content view of Katello 5.0',
      when: 'one of them moves',
      outcome: 'a pull gets both as pushed, and Katello takes the moved one out of the list of the view',
      isLong: true,
    },
    async (scene) => {
      const [old, moved] = [scene.image('old'), scene.image('moved')];
      await scene.push('1.0', old);
      await scene.push('latest', old);
      await scene.run();
      const view = await createPerson(scene).publishView();

      await scene.push('latest', moved);
      await scene.run();

      await expectPulls(scene, { '1.0': old, latest: moved });
      // the image is needed for 1.0, and while it is there no index of Katello 4.19 or later leaves the view alone
      expect(await view.listed()).to.deep.equal({ '1.0': old.manifest.digest });
      expect(await findDigest(scene.lab.server, view.containerName, 'latest')).to.equal(old.manifest.digest);
    },
    { katelloVersion: KATELLO_5 },
  );
});
