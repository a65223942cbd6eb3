import { expect } from 'chai';
import { createAlarm } from '../../../lib/domain/alarm.ts';
import { type ExplanationFacts, explain, TOPICS, type Topic } from '../../../lib/domain/explanation.ts';
import { parsePushPath } from '../../../lib/domain/path.ts';
import { openReceipt } from '../../../lib/domain/receipt.ts';

const receipt = openReceipt({
  path: 'acme/web/api',
  uuid: 'u',
  version: 3,
  claimedVersion: 2,
  kind: 'push',
  user: 'alice',
  note: null,
  pushedAt: new Date('2026-08-21T14:28:00Z'),
});
const plan = {
  path: 'acme/web/api',
  claimedVersion: 2,
  version: 3,
  repositoryId: 42,
  changes: [],
  leftAlone: [],
  actions: [],
};
const settled: ExplanationFacts = {
  path: parsePushPath('acme/web/api'),
  pulpName: 'kpr.push/acme/web/api',
  pushProduct: 'Container Push',
  pushHost: 'push.example.com',
  mapping: {
    organization: { id: 1, label: 'Acme', name: 'Acme Inc.' },
    product: { id: 7, name: 'Web' },
    repository: { id: 42, name: 'api', containerName: 'acme/web/api' },
  },
  missingRights: [],
  version: 3,
  ownedId: 42,
  claim: { uuid: 'u', repositoryId: 42, pushVersion: 3, targetVersion: 9 },
  pins: new Map(),
  plan,
  receipt: { ...receipt, state: 'done' },
  jobState: null,
  pausedBy: null,
  alarms: [],
};
const refusal = {
  isOutage: false,
  reason: 'unknown-product',
  message: 'acme has no product web',
  details: { org: 'acme', product: 'web', name: 'api' },
};

describe('explain', () => {
  const pointsOf = (over: Partial<ExplanationFacts>, topic: Topic) =>
    explain({ ...settled, ...over }).points.filter((point) => point.topic === topic);
  const messageOf = (over: Partial<ExplanationFacts>, topic: Topic) => pointsOf(over, topic)[0]?.message;

  it('has a word on every topic, in their order', () => {
    expect(explain(settled).points.map(({ topic }) => topic)).to.deep.equal([...TOPICS]);
  });

  it('says where a path goes, and what is made on the way', () => {
    expect(messageOf({}, 'mapping')).to.equal(
      'organization Acme (id 1), product Web, repository api (id 42); pulled from Katello as acme/web/api',
    );
    const { organization } = { organization: { id: 1, label: 'Acme', name: 'Acme Inc.' } };
    const bare = { mapping: { organization, product: null, repository: null } };
    expect(messageOf({ ...bare, path: parsePushPath('acme/api') }, 'mapping')).to.equal(
      'organization Acme (id 1), product Container Push, which is made at the first push, repository api, which is made at the first push',
    );
  });

  it('says which rule is in the way, what to do about it, and that it will be refused', () => {
    const [mapping] = pointsOf({ mapping: refusal, version: null }, 'mapping');

    expect(mapping).to.include({ reason: 'unknown-product', hint: 'create it, or push to acme/api' });
    expect(messageOf({ mapping: refusal, version: null }, 'next')).to.equal('a push is refused until then');
    expect(pointsOf({ mapping: refusal }, 'owner')).to.deep.equal([]);
  });

  it('says that all waits while a system is away', () => {
    expect(messageOf({ mapping: { ...refusal, isOutage: true, reason: 'katello-down' } }, 'next')).to.contain('wait');
  });

  it('says which rights our account lacks', () => {
    expect(messageOf({ missingRights: ['edit_products'] }, 'rights')).to.contain('lacks edit_products');
    expect(messageOf({ missingRights: 'no-member' }, 'rights')).to.contain('no member');
    expect(messageOf({ missingRights: null }, 'rights')).to.contain('could not be read');
  });

  it('says what was verified last', () => {
    expect(messageOf({}, 'claim')).to.contain('is the newest');
    expect(messageOf({ version: 4 }, 'claim')).to.contain('the newest is 4');
    expect(messageOf({ claim: null }, 'claim')).to.contain('none was ever verified');
    expect(messageOf({ version: null }, 'claim')).to.equal('nothing is pushed there yet');
  });

  it('names each pin and how it ends, and each tag that is held', () => {
    const pins = new Map([
      ['1', 'sha256:aa'],
      ['2', '-'],
    ]);
    const leftAlone = [
      { tag: '1', reason: 'pinned', message: 'changed' },
      { tag: 'multi', reason: 'incomplete-index', message: 'held, sha256:bb is missing' },
    ];

    expect(pointsOf({ pins }, 'pins').map(({ message }) => message)).to.deep.equal([
      '1 stays as it was set in Katello, until another image than sha256:aa is pushed',
      '2 stays as it was set in Katello, until it is pushed',
    ]);
    expect(pointsOf({ plan: { ...plan, leftAlone } }, 'held')).to.deep.equal([
      {
        topic: 'held',
        message: 'multi: held, sha256:bb is missing',
        reason: 'incomplete-index',
        hint: 'manifest push --all',
      },
    ]);
  });

  it('says where the newest push stands, and what alarms', () => {
    const error = { code: 'E_BUSY', reason: 'katello-busy', message: 'task x holds it', hint: null };
    const alarm = createAlarm({ source: 'run', path: 'acme/web/api' }, { alarm: 'task-paused', details: {} }, 0);

    const points = pointsOf({ receipt: { ...receipt, state: 'waiting', error }, alarms: [alarm] }, 'latest');

    expect(points[0]?.message).to.equal('version 3 of 2026-08-21T14:28:00.000Z by alice is waiting: task x holds it');
    expect(points[1]).to.include({ reason: 'task-paused' });
  });

  const nexts: [string, Partial<ExplanationFacts>][] = [
    ['nothing to do: Katello shows what was pushed', {}],
    ['a first push makes it', { version: null }],
    ['the queue reconcile is paused by alice', { pausedBy: 'alice', jobState: 'waiting' }],
    ['a run is at it now', { jobState: 'active' }],
    ['it is queued', { jobState: 'waiting' }],
    ['it is tried again by itself', { jobState: 'delayed' }],
    ['nothing until somebody looks at it', { receipt: { ...receipt, state: 'failed' } }],
    [
      'the next run would do: copy-tags, publish',
      {
        plan: {
          ...plan,
          actions: [
            { kind: 'copy-tags', reason: 'tag-new' },
            { kind: 'publish', reason: 'unpublished' },
          ],
        },
      },
    ],
  ];
  for (const [message, over] of nexts) {
    it(`says what comes next: ${message}`, () => {
      expect(messageOf(over, 'next')).to.equal(message);
    });
  }
});
