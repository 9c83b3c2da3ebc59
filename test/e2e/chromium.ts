import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser of the system; undefined where there is none. */
const executablePath = CANDIDATES.find(existsSync);

/** Why tests of pages are left out here; false where they are not. */
export const noBrowser = executablePath === undefined ? 'no Chromium is installed' : false;

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser with a profile of its own. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({ ...(executablePath !== undefined && { executablePath }), args: ARGUMENTS });
}

/** A page that was opened from disk, and what it complained of or asked the network for. */
export interface OpenPage {
  readonly page: Page;
  readonly complaints: string[];
}

/** Opens a file and waits until it has read its rows; closed with the test. */
export async function openFile(browser: Browser, file: string, hash = ''): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) complaints.push(`network: ${request.url()}`);
  });
  await page.goto(`${pathToFileURL(file).href}${hash}`);
  await page.waitForSelector('html[data-ready]');
  return { page, complaints };
}
