import { expect } from 'chai';
import { RefusedError } from '../../../lib/errors.ts';
import { checkBlobs } from '../../../lib/reconcile/blobs.ts';
import { image } from '../../support/snapshots.ts';

const [RIGHT, WRONG] = ['a'.repeat(64), 'b'.repeat(64)];

/** How a check of one blob of one manifest ends, for what Pulp says of it. */
async function check(artifact: string | null, artifacts: Readonly<Record<string, string>>): Promise<unknown> {
  const pulp = {
    readBlobs: async (hrefs: readonly string[]) =>
      hrefs.map((href) => ({ pulp_href: href, digest: `sha256:${RIGHT}`, artifact })),
    readArtifacts: async (hrefs: readonly string[]) =>
      hrefs.flatMap((href) => (artifacts[href] ? [{ pulp_href: href, sha256: artifacts[href] }] : [])),
  };
  return checkBlobs(pulp, [{ ...image('1'), blobs: ['/blobs/1/'] }]).catch((error: unknown) => error);
}

describe('checkBlobs', () => {
  it('passes where the bytes are right', async () => {
    expect(await check('/artifacts/1/', { '/artifacts/1/': RIGHT })).to.equal(undefined);
  });

  it('refuses other bytes, naming the digest that they came under', async () => {
    const refusal = await check('/artifacts/1/', { '/artifacts/1/': WRONG });

    expect(refusal).to.be.instanceOf(RefusedError);
    expect(refusal).to.deep.include({ reason: 'blob-mismatch', details: { digest: `sha256:${RIGHT}` } });
  });

  it('refuses bytes that Pulp cannot tell about', async () => {
    expect(await check('/artifacts/1/', {})).to.have.property('reason', 'blob-mismatch');
  });

  it('passes what Pulp holds no bytes of', async () => {
    expect(await check(null, {})).to.equal(undefined);
  });
});
