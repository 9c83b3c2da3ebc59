import { copyFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repository } from '../shared.js';
import { launchBrowser, noBrowser, openFile } from './chromium.js';
import { facetag, temporaryFolder } from './cli.js';
import { generateOutput } from './generated-output.js';

const fixtures = path.join(repository, 'fixtures/images');
const HOSTILE = '<img src=x onerror=document.title=1>';

const count = (page: Page): Promise<string | null> => page.textContent('#count');
const names = (page: Page): Promise<string[]> => page.locator('.cell .name').allTextContents();

/** The fixtures, one under a hostile name, one cut off. @returns the page's file. */
async function reportOfFixtures(...flags: string[]): Promise<string> {
  const folder = temporaryFolder();
  const photos = path.join(folder, '<b>photos');
  mkdirSync(photos);
  for (const name of ['astronaut.png', 'camera.png'])
    copyFileSync(path.join(fixtures, name), path.join(photos, name));
  copyFileSync(path.join(fixtures, 'home.jpg'), path.join(photos, `${HOSTILE}.jpg`));
  writeFileSync(path.join(photos, 'cut.jpg'), Buffer.from([0xff, 0xd8, 0xff, 0xe0]));
  const out = path.join(folder, 'out');
  await facetag([photos, '-o', out]);
  expect((await facetag(['report', out, ...flags])).code).toBe(0);
  return path.join(out, 'report/index.html');
}

// skipIf has no place for a reason: the name gives it.
describe.skipIf(noBrowser)(`the page of a report${noBrowser ? ` (left out: ${noBrowser})` : ''}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });

  it.each([['folder'], ['--inline'], ['--copy-pictures']])(
    'opened from disk (%s) shows every picture, without a complaint and without the network',
    async (flag) => {
      const file = await reportOfFixtures(...(flag === 'folder' ? [] : [flag]));
      const { page, complaints } = await openFile(browser, file);
      expect(await count(page)).toBe('4 of 4 pictures');
      expect(await names(page)).toEqual([`${HOSTILE}.jpg`, 'astronaut.png', 'camera.png', 'cut.jpg']);
      await page.waitForFunction('[...document.images].every((image) => image.complete)');
      const loaded = await page.evaluate('[...document.images].map((image) => image.naturalWidth)');
      expect(loaded).toEqual([160, 160, 160]);
      await page.locator('.cell').nth(1).click();
      await page.waitForFunction(`document.querySelector('.shown img')?.naturalWidth === 512`);
      expect(complaints).toEqual([]);
    },
  );

  it.each([['folder'], ['--inline'], ['--copy-pictures']])(
    'shows the thumbnail of a picture that the browser cannot show (%s)',
    async (flag) => {
      const folder = temporaryFolder();
      const photos = path.join(folder, 'photos');
      mkdirSync(photos);
      copyFileSync(
        path.join(repository, 'fixtures/formats/astronaut-turned.heic'),
        path.join(photos, 'astronaut.heic'),
      );
      const out = path.join(folder, 'out');
      await facetag([photos, '-o', out]);
      expect((await facetag(['report', out, ...(flag === 'folder' ? [] : [flag])])).code).toBe(0);
      const { page, complaints } = await openFile(browser, path.join(out, 'report/index.html'));
      await page.locator('.cell').first().click();
      await page.waitForFunction(`document.querySelector('.shown img')?.naturalHeight === 160`);
      expect(await page.textContent('.shown .hint')).toContain('cannot show');
      expect(complaints).toEqual([]);
    },
  );

  it('shows a hostile name as text, everywhere', async () => {
    const { page, complaints } = await openFile(browser, await reportOfFixtures());
    const title = await page.title();
    expect(title).toBe('<b>photos - facetag report');
    await page.locator('.cell').first().click();
    expect(await page.textContent('#detail-name')).toBe(`${HOSTILE}.jpg`);
    expect(await page.textContent('pre')).toContain(`"image": "${HOSTILE}.jpg"`);
    expect(await page.locator('[onerror]').count()).toBe(0);
    expect(await page.title()).toBe(title);
    expect(complaints).toEqual([]);
  });

  it('runs nothing that a name could smuggle into it', async () => {
    const { page, complaints } = await openFile(browser, await reportOfFixtures());
    const markup =
      '<img src="x:" onerror="document.title = 1"><iframe srcdoc="<script>top.document.title = 1</script>">';
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(markup)})`);
    await page.waitForTimeout(300);
    expect(await page.title()).toBe('<b>photos - facetag report');
    expect(complaints.join()).toContain('Content Security Policy');
  });

  it('filters, sorts, and keeps both in the address', async () => {
    const file = await reportOfFixtures();
    const { page } = await openFile(browser, file);
    await page.selectOption('[name=gender]', 'Female');
    expect(await names(page)).toEqual(['astronaut.png']);
    await page.selectOption('[name=gender]', '');
    await page.fill('[name=years-max]', '30');
    expect(await names(page)).toEqual(['camera.png']);
    await page.click('[type=reset]');
    await page.click('#failures');
    expect(await names(page)).toEqual(['cut.jpg']);
    expect(await page.getAttribute('#failures', 'aria-pressed')).toBe('true');
    await page.click('#failures');
    await page.selectOption('[name=sort]', 'name-down');
    await page.fill('[name=name]', 'A.PNG');
    await page.waitForURL('**/index.html#name=A.PNG&sort=name-down');
    const again = await openFile(browser, file, '#status=ok&sort=name-down');
    expect(await names(again.page)).toEqual(['camera.png', 'astronaut.png', `${HOSTILE}.jpg`]);
    expect(await again.page.inputValue('[name=sort]')).toBe('name-down');
  });

  it('is used by the keyboard alone', async () => {
    const { page } = await openFile(browser, await reportOfFixtures());
    const focused = (): Promise<unknown> =>
      page.evaluate(`document.activeElement?.getAttribute('aria-label')`);
    await page.focus('[type=reset]');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe(`${HOSTILE}.jpg, no face`);
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toMatch(/^astronaut\.png, 1 face: Female \d+ %, \d+ years$/);
    await page.keyboard.press('Enter');
    expect(await page.textContent('.place')).toBe('2 of 4');
    await page.keyboard.press('ArrowRight');
    expect(await page.textContent('#detail-name')).toBe('camera.png');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    expect(await page.textContent('.place')).toBe('1 of 4');
    await page.waitForURL('**#open=*');
    await page.keyboard.press('Escape');
    expect(await page.locator('dialog[open]').count()).toBe(0);
    // The page hears of it a moment later.
    await page.waitForURL('**/index.html');
    expect(await focused()).toBe(`${HOSTILE}.jpg, no face`);
    await page.keyboard.press('End');
    expect(await focused()).toBe('cut.jpg, failed: TRUNCATED');
  });

  it('fits a phone', async () => {
    const { page } = await openFile(browser, await reportOfFixtures());
    await page.setViewportSize({ width: 390, height: 844 });
    const width = (): Promise<unknown> => page.evaluate('document.documentElement.scrollWidth');
    expect(await width()).toBe(390);
    // The first picture is below: the keyboard reaches it all the same.
    await page.locator('.cell').first().click();
    expect(await width()).toBe(390);
  });

  it('of 10,000 pictures is small and stays small while it is scrolled', async () => {
    const folder = temporaryFolder();
    const { output } = await generateOutput(folder, 10_000);
    expect((await facetag(['report', output])).code).toBe(0);
    const file = path.join(output, 'report/index.html');
    expect(statSync(file).size).toBeLessThan(200_000);
    const { page, complaints } = await openFile(browser, file);
    const nodes = async (): Promise<number> => await page.locator('#grid *').count();
    expect(await count(page)).toBe('10,000 of 10,000 pictures');
    expect(await nodes()).toBeLessThan(1200);
    await page.evaluate('scrollTo(0, document.body.scrollHeight / 2)');
    await page.waitForSelector('[aria-posinset="5000"] .cell');
    expect(await nodes()).toBeLessThan(1200);
    await page.selectOption('[name=status]', 'failed');
    expect(await count(page)).toBe('500 of 10,000 pictures');
    expect(complaints).toEqual([]);
  });
});
