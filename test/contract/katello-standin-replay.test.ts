import { expect } from 'chai';
import type { RecordedCleanup } from '../fidelity/recording.ts';
import { replay, type Verdict } from '../fidelity/replay.ts';

const DISTRIBUTION = 'distributions/container/container/01a20f16-3ecf-790a-8d0c-e1b294cb6860/';
const REPOSITORY = 'repositories/container/container/01a20f13-4666-7cbe-ab42-4192e418d310/';
const PAGE = 'limit=2000&offset=0';
const LABELS = `?fields=pulp_href&fields=pulp_labels&${PAGE}`;

type Pushed = RecordedCleanup['push_distributions_it_leaves'][number];

/** What 5.0 asks a Pulp with one strange distribution, one push distribution and one version too many. */
const CALLS: readonly (readonly [call: string, body?: object])[] = [
  [`GET distributions/container/container/?${PAGE}`],
  [`GET distributions/file/file/?${PAGE}`],
  [`GET distributions/rpm/rpm/?${PAGE}`],
  [`DELETE ${DISTRIBUTION}`],
  ['GET tasks/dry-01a20f17-b0e3-720d-89c7-bd7ce738cc31/'],
  [`GET repositories/container/container/?${PAGE}`],
  [`GET ${REPOSITORY}versions/?${PAGE}`],
  [`GET repositories/container/container/${LABELS}`],
  [`GET repositories/file/file/?${PAGE}`],
  [`GET repositories/file/file/${LABELS}`],
  [`GET repositories/rpm/rpm/?${PAGE}`],
  [`GET repositories/rpm/rpm/${LABELS}`],
  [`DELETE ${REPOSITORY}versions/1/`],
  ['POST orphans/cleanup/', { orphan_protection_time: 1_440 }],
  ['GET tasks/dry-01a20f17-b0e8-7d2d-92f0-65a05f15ef83/'],
  ['POST tasks/purge/', { finished_before: '2026-10-25T19:46:06.471+00:00' }],
];
const PUSHED: Pushed = { base_path: 'push/labelled', pulp_labels: { katello_orphan_cleanup: 'false' } };

describe('The replay of a recorded cleanup', () => {
  it('finds nothing where all is as recorded', async () => {
    expect(await judge({})).to.deep.equal({ kind: 'same' });
  });

  for (const [index, [call]] of CALLS.slice(1).entries()) {
    it(`finds that call ${index + 2}, ${nameOf(call)}, came too early`, async () => {
      const { kind } = await judge({ calls: swapped(index) });

      expect(kind).to.equal('different');
    });
  }

  it('finds a call too many, be it the third of its kind', async () => {
    const verdict = await judge({ tasks: 2 });

    const place = 'GET /pulp/api/v3/tasks/<id>/';
    expect(verdict).to.deep.equal({ kind: 'different', differences: [{ place, what: '2 times became 3' }] });
  });

  it('finds another body', async () => {
    const [call, body] = ['POST orphans/cleanup/', { orphan_protection_time: 0 }];
    const calls = CALLS.map((one) => (one[0] === call ? ([call, body] as const) : one));

    expect(await judge({ calls })).to.have.property('kind', 'different');
  });

  it('finds a push distribution that should have been spared', async () => {
    const verdict = await judge({ pushed: { ...PUSHED, pulp_labels: {} } });

    expect(verdict)
      .to.have.property('differences')
      .that.deep.includes({ place: 'push distributions left', what: 'push/labelled became ' });
  });
});

/** The recording with the call at that place and the one behind it the other way round. */
function swapped(index: number): typeof CALLS {
  return CALLS.map((call, at) => (at === index ? CALLS[index + 1] : at === index + 1 ? CALLS[index] : call) ?? call);
}

async function judge({ calls = CALLS, tasks = 3, pushed = PUSHED }): Promise<Verdict> {
  const recording: RecordedCleanup = {
    name: '890-pulp-calls-orphan-cleanup',
    number: 890,
    slug: 'pulp-calls-orphan-cleanup',
    kind: 'cleanup',
    title: '',
    katello_version: '5.0.1',
    calls: calls.map(([call, body = null]) => {
      const [method = '', path = ''] = call.split(' ');
      return { method, path: `/pulp/api/v3/${path}`, body, status: method === 'GET' ? 200 : 202 };
    }),
    counts: [
      ...['distributions/container/container/', 'distributions/file/file/', 'distributions/rpm/rpm/'].map(counted(1)),
      ...['repositories/container/container/', 'repositories/file/file/', 'repositories/rpm/rpm/'].map(counted(2)),
      counted(1, 'DELETE')('distributions/container/container/<id>/'),
      counted(1)('repositories/container/container/<id>/versions/'),
      counted(1, 'DELETE')('repositories/container/container/<id>/versions/N/'),
      counted(1, 'POST')('orphans/cleanup/'),
      counted(1, 'POST')('tasks/purge/'),
      counted(tasks)('tasks/dry-<id>/'),
    ],
    distributions_it_would_delete: { push: [] },
    push_distributions_it_leaves: [pushed],
  };
  const [outcome] = await replay([recording], '5.0.1');
  return outcome?.verdict ?? { kind: 'out of scope', why: 'nothing was replayed' };
}

function counted(times: number, method = 'GET'): (path: string) => RecordedCleanup['counts'][number] {
  return (path) => ({ call: `${method} /pulp/api/v3/${path}`, times });
}

/** `GET repositories/file/file` */
function nameOf(call: string): string {
  return call
    .replace(/(dry-)?[0-9a-f]{8}[0-9a-f-]{28}/, '…')
    .replace(/\?limit.*/, '')
    .replace(/\?.*/, ' for labels');
}
