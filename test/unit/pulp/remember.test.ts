import { expect } from 'chai';
import { rememberContent } from '../../../lib/pulp/remember.ts';

describe('rememberContent', () => {
  let asked: string[];
  const rows = <R>(toRow: (href: string) => R) => {
    return async (hrefs: readonly string[]): Promise<R[]> => {
      asked.push(...hrefs);
      return hrefs.filter((href) => href !== 'gone').map(toRow);
    };
  };
  const tagAt = (pulp_href: string) => ({ pulp_href, name: pulp_href, tagged_manifest: 'm' });
  const imageAt = (pulp_href: string) => ({
    pulp_href,
    digest: `sha256:${pulp_href}`,
    media_type: 'image',
    listed_manifests: [] as string[],
    config_blob: 'config',
    blobs: ['layer'],
  });

  const blobAt = (pulp_href: string) => ({
    pulp_href,
    digest: 'd',
    artifact: pulp_href === 'full' ? 'artifact' : null,
  });
  const manifestAt = (pulp_href: string) => {
    if (pulp_href === 'image') return imageAt(pulp_href);
    const listed_manifests = pulp_href === 'list' ? ['child'] : [];
    return { ...imageAt(pulp_href), listed_manifests, config_blob: null, blobs: [] };
  };
  const open = () =>
    rememberContent({
      readTags: rows(tagAt),
      readManifests: rows(manifestAt),
      readBlobs: rows(blobAt),
      readArtifacts: rows((pulp_href) => ({ pulp_href, sha256: 'x' })),
    });

  beforeEach(() => {
    asked = [];
  });

  it('asks once for each tag, and answers all of them', async () => {
    const pulp = open();

    await pulp.readTags(['a', 'b']);
    const found = await pulp.readTags(['b', 'c']);

    expect(asked).to.deep.equal(['a', 'b', 'c']);
    expect(found).to.deep.equal([tagAt('b'), tagAt('c')]);
  });

  it('asks again for what was not there', async () => {
    const pulp = open();

    await pulp.readTags(['gone']);
    expect(await pulp.readTags(['gone'])).to.deep.equal([]);

    expect(asked).to.deep.equal(['gone', 'gone']);
  });

  it('remembers images, but no list: its children may be linked later', async () => {
    const pulp = open();

    await pulp.readManifests(['list', 'empty', 'image']);
    await pulp.readManifests(['list', 'empty', 'image']);

    expect(asked).to.deep.equal(['list', 'empty', 'image', 'list', 'empty']);
  });

  it('remembers blobs that have bytes', async () => {
    const pulp = open();

    await pulp.readBlobs(['full', 'empty']);
    await pulp.readBlobs(['full', 'empty']);

    expect(asked).to.deep.equal(['full', 'empty', 'empty']);
  });

  it('forgets what was not asked for longest', async () => {
    const pulp = open();
    const many = Array.from({ length: 20_001 }, (_, n) => `${n}`);

    await pulp.readArtifacts(many);
    await pulp.readArtifacts(['0', '20000']);

    expect(asked.slice(many.length)).to.deep.equal(['0']);
  });
});
