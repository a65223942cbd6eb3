import { expect } from 'chai';
import { type FrontLab, startFrontLab } from '../../support/front-lab.ts';
import type { Told } from '../../support/told.ts';

describe('a thousand wrong logins', function () {
  this.timeout(30_000); // a thousand requests a test, on a machine that may be busy

  let front: FrontLab;

  beforeEach(async () => {
    front = await startFrontLab();
  });
  afterEach(() => front.close());

  /** From the address that Katello sees kpr itself come from: the worst case. */
  const from = '127.0.0.1';
  const wrong = (n: number): Promise<Told> => front.ask({ as: `user${n}`, password: `wrong-${n}`, from });
  const right = (as: string) => front.ask({ as, from, scopes: ['repository:acme/web/api:push'] });

  async function expectOpenLock(): Promise<void> {
    expect(await front.lab.katello.readCurrentUser()).to.deep.equal({ login: 'kpr', isAdmin: false });
    expect(await front.lab.katello.listOrganizations()).to.have.lengthOf(2);
  }

  it('one after the other leave the lock of Katello open', async () => {
    const reasons = new Set<unknown>();
    for (let n = 0; n < 1000; n++) reasons.add((await wrong(n)).reason);

    expect([...reasons]).to.deep.equal(['bad-credentials', 'too-many-failures']);
    expect(front.userCalls).to.have.lengthOf(15);
    await expectOpenLock();
  });

  it('at once leave it open too', async () => {
    const told = await Promise.all(Array.from({ length: 1000 }, (_, n) => wrong(n)));

    expect(told.filter(({ reason }) => reason === 'bad-credentials')).to.have.lengthOf(15);
    expect(told.filter(({ reason }) => reason === 'too-many-failures')).to.have.lengthOf(985);
    expect(front.userCalls).to.have.lengthOf(15);
    await expectOpenLock();
  });

  it('for one login cost that login alone, for five minutes', async () => {
    const guess = (n: number) => front.ask({ as: 'dev', password: `guess-${n}`, from });
    const told = await Promise.all(Array.from({ length: 1000 }, (_, n) => guess(n)));

    expect(told.filter(({ reason }) => reason === 'bad-credentials')).to.have.lengthOf(5);
    expect((await right('dev')).message).to.match(/^too many failed logins \(wait (?:300|29\d) s\)$/);
    expect((await right('admin')).status).to.equal(200);
    front.passMs(300_000);
    expect((await right('dev')).status).to.equal(200);
    await expectOpenLock();
  });

  it('do not shut out those who were there before', async () => {
    await right('dev');
    for (let n = 0; n < 100; n++) await wrong(n);
    front.passMs(31_000);

    expect((await right('dev')).status).to.equal(200);
    expect((await right('admin')).reason).to.equal('too-many-failures');
    await expectOpenLock();
  });

  it('are said once in the log, and no password or login is', async () => {
    for (let n = 0; n < 100; n++) await wrong(n);

    expect(front.logged().match(/too many failed logins/g)).to.have.lengthOf(1);
    expect(front.logged()).not.to.match(/wrong-\d|user\d/);
  });
});
