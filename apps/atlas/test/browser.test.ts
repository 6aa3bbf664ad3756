import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, onTestFinished, type TestContext, test } from 'vitest';
import { findChromium, launchChromium } from './support/browser.ts';
import { ids } from './support/rows.ts';
import { startTestServer } from './support/server.ts';

interface Visit {
  readonly page: Page;
  readonly base: string;
  /** Errors that the browser reported, such as scripts that the content security policy refused. */
  readonly errors: readonly string[];
}

async function visit(context: TestContext, options: BrowserContextOptions = {}): Promise<Visit> {
  const path = findChromium(process.env);
  if (path === undefined) return context.skip('install Chromium, or set CHROMIUM_PATH to one');
  const { port } = await startTestServer();
  const browser = await launchChromium(path);
  onTestFinished(() => browser.close());
  const page = await (await browser.newContext(options)).newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return { page, base: `http://localhost:${port}`, errors };
}

const patience = 30_000;

test('the foot tells how the page came', { timeout: patience }, async (context) => {
  const { page, base, errors } = await visit(context);
  const fact = async (name: string): Promise<string> => {
    const value = page.locator(`[data-fact="${name}"] dd`);
    await value.waitFor();
    return value.innerText();
  };
  await page.goto(`${base}/cities/${ids.berlin}`);
  expect([await fact('source'), await fact('why'), await fact('visits')]).toEqual([
    'the server',
    'fwd=uri-miss; stored',
    '1',
  ]);
  await page.goto(`${base}/cities/${ids.berlin}?again`);
  expect(await fact('visits')).toBe('2');
  await page.goto(`${base}/cities/${ids.berlin}`);
  expect([await fact('source'), await fact('visits')]).toEqual(['the cache', '3']);
  expect(await fact('why')).toMatch(/^hit; ttl=\d+$/);
  expect(await fact('fill')).toMatch(/ m?s$/);
  expect(errors).toEqual([]);
});

test('a browser that hides Server-Timing asks the cache', { timeout: patience }, async (context) => {
  const { page, base } = await visit(context);
  await page.addInitScript(`Object.defineProperty(PerformanceResourceTiming.prototype, 'serverTiming', { value: [] })`);
  const why = page.locator('[data-fact="why"] dd');
  await page.goto(base);
  await why.waitFor();
  expect(await why.innerText()).toMatch(/^now hit; ttl=\d+$/);
  expect(await page.locator('[data-fact="source"] dd').innerText()).toBe('the server');
});

test('a visitor adds a favourite, finds it and removes it', { timeout: patience }, async (context) => {
  const { page, base, errors } = await visit(context);
  await page.goto(`${base}/search`);
  await page.getByLabel('Find a city').fill('reykjavik');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('link', { name: 'Reykjavík' }).click();
  await page.getByRole('button', { name: 'Add to favourites' }).click();
  await page.getByText('It is in your favourites.').waitFor();
  await page.getByText('Chosen by 1 visitor').waitFor();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Favourites' }).click();
  await page.getByRole('button', { name: 'Remove Reykjavík' }).click();
  await page.getByText('Nothing here yet.').waitFor();
  expect(errors).toEqual([]);
});

test('without JavaScript the foot still tells what was read', { timeout: patience }, async (context) => {
  const { page, base } = await visit(context, { javaScriptEnabled: false });
  await page.goto(`${base}/countries/DE`);
  const foot = page.getByRole('contentinfo');
  expect(await foot.innerText()).toMatch(/Made on \d{4}-\d\d-\d\d at \d\d:\d\d:\d\d UTC\./);
  expect(await foot.innerText()).toMatch(/country DE\s+loaded in/);
  expect(await page.locator('[data-fact]:visible').count()).toBe(0);
});

test('no page is wider than a phone', { timeout: patience }, async (context) => {
  const { page, base } = await visit(context, { viewport: { width: 360, height: 740 } });
  const paths = ['/', '/countries/DE', `/cities/${ids.saoPaulo}`, '/search?q=sao', '/favourites', '/cities/1'];
  for (const path of paths) {
    await page.goto(base + path);
    expect([path, await page.evaluate('document.documentElement.scrollWidth - innerWidth')]).toEqual([path, 0]);
  }
});
