/** Somebody else is at work on the repository in Katello: the push waits, and uses up no attempt. */
import { expect } from 'chai';
import { createFigures } from '../support/faults/figures.ts';
import { createKatelloPerson, type KatelloPerson } from '../support/faults/katello-person.ts';
import { isLong } from '../support/faults/settings.ts';
import { settlePath } from '../support/faults/settle.ts';
import { readWorld } from '../support/faults/world.ts';
import { createImage } from '../support/image/image.ts';
import { type Lab, startLab } from '../support/lab.ts';

const PATH = 'acme/web/api';
const first = createImage({ seed: 'first' });
const second = createImage({ seed: 'second' });

const LOCK_TEXT = JSON.stringify({ message: 'Required lock is already taken by other running tasks.', errors: [] });

for (const version of isLong ? ['4.14.3', '4.19.2', '5.0.1'] : ['5.0.1']) {
  describe(`a push while Katello ${version} has its repository in hand`, function () {
    this.timeout(60_000); // several pushes each
    const figures = createFigures(`Katello ${version} at work on the repository`);
    let lab: Lab;
    let person: KatelloPerson;
    beforeEach(async () => {
      lab = await startLab({ world: 'a', katelloVersion: version });
      person = createKatelloPerson(lab.standIn);
    });
    afterEach(async function () {
      figures.addTest(this.currentTest);
      await lab.close();
    });
    after(() => figures.print());

    const publishFirst = async (): Promise<number> => {
      await lab.push(PATH, 'latest', first);
      await settlePath(lab, PATH);
      const [acme] = await lab.katello.listOrganizations();
      const [web] = await lab.katello.listProducts(acme?.id ?? 0);
      const [row] = await lab.katello.listRepositories(acme?.id ?? 0, web?.id ?? 0);
      return row?.id ?? 0;
    };
    const expectToWait = async (): Promise<void> => {
      expect(await lab.reconcile(PATH)).to.include({ kind: 'again', reason: 'katello-busy' });
      expect(lab.receipts.get(PATH)).to.have.nested.property('error.reason', 'katello-busy');
    };
    const expectToArrive = async (): Promise<void> => {
      const { attempts } = await settlePath(lab, PATH);
      expect(attempts).to.be.at.most(1); // what the other one did may have moved the tag back
      expect(await lab.listed(version.startsWith('4.14') ? 'acme-web-api' : PATH)).to.deep.equal({
        latest: second.manifest.digest,
      });
      expect((await readWorld(lab.standIn)).paused).to.deep.equal([]);
    };

    it("waits for somebody's publish of it", async () => {
      const repositoryId = await publishFirst();
      await lab.push(PATH, 'latest', second);
      await person.holdRepository(repositoryId, 'latest', first.manifest.digest);

      await expectToWait();
      await expectToWait();

      await person.release();
      await expectToArrive();
    });

    it('waits for a publish that is only being planned', async () => {
      const repositoryId = await publishFirst();
      await lab.push(PATH, 'latest', second);
      await person.holdPlanning(repositoryId, 'latest', first.manifest.digest);

      await expectToWait();

      await person.release();
      await expectToArrive();
    });

    it('waits for a content view that is being published', async () => {
      const repositoryId = await publishFirst();
      await lab.push(PATH, 'latest', second);
      await person.holdView(repositoryId);

      await expectToWait();

      await person.release();
      await expectToArrive();
    });

    it('waits for a person when its own create is paused', async () => {
      await person.breakCandlepin(true);
      await lab.push(PATH, 'latest', second);

      await lab.reconcile(PATH).catch(() => undefined); // Katello's answer to the create
      await expectToWait();

      await person.breakCandlepin(false);
      await person.resumeAll();
      await expectToArrive();
    });

    for (const status of [400, 409, 422, 500]) {
      it(`waits when the conflict is told as ${status}`, async () => {
        const repositoryId = await publishFirst();
        await lab.push(PATH, 'latest', second);
        await person.holdRepository(repositoryId, 'latest', first.manifest.digest);
        const path = `/katello/api/v2/repositories/${repositoryId}/import_uploads`;
        await person.answer({ method: 'PUT', path, status, body: LOCK_TEXT });

        await expectToWait();

        await person.release();
        await expectToArrive();
      });
    }
  });
}
