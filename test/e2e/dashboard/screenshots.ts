/** Makes docs/screenshots anew. */
import { join } from 'node:path';
import { PASSWORD } from '../../support/dashboard.ts';
import { startChromium } from './chromium.ts';
import { openSampleSite } from './sample-site.ts';

const DIR = join(import.meta.dirname, '..', '..', '..', 'docs', 'screenshots');
const DESKTOP = { width: 1120, height: 760 };
const PHONE = { width: 360, height: 740 };

const SHOTS = [
  { name: 'overview-light', path: '/', colorScheme: 'light', viewport: DESKTOP },
  { name: 'overview-dark', path: '/', colorScheme: 'dark', viewport: DESKTOP },
  { name: 'overview-phone', path: '/', colorScheme: 'light', viewport: PHONE },
  { name: 'push-light', path: '/pushes/whole@12', colorScheme: 'light', viewport: DESKTOP },
  { name: 'push-dark', path: '/pushes/whole@12', colorScheme: 'dark', viewport: DESKTOP },
] as const;

const site = await openSampleSite();
const chromium = await startChromium();
for (const { name, path, colorScheme, viewport } of SHOTS) {
  const context = await chromium.open({ colorScheme, viewport });
  const page = await context.newPage();
  await page.goto(`${site.url}${path}`);
  await page.getByLabel('Login').fill('admin');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('header').waitFor();
  await page.screenshot({ path: join(DIR, `${name}.png`) });
  await context.close();
}
await chromium.close();
await site.close();
