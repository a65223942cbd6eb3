/** Chromium without a screen. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const PROGRAM = PLACES.find((path) => existsSync(path));

/** Why nothing can be tried, for the title of a test; empty where it can. */
export const NO_CHROMIUM = PROGRAM === undefined ? ' (left out: no Chromium, apt-get install chromium)' : '';

export interface Chromium {
  /** A person of their own, without the cookies of others; what goes wrong in a page fails the test that asks. */
  open(options?: BrowserContextOptions): Promise<BrowserContext>;
  close(): Promise<void>;
}

export async function startChromium(): Promise<Chromium> {
  // as root it has no sandbox of its own; it sees pages of ours only
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser: Browser = await chromium.launch({ executablePath: PROGRAM ?? '', args });
  return {
    open: (options = {}) => browser.newContext({ ignoreHTTPSErrors: true, ...options }),
    close: () => browser.close(),
  };
}
