/** Somebody writes to Katello's Pulp repository after a reconcile has read it and before it writes. */
import { expect } from 'chai';
import { readOwnedRepositoryId } from '../../lib/domain/claim.ts';
import { correlationId } from '../../lib/domain/correlation.ts';
import { callSiteOf } from '../support/faults/call-site.ts';
import { type FaultyLab, startFaultyLab } from '../support/faults/faulty-lab.ts';
import { createFigures } from '../support/faults/figures.ts';
import { createLedger, type Ledger } from '../support/faults/ledger.ts';
import { settlePath } from '../support/faults/settle.ts';
import { createTwoArchitectures } from '../support/image/image.ts';

const PATH = 'acme/web/api';
const ADD = 'POST /pulp/api/v3/repositories/container/container/*/add/';
const IMPORT = 'PUT /katello/api/v2/repositories/*/import_uploads';
/** Of somebody who is not the reactor. */
const PERSON = '6a0d6f6e-0000-4000-8000-000000000000';

describe('between the reading and the writing of a reconcile', function () {
  this.timeout(60_000); // several pushes each
  const figures = createFigures('Somebody else writes between reading and writing');
  let lab: FaultyLab;
  let ledger: Ledger;
  beforeEach(async () => {
    lab = await startFaultyLab({ world: 'b', client: {} }); // patient: its calls are held up
    const push: Ledger['push'] = (path, tag, what) => lab.push(path, tag, what);
    ledger = createLedger({ fakePulp: lab.fakePulp, prefix: 'kpr.push', push, nameOf: (path) => path });
  });
  afterEach(async function () {
    figures.addTest(this.currentTest);
    await lab.close();
  });
  after(() => figures.print());

  const pushAndSettle = async (tag: string): Promise<void> => {
    await ledger.pushNew(PATH, tag);
    await settlePath(lab, PATH);
    ledger.look();
  };
  /** Does it once, when the reconcile's own write has come to the proxy but not to the server; then looks all the time. */
  const before = (site: string, act: () => Promise<void>): void => {
    const proxy = site === ADD ? lab.proxies.pulp : lab.proxies.katello;
    proxy.watch(async (moment, call) => {
      if (moment !== 'came' || callSiteOf(call) !== site) return;
      for (const one of Object.values(lab.proxies)) one.watch(() => ledger.look());
      await act();
    });
  };
  const writeLate = async (unit: { pulp_href: string } | undefined): Promise<void> => {
    const { targetHref, uuid } = await findRepositories(lab);
    const options = { correlationId: correlationId({ uuid, version: 1, step: 1 }) };
    await lab.pulp.waitForTask(await lab.pulp.addContent(targetHref, [unit?.pulp_href ?? ''], options));
  };

  it('a late write of a run that was given up brings no old tag back', async () => {
    await pushAndSettle('a');
    await pushAndSettle('latest');
    const old = (await listTarget(lab)).find(({ name }) => name === 'latest');
    await pushAndSettle('latest');
    before(ADD, () => writeLate(old));

    await pushAndSettle('other');

    expect(ledger.stepsBack).to.deep.equal([]);
    expect(ledger.findUnsettled()).to.deep.equal([]);
  });

  it('nor does one while a list is being made known', async () => {
    await pushAndSettle('a');
    await pushAndSettle('latest');
    const old = (await listTarget(lab)).find(({ name }) => name === 'latest');
    await pushAndSettle('latest');
    before(IMPORT, () => writeLate(old));

    await ledger.push(PATH, 'multi', createTwoArchitectures({ seed: 'multi' }));
    await settlePath(lab, PATH);

    expect(ledger.stepsBack).to.deep.equal([]);
    expect(ledger.findUnsettled()).to.deep.equal([]);
  });

  it('a publish that comes too late sets its tag back and is taken for a decision made in Katello, until the next push', async () => {
    await pushAndSettle('latest');
    await pushAndSettle('latest');
    const superseded = (await lab.listed(PATH))?.['latest'] ?? '';
    await pushAndSettle('latest');
    const [repositoryId = 0] = findOwners(lab);

    const { id } = await lab.katello.importTag(repositoryId, { tag: 'latest', digest: superseded });
    await lab.katello.waitForTask(id);
    await settlePath(lab, PATH);

    expect(await lab.listed(PATH)).to.deep.equal({ latest: superseded });
    expect(lab.receipts.get(PATH)?.leftAlone).to.have.nested.property('[0].reason', 'pinned');
    await pushAndSettle('latest');
    expect(ledger.findUnsettled()).to.deep.equal([]);
  });

  it('a tag that a person removes in Katello stays removed', async () => {
    await pushAndSettle('a');
    await pushAndSettle('1');
    await pushAndSettle('2');
    const { targetHref } = await findRepositories(lab);
    const removed = (await listTarget(lab)).find(({ name }) => name === '1');
    before(ADD, async () => {
      const options = { correlationId: PERSON };
      await lab.pulp.waitForTask(await lab.pulp.removeContent(targetHref, [removed?.pulp_href ?? ''], options));
    });

    await pushAndSettle('3');
    await pushAndSettle('4');

    expect(Object.keys((await lab.listed(PATH)) ?? {}).toSorted()).to.deep.equal(['2', '3', '4', 'a']);
  });
});

/** Katello's repositories that push distributions name. */
function findOwners({ fakePulp }: FaultyLab): number[] {
  return [...fakePulp.state.distributions.values()].flatMap(({ labels }) => readOwnedRepositoryId(labels) ?? []);
}

async function findRepositories({ pulp }: FaultyLab): Promise<{ targetHref: string; uuid: string; latest: string }> {
  const pushed = await pulp.findDistribution(`kpr.push/${PATH}`);
  const served = await pulp.findDistribution(PATH);
  const targetHref = served?.repository_version?.replace(/versions\/\d+\/$/, '') ?? '';
  const [target] = await pulp.readRepositories([targetHref]);
  const [, uuid = ''] = /\/([0-9a-f-]{36})\/$/.exec(pushed?.repository ?? '') ?? [];
  return { targetHref, uuid, latest: target?.latest_version_href ?? '' };
}

async function listTarget(lab: FaultyLab): Promise<{ name: string; pulp_href: string }[]> {
  return lab.pulp.listTagNames((await findRepositories(lab)).latest);
}
