import { readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { USUAL_CSV } from '../../src/core/csv.js';
import { repository } from '../shared.js';
import { launchBrowser, noBrowser } from './chromium.js';
import { facetag, temporaryFolder } from './cli.js';
import { proxyTo, serverOfTest, startServer, type Server } from './server.js';

const fixtures = path.join(repository, 'fixtures/images');
const fixture = (name: string): string => path.join(fixtures, name);

interface OpenPage {
  readonly page: Page;
  readonly complaints: string[];
}

/** Opens the page of a server; closed with the test. */
async function open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(blob|data):/.test(request.url()))
      complaints.push(`network: ${request.url()}`);
  });
  await page.goto(url);
  await page.waitForSelector('html[data-ready]');
  return { page, complaints };
}

/** Clicks what saves a file. @returns its suggested name and its content. */
async function saved(page: Page, button: string): Promise<[string, Buffer]> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button, exact: true }).click(),
  ]);
  return [download.suggestedFilename(), readFileSync(await download.path())];
}

const status = (page: Page, text: string): Promise<void> => page.getByText(text, { exact: true }).waitFor();

// skipIf has no place for a reason: the name gives it.
describe.skipIf(noBrowser)(`the page of facetag serve${noBrowser ? ` (left out: ${noBrowser})` : ''}`, () => {
  let browser: Browser;
  let server: Server;
  beforeAll(async () => {
    browser = await launchBrowser();
    server = await startServer(['-j', '1']);
  });
  afterAll(async () => {
    await browser.close();
    server.kill('SIGTERM');
    await server.ended;
  });

  it('shows pictures with their faces, one after another, and saves what was found', async () => {
    const { page, complaints } = await open(browser, server.url);
    const bad = path.join(temporaryFolder(), '<img src=x onerror=document.title=1>.jpg');
    writeFileSync(bad, Buffer.from([0xff, 0xd8, 0xff, 0xe0]));
    await page.setInputFiles('#files', [fixture('astronaut.png'), fixture('home.jpg'), bad]);
    await status(page, '3 pictures, 1 face');
    expect(await page.locator('.card h2').allTextContents()).toEqual([
      'astronaut.png',
      'home.jpg',
      path.basename(bad),
    ]);
    const marks = page.locator('.card').first().locator('.marks');
    expect(await marks.locator('rect.face:not(.ground)').count()).toBe(1);
    expect(await marks.locator('text').textContent()).toMatch(/^F \d+$/);
    expect(await page.locator('.card').nth(2).locator('.failed').textContent()).toMatch(/^TRUNCATED: /);
    expect(await page.title()).toBe('facetag');

    const files = await facetag([fixtures, '-o', path.join(temporaryFolder(), 'out'), '--jsonl']);
    const line = files.stdout.split('\n').find((each) => each.includes('astronaut')) ?? '';
    expect(await saved(page, 'JSON of astronaut.png')).toEqual([
      'astronaut.png.json',
      Buffer.from(JSON.stringify(JSON.parse(line), null, 2) + '\n'),
    ]);
    const [csvName, csv] = await saved(page, 'All as CSV');
    expect(csvName).toBe('faces.csv');
    expect(csv.toString()).toMatch(
      new RegExp(`^${USUAL_CSV.header}astronaut.png,ok,512,512,0,.*\r\nhome.jpg,ok,`),
    );
    const [, lines] = await saved(page, 'All as JSON lines');
    expect(lines.toString().split('\n')[0]).toBe(line);
    const [copyName, copy] = await saved(page, 'Annotated copy of astronaut.png');
    expect(copyName).toBe('annotated-astronaut.png');
    expect(copy.subarray(1, 4).toString()).toBe('PNG');
    // A picture that cannot be shown is no complaint of the page's.
    expect(complaints.filter((each) => !each.includes('422'))).toEqual([]);
  });

  it('takes pictures that are dropped', async () => {
    const { page } = await open(browser, server.url);
    const bytes = readFileSync(fixture('camera.png')).toString('base64');
    const transfer = await page.evaluateHandle(`(() => {
      const bytes = Uint8Array.from(atob('${bytes}'), (character) => character.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], 'camera.png', { type: 'image/png' }));
      return transfer;
    })()`);
    await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
    await status(page, '1 picture, 1 face');
  });

  it('is used by the keyboard alone', async () => {
    const { page } = await open(browser, server.url);
    await page.keyboard.press('Tab');
    const focused = (): Promise<unknown> =>
      page.evaluate('document.activeElement.id || document.activeElement.ariaLabel');
    expect(await focused()).toBe('files');
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Space')]);
    await chooser.setFiles(fixture('camera.png'));
    await status(page, '1 picture, 1 face');
    const order: unknown[] = [];
    for (let steps = 0; steps < 6; steps += 1) {
      await page.keyboard.press('Tab');
      order.push(await focused());
    }
    expect(order).toEqual([
      'json',
      'csv',
      'clear',
      'JSON of camera.png',
      'CSV of camera.png',
      'Annotated copy of camera.png',
    ]);
    await page.focus('#clear');
    await page.keyboard.press('Enter');
    await status(page, 'No picture yet.');
    expect(await focused()).toBe('files');
  });

  it.each(['light', 'dark'] as const)('fits a phone, %s', async (colorScheme) => {
    const { page } = await open(browser, server.url, { viewport: { width: 390, height: 844 }, colorScheme });
    const long = path.join(temporaryFolder(), `${'long'.repeat(50)}.png`);
    writeFileSync(long, readFileSync(fixture('astronaut.png')));
    await page.setInputFiles('#files', [long]);
    await status(page, '1 picture, 1 face');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(ground).toBe(colorScheme === 'dark' ? 'rgb(19, 21, 23)' : 'rgb(246, 246, 243)');
  });

  it('asks for the token, and then goes on', async () => {
    const token = 'a-token-of-24-characters';
    const own = await serverOfTest(['-j', '1'], { FACETAG_TOKEN: token });
    const { page } = await open(browser, own.url);
    await page.setInputFiles('#files', [fixture('camera.png')]);
    await page.locator('#token').fill('a-token-that-is-not-it');
    await page.keyboard.press('Enter');
    await status(page, 'That is not the token of this server.');
    await page.locator('#token').fill(token);
    await page.keyboard.press('Enter');
    await status(page, '1 picture, 1 face');
    expect(await page.locator('#token').isVisible()).toBe(false);
  });

  it('says what a proxy in front answers, and goes on with the next picture', async () => {
    const token = 'a-token-of-24-characters';
    const own = await serverOfTest(['-j', '1'], { FACETAG_TOKEN: token });
    const html =
      (status: number, headers = {}) =>
      (response: ServerResponse) =>
        response
          .writeHead(status, { 'content-type': 'text/html', ...headers })
          .end('<html><h1>No</h1></html>');
    const url = await proxyTo(own, [
      html(413),
      html(502),
      html(200),
      html(503, { 'retry-after': 'Wed, 21 Oct 2099 07:28:00 GMT' }),
      (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('null'),
      (response) => response.writeHead(200, { 'content-length': 9 }).write('half', () => response.destroy()),
    ]);
    const { page } = await open(browser, url);
    await page.setInputFiles('#files', Array<string>(7).fill(fixture('camera.png')));
    await page.locator('#token').fill(token);
    await page.keyboard.press('Enter');
    await status(page, '7 pictures, 1 face');
    const failed = await page.locator('.card .failed').allTextContents();
    expect(failed.map((text) => text.split(':')[0])).toEqual([
      ...['HTTP 413', 'HTTP 502', 'HTTP 200', 'HTTP 503', 'HTTP 200', 'NO_ANSWER'],
    ]);
  });

  it('runs nothing that is put into it', async () => {
    const { page, complaints } = await open(browser, server.url);
    await page.evaluate(`(() => {
      const image = document.createElement('img');
      image.src = 'https://example.com/x.png';
      document.body.append(image);
    })()`);
    const markup = `document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=document.title=1>')`;
    await expect(page.evaluate(markup)).rejects.toThrow('TrustedHTML');
    expect(await page.title()).toBe('facetag');
    expect(complaints.join()).toContain('Content Security Policy');
  });
});
