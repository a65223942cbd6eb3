import { expect } from 'chai';
import { findVersionRef, readRepositoryRef, readVersionRef, versionHref } from '../../../lib/pulp/href.ts';

const uuid = '0198d3a5-6c1f-7b8e-9d0a-1b2c3d4e5f60';

describe('hrefs of Pulp', () => {
  for (const type of ['container', 'container-push'] as const) {
    const repository = `/pulp/api/v3/repositories/container/${type}/${uuid}/`;

    it(`give repository, uuid and number of a ${type} version`, () => {
      expect(readVersionRef(versionHref(repository, 12))).to.deep.equal({
        repositoryHref: repository,
        uuid,
        number: 12,
      });
    });

    it(`give type and uuid of a ${type} repository`, () => {
      expect(readRepositoryRef(repository)).to.deep.equal({ type, uuid });
    });
  }

  it('are no version when the object is gone, a tag, or of another plugin', () => {
    expect(findVersionRef('<unavailable>')).to.equal(null);
    expect(findVersionRef(null)).to.equal(null);
    expect(findVersionRef(`/pulp/api/v3/content/container/tags/${uuid}/`)).to.equal(null);
    expect(findVersionRef(`/pulp/api/v3/repositories/rpm/rpm/${uuid}/versions/1/`)).to.equal(null);
  });

  it('of another kind are our own bug where a version is needed', () => {
    expect(() => readVersionRef('/pulp/api/v3/tasks/1/'))
      .to.throw()
      .with.property('code', 'E_INVARIANT');
    expect(() => readRepositoryRef('/pulp/api/v3/tasks/1/'))
      .to.throw()
      .with.property('code', 'E_INVARIANT');
  });
});
