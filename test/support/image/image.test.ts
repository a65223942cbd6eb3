import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { z } from 'zod';
import { createArtifact, createImage, createIndex, createTwoArchitectures } from './image.ts';
import { createTar } from './tar.ts';

describe('createImage', () => {
  it('makes the same bytes for the same seed', () => {
    expect(createImage({ seed: 'x' })).to.deep.equal(createImage({ seed: 'x' }));
  });

  it('makes another layer, configuration and manifest for another seed', () => {
    const one = createImage({ seed: 'one' });
    const two = createImage({ seed: 'two' });

    const digests = [one, two].flatMap((image) => [image.manifest, ...image.blobs]).map((blob) => blob.digest);

    expect(new Set(digests).size).to.equal(6);
  });

  it('names every blob by the hash of its bytes', () => {
    const image = createImage({ seed: 'x', format: 'docker' });

    for (const { digest, bytes } of [image.manifest, ...image.blobs]) {
      expect(digest).to.equal(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
    }
  });

  it('refers to its blobs with their sizes and types', () => {
    const image = createImage({ seed: 'x', sizeBytes: 5_000 });
    const [config, layer] = image.blobs;

    const manifest: unknown = JSON.parse(image.manifest.bytes.toString());

    const describe = (blob: typeof config) => ({
      mediaType: blob?.mediaType,
      digest: blob?.digest,
      size: blob?.bytes.length,
    });
    expect(manifest).to.deep.include({ config: describe(config), layers: [describe(layer)] });
  });
});

describe('createIndex', () => {
  it('lists its children in the given order with their platforms', () => {
    const index = createTwoArchitectures({ seed: 'x', format: 'docker' });

    const { manifests } = z
      .object({ manifests: z.array(z.unknown()) })
      .parse(JSON.parse(index.manifest.bytes.toString()));

    expect(manifests).to.have.lengthOf(2);
    for (const [position, architecture] of ['amd64', 'arm64'].entries()) {
      const digest = index.children[position]?.manifest.digest;
      expect(manifests[position]).to.deep.include({ digest, platform: { os: 'linux', architecture } });
    }
  });

  it('may hold another index', () => {
    const inner = createTwoArchitectures({ seed: 'x' });

    const outer = createIndex([inner]);

    expect(outer.manifest.bytes.toString()).to.include(inner.manifest.digest);
  });
});

describe('createArtifact', () => {
  it('names what it is about', () => {
    const subject = createImage({ seed: 'x' });

    const artifact = createArtifact('sbom', 'application/spdx+json', subject);

    expect(JSON.parse(artifact.manifest.bytes.toString())).to.deep.include({
      artifactType: 'application/spdx+json',
      subject: {
        mediaType: subject.manifest.mediaType,
        digest: subject.manifest.digest,
        size: subject.manifest.bytes.length,
      },
    });
  });
});

describe('createTar', () => {
  for (const size of [0, 1, 512, 1_300]) {
    it(`makes an archive that tar reads back, with a file of ${size} bytes`, () => {
      const content = Buffer.alloc(size, 'x');

      const read = execFileSync('tar', ['-xO', 'some-file'], { input: createTar('some-file', content) });

      expect(read.equals(content)).to.equal(true);
    });
  }
});
