/** Whatever people push arrives bit by bit: images of all shapes, and what is no image at all. */
import { expect } from 'chai';
import { createArtifact, createImage, createIndex, type Image, type Pushable } from '../support/image/image.ts';
import {
  createAttestation,
  createChart,
  createEmptyLayer,
  createForeignLayer,
  createLayer,
  createPackage,
  createReferrers,
  createSignature,
  tagAbout,
} from '../support/image/shapes.ts';
import { describeScenarios } from '../support/scenarios/describe-scenarios.ts';
import { expectPulls } from '../support/scenarios/expect-pulls.ts';
import { listVersions } from '../support/scenarios/list-versions.ts';

const ATTESTATION_TYPE = 'application/vnd.in-toto+json';
/** Of those that arrive one by one, what a real Pulp plays also in the short run: what differs most from a plain image. */
const SHORT = new Set([
  'shape-docker-list',
  'shape-zero-bytes',
  'shape-artifact',
  'shape-attested-index',
  'shape-foreign',
]);
const SBOM_TYPE = 'application/spdx+json';

describeScenarios('shapes', (scenario) => {
  /** One thing, made of a seed of its own, arrives in a repository that has something already. */
  const arrives = (id: string, what: string, make: (seed: string) => Pushable): void =>
    scenario(
      {
        id,
        given: 'a tag in Katello',
        when: `${what} is pushed to another`,
        outcome: 'a pull gets both, byte for byte',
        isLong: !SHORT.has(id),
      },
      async (scene) => {
        const [image, other] = [scene.image('plain'), make(scene.path)];
        await scene.push('plain', image);
        await scene.run();

        await scene.push('other', other);
        await scene.run();

        await expectPulls(scene, { plain: image, other });
      },
    );

  arrives('shape-docker', "an image of Docker's media types", (seed) => createImage({ seed, format: 'docker' }));
  arrives('shape-docker-list', "a manifest list of Docker's media types", (seed) =>
    createIndex(
      ['amd64', 's390x'].map((architecture) => createImage({ seed, format: 'docker', architecture })),
      'docker',
    ),
  );
  arrives('shape-empty-layer', 'an image with two layers of instructions that change nothing', (seed) =>
    createPackage({ seed, layers: [createEmptyLayer(), createLayer(seed), createEmptyLayer()] }),
  );
  arrives('shape-zero-bytes', 'an image with a layer of no bytes', (seed) =>
    createPackage({ seed, layers: [createLayer(seed), createLayer(seed, '', 0)] }),
  );
  arrives('shape-zstd', 'an image with layers of zstd and without compression', (seed) =>
    createPackage({ seed, layers: [createLayer(seed, '+zstd'), createLayer(`${seed} plain`, '')] }),
  );
  arrives('shape-annotations', 'an image with annotations of every script and size', (seed) =>
    createPackage({
      seed,
      layers: [createLayer(seed)],
      annotations: { 'com.example.größe': '十'.repeat(5_000), '': '' },
    }),
  );
  arrives('shape-many-layers', 'an image of two hundred layers', (seed) =>
    createPackage({ seed, layers: Array.from({ length: 200 }, (_, n) => createLayer(`${seed} ${n}`)) }),
  );
  arrives('shape-artifact', 'something that is no image, of an empty configuration,', (seed) =>
    createArtifact(seed, SBOM_TYPE),
  );
  arrives('shape-chart', 'a Helm chart', createChart);
  arrives('shape-attested-index', 'an index of an image and what BuildKit says about it', (seed) => {
    const image = createImage({ seed });
    return createIndex([image, createArtifact(`${seed} attestation`, ATTESTATION_TYPE, image)]);
  });
  arrives('shape-foreign', 'an image with a foreign layer, whose bytes are pushed too,', (seed) => {
    const layer = createForeignLayer(seed);
    return createPackage({ seed, layers: [layer], urls: { [layer.digest]: 'https://layers.example.com/1' } });
  });

  scenario(
    {
      id: 'shape-foreign-absent',
      given: 'a tag in Katello',
      when: 'an image is pushed to it whose foreign layer stays where it is',
      outcome: 'Pulp refuses that push to the client, and a pull gets the old image',
      isLong: true,
    },
    async (scene) => {
      const [old, layer] = [scene.image('old'), createForeignLayer(scene.path)];
      await scene.push('1', old);
      await scene.run();
      const urls = { [layer.digest]: 'https://layers.example.com/1' };
      const image = createPackage({ seed: scene.path, layers: [layer], urls, absent: [layer.digest] });

      const refusal: unknown = await scene.push('1', image).catch((error: unknown) => error);

      expect(refusal).to.be.instanceOf(Error).with.property('message').that.contains('MANIFEST_INVALID');
      await expectPulls(scene, { 1: old });
    },
  );

  scenario(
    {
      id: 'shape-signed',
      given: 'a signed image in Katello',
      when: 'another image is pushed to its tag, with its own signature and attestation',
      outcome: 'no version of the repository has one of the images without all that was pushed with it',
    },
    async (scene) => {
      const [one, two] = [scene.image('one'), scene.image('two')];
      const about = (image: Image) => ({
        [tagAbout(image, '.sig')]: createSignature(image),
        [tagAbout(image, '.att')]: createAttestation(image),
      });
      for (const [tag, what] of Object.entries({ 1: one, ...about(one) })) await scene.push(tag, what);
      await scene.run();

      for (const [tag, what] of Object.entries({ 1: two, ...about(two) })) await scene.push(tag, what);
      await scene.run();

      await expectPulls(scene, { 1: two, ...about(one), ...about(two) });
      for (const tags of await listVersions(scene)) {
        const image = [one, two].find(({ manifest }) => manifest.digest === tags['1']);
        if (image) expect(tags).to.include.all.keys(Object.keys(about(image)));
      }
    },
  );

  scenario(
    {
      id: 'shape-referrers',
      given: 'no repository yet',
      when: 'an image is pushed, and an index of what refers to it, once of one thing and once of two',
      outcome: 'no version of the repository has the image without that index, and a pull gets each of them',
    },
    async (scene) => {
      const image = scene.image('subject');
      const referrers = ['signature', 'bill of materials'].map((seed) =>
        createArtifact(`${scene.path} ${seed}`, SBOM_TYPE, image),
      );
      await scene.push('1', image);
      await scene.push(tagAbout(image), createReferrers(referrers.slice(0, 1)));
      await scene.run();
      await expectPulls(scene, { 1: image, [tagAbout(image)]: createReferrers(referrers.slice(0, 1)) });

      await scene.push(tagAbout(image), createReferrers(referrers));
      await scene.run();

      await expectPulls(scene, { 1: image, [tagAbout(image)]: createReferrers(referrers) });
      for (const tags of await listVersions(scene)) {
        if (tags['1']) expect(tags).to.include.all.keys(tagAbout(image));
      }
    },
  );
});
