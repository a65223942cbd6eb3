import { expect } from 'chai';
import { BusyError } from '../../../lib/errors.ts';
import type { Task as KatelloTask } from '../../../lib/katello/schema.ts';
import type { Task } from '../../../lib/pulp/schema.ts';
import { type CureDeps, cure } from '../../../lib/reconcile/poison.ts';

const TARGET = '/pulp/api/v3/repositories/container/container/0198b5a2-7c1e-7f00-8a3b-5d2f6c9e1a44/';
const TAGS = [
  { pulp_href: '/tags/good/', name: 'good', tagged_manifest: '/manifests/known/' },
  { pulp_href: '/tags/bad/', name: 'bad', tagged_manifest: '/manifests/unknown/' },
  { pulp_href: '/tags/worse/', name: 'worse', tagged_manifest: '/manifests/unknown/' },
];
const list = (name: string) => ({
  pulp_href: `/manifests/${name}/`,
  digest: `sha256:${name}`,
  media_type: 'application/vnd.oci.image.index.v1+json',
  listed_manifests: [],
});

const ENDED: Task = {
  pulp_href: '/tasks/1/',
  name: 'add or remove',
  state: 'completed',
  pulp_created: '2026-01-01T00:00:00Z',
  created_resources: [],
  reserved_resources_record: [],
};
const IMPORTED: KatelloTask = {
  id: 'task',
  label: 'Actions::Katello::Repository::ImportUpload',
  state: 'stopped',
  result: 'success',
  pending: false,
  humanized: { errors: [] },
};

interface Case {
  readonly known: readonly string[];
  readonly refusal?: Error;
}

/** What was done to a repository of three tags on two lists, in order. */
async function treat({ known, refusal }: Case): Promise<{ done: string[]; result: unknown }> {
  const done: string[] = [];
  const options = { correlationId: '6b707201-0000-8000-8000-000000000000', signal: new AbortController().signal };
  const note = (what: string, units: readonly string[]): string => {
    done.push([what, ...units].join(' '));
    return ENDED.pulp_href;
  };
  const deps: CureDeps = {
    pulp: {
      readRepositories: async () => [{ pulp_href: TARGET, name: 'x', latest_version_href: `${TARGET}versions/3/` }],
      listTags: async () => TAGS,
      listManifests: async () => [list('known'), list('unknown')],
      removeContent: async (_, units) => note('remove', units),
      addContent: async (_, units) => note('add', units),
      waitForTask: async () => ENDED,
    },
    katello: {
      findManifestLists: async () => new Set(known),
      importUnits: async (_, units) => {
        note('import', units);
        if (refusal) throw refusal;
        return IMPORTED;
      },
      waitForTask: async () => IMPORTED,
    },
    log: { warn: () => undefined },
  };

  const patient = { repositoryId: 42, targetHref: TARGET, guard: () => undefined, options };
  return { result: await cure(deps, patient).catch((error: unknown) => error), done };
}

describe('cure', () => {
  it('takes tags on unknown lists out, makes the lists known, and puts the tags back', async () => {
    expect(await treat({ known: ['sha256:known'] })).to.deep.equal({
      result: true,
      done: ['remove /tags/bad/ /tags/worse/', 'import /manifests/unknown/', 'add /tags/bad/ /tags/worse/'],
    });
  });

  it('touches nothing where Katello knows every list', async () => {
    expect(await treat({ known: ['sha256:known', 'sha256:unknown'] })).to.deep.equal({ result: false, done: [] });
  });

  it('puts the tags back when Katello refuses', async () => {
    const refusal = new BusyError('katello', 'a task holds repository 42', ['task'], false);

    const { result, done } = await treat({ known: ['sha256:known'], refusal });

    expect(result).to.equal(refusal);
    expect(done.at(-1)).to.equal('add /tags/bad/ /tags/worse/');
  });
});
