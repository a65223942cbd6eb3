import { expect } from 'chai';
import { signsOfEnded, signsOfHeld } from '../../../lib/detect/signs.ts';
import { pushTask, uuidOf } from '../../support/tasks.ts';

const uuid = uuidOf(7);
const pushVersion = `/pulp/api/v3/repositories/container/container-push/${uuid}/versions/3/`;
const version = `/pulp/api/v3/repositories/container/container/${uuid}/versions/3/`;
const reserved = [
  `prn:container.containerpushrepository:${uuid}`,
  `shared:prn:container.containerrepository:${uuidOf(8)}`,
  `shared:prn:core.domain:${uuidOf(9)}`,
];

describe('signsOfEnded', () => {
  it('are the versions that a task made, in either type of repository', () => {
    expect(signsOfEnded(pushTask(1, { created_resources: [pushVersion] }))).to.deep.equal([{ uuid, version: 3 }]);
    expect(signsOfEnded(pushTask(1, { created_resources: [version] }))).to.deep.equal([{ uuid, version: 3 }]);
  });

  for (const state of ['failed', 'canceled', 'skipped'] as const) {
    it(`are where a task that ${state} made a version, whose number nobody knows before it is finished`, () => {
      const task = pushTask(1, { state, created_resources: [version], reserved_resources_record: reserved });

      expect(signsOfEnded(task)).to.deep.equal([{ uuid, version: null }]);
    });

    it(`are what a task held that ${state} without a version`, () => {
      const task = pushTask(1, { state, reserved_resources_record: reserved });

      expect(signsOfEnded(task)).to.deep.equal([{ uuid, version: null }]);
    });
  }

  it('are none of a task that completed without a version', () => {
    expect(signsOfEnded(pushTask(1, { reserved_resources_record: reserved }))).to.deep.equal([]);
  });

  it('pass over tags, what is gone, and other plugins', () => {
    const created_resources = [
      null,
      '<unavailable>',
      `/pulp/api/v3/content/container/tags/${uuid}/`,
      `/pulp/api/v3/repositories/file/file/${uuid}/versions/1/`,
    ];

    expect(signsOfEnded(pushTask(1, { created_resources }))).to.deep.equal([]);
  });

  it('are what a migration made: the same repository, of another type', () => {
    const created_resources = [`/pulp/api/v3/repositories/container/container/${uuid}/`];

    expect(signsOfEnded(pushTask(1, { created_resources }))).to.deep.equal([{ uuid, version: null }]);
  });
});

describe('signsOfHeld', () => {
  it('are read from hrefs too, as Pulp writes them before 3.50', () => {
    const href = `/pulp/api/v3/repositories/container/container-push/${uuid}/`;
    const task = pushTask(1, { reserved_resources_record: [href, 'shared:/pulp/api/v3/domains/1/'] });

    expect(signsOfHeld(task)).to.deep.equal([{ uuid, version: null }]);
  });
});
