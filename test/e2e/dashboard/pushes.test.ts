import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { createImage } from '../../support/image/image.ts';
import { basic } from '../../support/told.ts';
import { type Chromium, NO_CHROMIUM, startChromium } from './chromium.ts';
import { openPushHost, type PushHost } from './push-host.ts';

const describeIt = NO_CHROMIUM === '' ? describe : describe.skip;

describeIt(`pushes in Chromium, behind Apache${NO_CHROMIUM}`, function () {
  this.timeout(120_000); // starts servers and a browser, and pages refresh every five seconds

  let host: PushHost;
  let chromium: Chromium;

  before(async () => {
    [host, chromium] = await Promise.all([openPushHost(), startChromium()]);
  });
  after(async () => {
    await chromium.close();
    await host.close();
  });

  async function signIn(login: string, path = '/'): Promise<Page> {
    const page = await (await chromium.open()).newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(`${host.url}${path}`);
    await page.getByLabel('Login').fill(login);
    await page.getByLabel('Password').fill(`sandbox-${login}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    return page;
  }

  const rowOf = (page: Page, path: string) =>
    page.getByRole('table', { name: 'Latest pushes' }).getByRole('row').filter({ hasText: path });

  it('lets nobody in with a wrong password', async () => {
    const page = await (await chromium.open()).newPage();
    await page.goto(host.url);
    await page.getByLabel('Login').fill('viewer');
    await page.getByLabel('Password').fill('a wrong password');
    await page.getByRole('button', { name: 'Sign in' }).click();

    expect(await page.getByRole('alert').textContent()).to.equal('wrong login, password or token');
  });

  it('tells how to begin, and shows a push by itself, from its first stage to its pull', async () => {
    const page = await signIn('viewer');
    await page.getByText(/^No push yet/).waitFor();

    await host.bench.lab.push('acme/web/api', '1', createImage({ seed: 'dashboard' }));
    await rowOf(page, 'acme/web/api').getByText('done').waitFor();
    await page.getByRole('link', { name: 'acme/web/api' }).first().click();
    await page.getByRole('heading', { name: 'acme/web/api version 1 done' }).waitFor();

    const stages = await page.getByRole('listitem').filter({ hasText: 'ok' }).allTextContents();
    expect(stages.map((text) => /^[a-z]+/.exec(text)?.[0])).to.include.members([
      'detect',
      'plan',
      'copy',
      'publish',
      'verify',
      'claim',
    ]);
    expect(await page.getByText(/^podman pull/).textContent()).to.match(/acme\/web\/api:1$/);
  });

  it('retries a push that was refused, once somebody mended what was wrong', async () => {
    const page = await signIn('admin');
    await host.bench.lab.push('acme/missing/app', '1', createImage({ seed: 'missing' }));
    const needy = page.getByRole('table', { name: 'Pushes that need a person' });
    await needy.getByText('unknown-product').waitFor();

    await fetch(`${host.bench.lab.standIn.url}/katello/api/v2/products`, {
      method: 'POST',
      headers: { authorization: basic('admin', 'sandbox-admin'), 'content-type': 'application/json' },
      body: JSON.stringify({ organization_id: 1, name: 'missing', label: 'missing' }),
    });
    await needy.getByRole('button', { name: 'Retry' }).click();

    await page.getByText('Queued as the next one.').waitFor();
    await rowOf(page, 'acme/missing/app').getByText('done').waitFor();
    await needy.waitFor({ state: 'hidden' });
  });

  it('shows nothing to a member of another organization', async () => {
    const page = await signIn('other');

    await page.getByText(/^No push yet/).waitFor();
    expect(await page.content()).to.not.contain('acme');
  });

  it('says while Katello is away that pushes wait, and that nothing is lost', async () => {
    const page = await signIn('viewer');
    await host.bench.katello.close();

    await page.getByText('katello-down').waitFor();
    await host.bench.katello.open();
    await page.getByText('katello-down').waitFor({ state: 'hidden' });
  });

  it('shows the queues to an administrator', async () => {
    const page = await signIn('admin', '/queues');

    await page.getByText('reconcile', { exact: false }).first().waitFor();
  });
});
