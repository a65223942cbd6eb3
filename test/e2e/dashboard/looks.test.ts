import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { PASSWORD, pushOf } from '../../support/dashboard.ts';
import { type Chromium, NO_CHROMIUM, startChromium } from './chromium.ts';
import { openSampleSite, type SampleSite } from './sample-site.ts';

const PATHS = [
  '/',
  '/pushes',
  '/pushes?path=nothing-like-it',
  '/pushes/whole@12',
  '/pushes/whole@12?confirm=latest',
  '/pushes/whole@12?explain=yes',
  '/proxies',
  '/orphans',
  '/orphans?confirm=beta/lost',
  '/pushes/none@1',
] as const;
const PHONE = { width: 360, height: 740 };
const REFRESH_MS = 5000;

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

const describeIt = NO_CHROMIUM === '' ? describe : describe.skip;

describeIt(`the dashboard in Chromium${NO_CHROMIUM}`, function () {
  this.timeout(60_000); // starts a browser, and looks at every page

  let site: SampleSite;
  let chromium: Chromium;
  let contexts: BrowserContext[];
  /** of an administrator, by what they look like */
  const pages = new Map<string, Promise<Page>>();
  let axe: string;

  before(async () => {
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    [site, chromium] = await Promise.all([openSampleSite(), startChromium()]);
  });
  after(async () => {
    await chromium.close();
    await site.close();
  });
  beforeEach(() => {
    contexts = [];
  });
  afterEach(() => Promise.all(contexts.map((context) => context.close())));

  /** A browser of its own, at the sign-in form of this page. */
  async function visit(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await chromium.open(options);
    contexts.push(context);
    const page = await context.newPage();
    await page.goto(`${site.url}${path}`);
    return page;
  }

  async function signIn(path: string, login = 'admin', options: BrowserContextOptions = {}): Promise<Page> {
    return enter(await visit(path, options), login);
  }

  /** The page as an administrator sees it, in a browser that others of the same looks use too. */
  async function look(path: string, options: BrowserContextOptions): Promise<Page> {
    const key = JSON.stringify(options);
    const open = async () => enter(await (await chromium.open(options)).newPage());
    const opened = pages.get(key) ?? open();
    pages.set(key, opened);
    const page = await opened;
    await page.goto(`${site.url}${path}`);
    return page;
  }

  async function enter(page: Page, login = 'admin'): Promise<Page> {
    if (page.url() === 'about:blank') await page.goto(site.url);
    await page.getByLabel('Login').fill(login);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('header').waitFor();
    return page;
  }

  /** What axe finds, as `rule element`; it runs in the page, past its content security policy. */
  async function findBarriers(page: Page): Promise<string[]> {
    await page.evaluate(axe);
    const found = await page.evaluate<Violation[]>('axe.run().then(({ violations }) => violations)');
    return found.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join(' ')}`);
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`keeps nobody out of the sign-in form, ${colorScheme}`, async () => {
      expect(await findBarriers(await visit('/', { colorScheme }))).to.deep.equal([]);
    });

    for (const path of PATHS) {
      it(`keeps nobody out of ${path}, ${colorScheme}`, async () => {
        expect(await findBarriers(await look(path, { colorScheme }))).to.deep.equal([]);
      });
    }
  }

  for (const path of PATHS) {
    it(`fits ${path} on a phone of 360 pixels`, async () => {
      const page = await look(path, { viewport: PHONE });

      expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(PHONE.width);
    });
  }

  it('asks no other server for anything, and breaks no rule of its content security policy', async () => {
    const page = await signIn('/');
    const [asked, broken]: [string[], string[]] = [[], []];
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => broken.push(message.text()));

    for (const path of PATHS.slice(0, -1)) await page.goto(`${site.url}${path}`);

    expect(asked.filter((url) => !url.startsWith(`${site.url}/`))).to.deep.equal([]);
    expect(broken).to.deep.equal([]);
  });

  it('works without scripts', async () => {
    const page = await signIn('/pushes/whole@12', 'admin', { javaScriptEnabled: false });

    await page.getByRole('link', { name: 'Roll back…' }).click();
    await page.getByLabel('Type latest to confirm').fill('latest');
    await page.getByRole('button', { name: 'Roll back', exact: true }).click();

    expect(await page.getByRole('status').textContent()).to.contain('Rolled back');
    await page.getByRole('button', { name: 'Sign out' }).click();
    expect(await page.getByRole('button', { name: 'Sign in' }).isVisible()).to.equal(true);
  });

  it('works by keyboard alone, and shows where it is', async () => {
    const page = await visit('/');
    await page.locator('input[name="login"]:focus').waitFor(); // a browser puts it there in its own time
    await page.keyboard.type('admin');
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.locator('header').waitFor();

    await page.keyboard.press('Tab');
    const first = await page.evaluate('document.activeElement.textContent');
    for (const name of ['kpr', 'Overview', 'Pushes', 'Proxies', 'Orphans']) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).to.equal(name);
    }
    const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineWidth');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Orphans' }).waitFor();

    expect([first, outline]).to.deep.equal(['Skip to content', '2px']);
  });

  it('asks in a dialog, which Escape closes, and wants what it names to be typed', async () => {
    const page = await signIn('/orphans');

    await page.getByRole('link', { name: 'Delete…' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Delete acme/old/site' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('link', { name: 'Delete…' }).first().click();
    await dialog.waitFor();
    await page.keyboard.type('acme/old/site');
    await page.keyboard.press('Enter');

    expect(await page.getByRole('status').textContent()).to.contain('Ordered');
  });

  it('refreshes by itself, keeps the keyboard where it is, and stops while it is paused', async () => {
    const page = await visit('/pushes?path=fresh');
    await page.clock.install();
    await enter(page);
    const rows = page.getByRole('row').filter({ hasText: 'fresh' });
    const refreshed = async () => {
      const answer = page.waitForResponse((response) => response.url().includes('/pushes'));
      await page.clock.runFor(REFRESH_MS);
      await answer;
    };

    site.bench.receipts.push(pushOf('acme/fresh/one'));
    await refreshed();
    await rows.first().waitFor();
    await page.getByRole('link', { name: 'acme/fresh/one' }).focus();
    site.bench.receipts.push(pushOf('acme/fresh/two'));
    await refreshed();
    await page.getByRole('link', { name: 'acme/fresh/two' }).waitFor();
    const focused = await page.evaluate('document.activeElement.textContent');

    await page.getByRole('button', { name: 'Pause refresh' }).click();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.clock.runFor(10 * REFRESH_MS);
    await page.getByRole('button', { name: 'Resume refresh' }).click();
    await refreshed();

    expect(focused).to.equal('acme/fresh/one');
    expect(asked).to.have.lengthOf(1);
  });

  it('has no buttons for a viewer', async () => {
    const page = await signIn('/', 'viewer');

    expect(await page.getByRole('button').allTextContents()).to.deep.equal(['Sign out', 'Pause refresh']);
    expect(await page.getByRole('link', { name: 'Queues' }).count()).to.equal(0);
  });

  it('copies what to pull', async () => {
    const page = await signIn('/pushes/whole@12', 'admin', { permissions: ['clipboard-read', 'clipboard-write'] });

    await page.getByRole('button', { name: 'Copy' }).first().click();
    await page.getByText('Copied').waitFor();

    const copied = await page.evaluate('navigator.clipboard.readText()');
    expect(copied).to.equal('podman pull katello.example.com/acme/web/api:2');
  });

  it('shows bull-board under the same rules', async () => {
    const page = await signIn('/queues');
    const asked: string[] = [];
    page.on('response', (response) => asked.push(response.url()));

    await page.reload();
    await page.getByText('No queues to display.').waitFor();

    expect(asked.filter((url) => !url.startsWith(`${site.url}/`))).to.deep.equal([]);
  });
});
