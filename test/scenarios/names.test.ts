/** What a push path is called in Katello: the right container name, or a refusal that says why and makes nothing. */
import { expect } from 'chai';
import { atPath, createOrganization, createProduct, listAll, organizationId } from '../support/scenarios/at-path.ts';
import { describeScenarios } from '../support/scenarios/describe-scenarios.ts';
import { expectPulls } from '../support/scenarios/expect-pulls.ts';
import type { Scenario } from '../support/scenarios/scenario.ts';
import type { Scene } from '../support/scenarios/scene.ts';

const KATELLO_4_14 = { katelloVersion: '4.14.3' };

/** A path below the organization and where it leads. */
interface Led {
  /** behind the organization's label */
  readonly path: string;
  /** of the repository in Katello */
  readonly name: string;
  /** behind the organization's label, which is joined to it as this Katello does */
  readonly container: string;
}

describeScenarios('names', (scenario) => {
  const leads = (words: Omit<Scenario, 'given' | 'isLong'>, led: Led, options = {}): void =>
    scenario({ given: 'no repository yet', isLong: true, ...words }, (scene) => expectLed(scene, led), options);
  const isRefused = (words: Omit<Scenario, 'given' | 'isLong'>, path: string): void =>
    scenario({ given: 'no repository yet', isLong: true, ...words }, async (scene) => {
      await expectRefused(atPath(scene, `${scene.lab.organization}/${path}`, ''), 'name-refused');
    });

  leads(
    { id: 'name-dots', when: 'a name with dots is pushed to', outcome: 'its container name has `_` instead of them' },
    { path: 'web/my.app-1.0_x', name: 'my.app-1.0_x', container: '/web/my_app-1_0_x' },
  );
  leads(
    { id: 'name-nested', when: 'a name of several segments is pushed to', outcome: 'they are joined by `_`' },
    { path: 'web/team/sub/api', name: 'team/sub/api', container: '/web/team_sub_api' },
  );
  leads(
    {
      id: 'name-registry-words',
      when: 'a name of words that registries use is pushed to',
      outcome: 'it is a name like any other',
    },
    { path: 'web/blobs/uploads', name: 'blobs/uploads', container: '/web/blobs_uploads' },
  );
  leads(
    {
      id: 'name-double-underscore-4-14',
      when: 'a name with `__` is pushed to, on Katello 4.14',
      outcome: 'it is part of the container name',
    },
    { path: 'web/foo__bar', name: 'foo__bar', container: '-web-foo__bar' },
    KATELLO_4_14,
  );
  leads(
    {
      id: 'name-double-dash-4-14',
      when: 'a name with `--` is pushed to, on Katello 4.14',
      outcome: 'it is part of the container name',
    },
    { path: 'web/a--b', name: 'a--b', container: '-web-a--b' },
    KATELLO_4_14,
  );

  isRefused(
    {
      id: 'name-double-underscore',
      when: 'a name with `__` is pushed to, on Katello 5.0',
      outcome: 'it is refused with what Katello says, and nothing is made',
    },
    'web/foo__bar',
  );
  isRefused(
    {
      id: 'name-double-dash',
      when: 'a name with `--` is pushed to, on Katello 5.0',
      outcome: 'it is refused with what Katello says, and nothing is made',
    },
    'web/a--b',
  );
  isRefused(
    {
      id: 'name-refused-first',
      when: 'a name with `--` and without a product is pushed to, on Katello 5.0, and there is no push product yet',
      outcome: 'it is refused with what Katello says, and no push product is made either',
    },
    'a--b',
  );

  scenario(
    {
      id: 'name-by-ids',
      given: 'a product whose label no path can have',
      when: 'it is pushed to by ids',
      outcome: 'the container name has its label, cleaned by Katello',
      isLong: true,
    },
    async (scene) => {
      const product = await createProduct(scene, 'a-_b');

      await expectLed(scene, { path: await byIds(scene, product, 'app'), name: 'app', container: '/ab/app' });
    },
  );

  scenario(
    {
      id: 'name-product',
      given: 'products whose labels have `_` and `-` where Katello 5.0 takes none',
      when: 'they are pushed to by ids',
      outcome: 'that is refused with what Katello says, and no repository is made',
      isLong: true,
    },
    async (scene) => {
      for (const label of ['_x', 'x_', '-x', 'x-', '__', 'a--b']) {
        const path = await byIds(scene, await createProduct(scene, label), 'app');

        await expectRefused(atPath(scene, path, ''), 'name-refused');
      }
    },
  );

  scenario(
    {
      id: 'name-number',
      given: 'no repository yet',
      when: 'a number is pushed to behind the id of an organization',
      outcome: 'it is a name in the push product, not the id of a product',
      isLong: true,
    },
    async (scene) => {
      const path = `id/${await organizationId(scene)}/1`;

      await expectLed(scene, { path, name: '1', container: '/container_push/1' });
    },
  );

  scenario(
    {
      id: 'name-upper-case',
      given: 'a product of a label in upper case',
      when: 'its label in lower case is pushed to',
      outcome: 'its repository is filled, under a container name in lower case',
      isLong: true,
    },
    async (scene) => {
      await createProduct(scene, 'Web_Tools');

      await expectLed(scene, { path: 'web_tools/app', name: 'app', container: '/web_tools/app' });
    },
  );

  scenario(
    {
      id: 'name-ambiguous',
      given: 'two products whose labels differ in case alone',
      when: 'that label is pushed to, and then one of them by ids, and then the other one',
      outcome: 'the first is refused and names both ids, the second is published, and the third is refused by Katello',
    },
    async (scene) => {
      const ids = [await createProduct(scene, 'Tools'), await createProduct(scene, 'tools')] as const;
      const byLabel = atPath(scene, `${scene.lab.organization}/tools/app`, 'app');

      const refusal = await expectRefused(byLabel, 'ambiguous-label');
      for (const id of ids) expect(refusal).to.match(new RegExp(`\\b${id}\\b`));
      await expectLed(scene, { path: await byIds(scene, ids[0], 'app'), name: 'app', container: '/tools/app' });
      await expectRefused(atPath(scene, await byIds(scene, ids[1], 'app'), 'app'), 'name-refused');
    },
  );

  scenario(
    {
      id: 'name-ambiguous-organization',
      given: 'two organizations whose labels differ in case alone',
      when: 'that label is pushed to, and then one of them by its id',
      outcome: 'the first is refused and names both ids, and a pull gets the second from the organization of the id',
    },
    async (scene) => {
      const { organization } = scene.lab;
      const first = await organizationId(scene);
      const second = await createOrganization(scene, organization.toUpperCase());
      scene.lab.deps.directory.forget(); // as it does after half a minute

      const refusal = await expectRefused(atPath(scene, `${organization}/web/app`, 'app'), 'ambiguous-label');
      for (const id of [first, second]) expect(refusal).to.match(new RegExp(`\\b${id}\\b`));

      await expectLed(scene, { path: `id/${first}/app`, name: 'app', container: '/container_push/app' });
    },
  );

  scenario(
    {
      id: 'name-organization',
      given: 'an organization whose name is not ASCII and whose label is in upper case',
      when: 'its label in lower case is pushed to, and its id',
      outcome: 'each has its container name by the label, in lower case',
      isLong: true,
    },
    async (scene) => {
      const label = `My_${scene.lab.organization}`;
      const id = await createOrganization(scene, label, `Größe 十 ${scene.lab.organization}`);
      scene.lab.deps.directory.forget(); // as it does after half a minute

      for (const [path, name] of [
        [`${label.toLowerCase()}/app`, 'app'],
        [`id/${id}/api`, 'api'],
      ] as const) {
        const there = atPath(scene, path, name);
        const image = scene.image(path);
        await there.push('1', image);

        await there.run();

        const { container_repository_name: found } = await there.repository();
        expect(found).to.equal(`${label.toLowerCase()}/container_push/${name}`);
        await expectPulls(there, { 1: image });
      }
    },
  );

  scenario(
    {
      id: 'name-collision-4-14',
      given: 'a repository `b-c` of a product `a`, on Katello 4.14, which joins names by `-`',
      when: '`c` of a product `a-b` is pushed to',
      outcome: 'that is refused with what Katello says, and a pull gets what was pushed to the first',
      isLong: true,
    },
    async (scene) => {
      for (const label of ['a', 'a-b']) await createProduct(scene, label);
      const [first, second] = ['a/b-c', 'a-b/c'].map((path) => `${scene.lab.organization}/${path}`);
      const there = atPath(scene, first ?? '', 'b-c');
      const image = scene.image('first');
      await there.push('1', image);
      await there.run();

      await expectRefused(atPath(scene, second ?? '', 'c'), 'name-refused');

      await expectPulls(there, { 1: image });
    },
    KATELLO_4_14,
  );

  scenario(
    {
      id: 'name-label-taken',
      given: 'a repository of a name of two segments',
      when: 'the name that is equal to its label is pushed to',
      outcome: 'that is refused and names the other one, which stays as it is',
    },
    async (scene) => {
      const nested = atPath(scene, `${scene.lab.organization}/web/team/api`, 'team/api');
      const image = scene.image('nested');
      await nested.push('1', image);
      await nested.run();

      const flat = atPath(scene, `${scene.lab.organization}/web/team_api`, 'team_api');
      expect(await expectRefused(flat, 'label-taken')).to.contain('team/api');

      await expectPulls(nested, { 1: image });
    },
  );

  scenario(
    {
      id: 'name-owner',
      given: 'a repository of the push product that was pushed to without naming the product',
      when: 'it is pushed to by the label of the product, and by ids',
      outcome: 'both are refused and name the first path, and a pull gets what was pushed there',
    },
    async (scene) => {
      const owner = atPath(scene, `${scene.lab.organization}/api`, 'api');
      const image = scene.image('first');
      await owner.push('1', image);
      await owner.run();

      const others = [`${scene.lab.organization}/container_push/api`, `id/${await organizationId(scene)}/api`];
      for (const other of others) {
        expect(await expectRefused(atPath(scene, other, 'api'), 'other-owner')).to.contain(owner.path);
      }

      await expectPulls(owner, { 1: image });
    },
  );
});

async function byIds(scene: Scene, product: number, name: string): Promise<string> {
  return `id/${await organizationId(scene)}/${product}/${name}`;
}

/** Passes if a push to the path arrives in a repository of this name and container name. */
async function expectLed(scene: Scene, { path, name, container }: Led): Promise<void> {
  const there = atPath(scene, path.startsWith('id/') ? path : `${scene.lab.organization}/${path}`, name);
  const image = scene.image(path);
  await there.push('1', image);

  await there.run();

  const { container_repository_name: found } = await there.repository();
  expect(found).to.equal(`${scene.lab.organization}${container}`);
  await expectPulls(there, { 1: image });
}

/** Passes if a push to the path of the scene is refused for this reason and makes nothing. Answers the message. */
async function expectRefused(scene: Scene, reason: string): Promise<string> {
  const before = await listAll(scene);
  await scene.push('1', scene.image(scene.path));

  const outcome = await scene.run();

  expect(outcome).to.deep.equal({ kind: 'done', result: 'refused' });
  const { state, error } = scene.receipt();
  expect({ state, reason: error?.reason }).to.deep.equal({ state: 'refused', reason });
  expect(await listAll(scene)).to.deep.equal(before);
  return error?.message ?? '';
}
