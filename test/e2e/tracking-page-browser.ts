import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core';

/** Where Chromium is; Debian's package puts it here. */
export const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
export const HAS_CHROMIUM = existsSync(CHROMIUM);
/** If it is installed, too: it has no windows and no notifications, and takes a fifth less time. */
const HEADLESS = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium-headless-shell';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** For browsers without a graphics card, as in tests, that draw maps all the same. */
export const DRAWS = [
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
];
/** For a browser that cannot draw a map. */
export const DRAWS_NOTHING = ['--disable-3d-apis'];

/**
 * Root may not use Chromium's own sandbox; pages come from our own hub only. A map takes most of the
 * processor time of a page, so a browser draws one only where its test looks at it (`DRAWS`).
 */
export function launchBrowser(args: readonly string[] = DRAWS_NOTHING): Promise<Browser> {
  const executablePath = existsSync(HEADLESS) ? HEADLESS : CHROMIUM;
  return chromium.launch({ executablePath, args: ['--no-sandbox', ...args] });
}

const browsers = new Map<string, Promise<Browser>>();

/**
 * The browser of this process, which ends with it: tests share it, and close their pages
 * (`closePages`).
 */
export async function sharedBrowser(args: readonly string[] = DRAWS_NOTHING): Promise<Browser> {
  const key = args.join();
  const before = await browsers.get(key);
  if (before?.isConnected()) return before;
  const browser = launchBrowser(args);
  browsers.set(key, browser);
  return browser;
}

/** Closes all pages of a shared browser. */
export async function closePages(browser: Browser | undefined): Promise<void> {
  for (const context of browser?.contexts() ?? []) await context.close();
}

export interface OpenPage {
  readonly page: Page;
  /** What the browser complained of: errors, refused policies, failed requests. */
  readonly complaints: string[];
  /** Every request, with the bytes of its answer's body. */
  readonly requests: { readonly url: string; readonly bytes: number }[];
}

/** How long to wait for what is certain to happen, on a very busy machine. */
export const PATIENCE_MS = 90_000;

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 900 };

export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: PHONE, locale: 'en-US', ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: { url: string; bytes: number }[] = [];
  page.on('console', (message) => {
    // What the software renderer says about its own speed is no fault of a page.
    if (message.text().includes('GL Driver Message')) return;
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfinished', async (request) => {
    const { responseBodySize } = await request.sizes().catch(() => ({ responseBodySize: 0 }));
    requests.push({ url: request.url(), bytes: responseBodySize });
  });
  return { page, complaints, requests };
}

/** Clicks a link to another page; resolves when that page has loaded completely. */
export async function clickThrough(link: Locator): Promise<void> {
  const loaded = link.page().waitForEvent('load');
  await link.click();
  await loaded;
}

/** Text with too little contrast for WCAG AA: the text, its ratio and the required ratio. */
export interface FaintText {
  readonly text: string;
  readonly ratio: number;
  readonly needed: number;
}

/**
 * Measures every visible text against every colour possibly behind it, including gradients' stops
 * (WCAG 2.2, 1.4.3: 4.5, or 3 for text from 24 px, or 18.66 px when bold).
 */
export function faintTexts(page: Page): Promise<FaintText[]> {
  return page.evaluate(() => {
    type Colour = readonly [number, number, number, number];
    const coloursIn = (css: string): Colour[] =>
      [...css.matchAll(/(rgba?|color)\(([^()]*)\)/g)].map(([, kind, inner = '']) => {
        const [r = 0, g = 0, b = 0, a = 1] =
          inner
            .replace('srgb', '')
            .match(/[\d.]+/g)
            ?.map(Number) ?? [];
        return kind === 'color' ? [r, g, b, a] : [r / 255, g / 255, b / 255, a];
      });
    const over = ([r, g, b, a]: Colour, [x, y, z]: Colour): Colour => [
      r * a + x * (1 - a),
      g * a + y * (1 - a),
      b * a + z * (1 - a),
      1,
    ];
    const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const luminance = ([r, g, b]: Colour) =>
      0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const ratioOf = (a: Colour, b: Colour) => {
      const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
      return (light + 0.05) / (dark + 0.05);
    };
    /** What may be behind an element: its own background, else what is behind its parent. */
    const behind = (element: Element | null): Colour[] => {
      if (element === null) return [[1, 1, 1, 1]];
      const { backgroundColor, backgroundImage } = getComputedStyle(element);
      const stops = coloursIn(backgroundImage);
      if (stops.length > 0) return stops;
      const [own = [0, 0, 0, 0] as const] = coloursIn(backgroundColor);
      if (own[3] === 1) return [own];
      return behind(element.parentElement).map((under) => over(own, under));
    };
    const faint: { text: string; ratio: number; needed: number }[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent?.trim() ?? '';
      const element = node.parentElement;
      if (!text || !element || element.closest('.unseen, .skip, script, style')) continue;
      if (!element.checkVisibility()) continue;
      const style = getComputedStyle(element);
      const [colour] = coloursIn(style.color);
      if (colour === undefined) continue;
      const px = Number.parseFloat(style.fontSize);
      const isLarge = px >= 24 || (px >= 18.66 && Number(style.fontWeight) >= 700);
      const needed = isLarge ? 3 : 4.5;
      for (const under of behind(element)) {
        const ratio = ratioOf(over(colour, under), under);
        if (ratio < needed) faint.push({ text, ratio, needed });
      }
    }
    return faint;
  });
}

/** Obstacles for assistive technology; empty if there are none. */
export function stumblingBlocks(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const expectOne = (selector: string) => {
      const count = document.querySelectorAll(selector).length;
      if (count !== 1) found.push(`${count} × ${selector}`);
    };
    for (const selector of [':is(body, .body) > header', 'main', 'footer', 'h1', 'head > title']) {
      expectOne(selector);
    }
    if (!document.documentElement.lang) found.push('no language');
    const ids = Array.from(document.querySelectorAll('[id]')).map(({ id }) => id);
    if (new Set(ids).size !== ids.length) found.push('an id twice');
    let level = 0;
    for (const heading of Array.from(document.querySelectorAll('h1, h2, h3, h4'))) {
      const next = Number(heading.tagName.slice(1));
      if (next > level + 1) found.push(`h${next} after h${level}`);
      level = next;
    }
    for (const one of Array.from(document.querySelectorAll('a, button, summary'))) {
      const picture = one.querySelector('img')?.alt ?? '';
      if (!`${one.textContent}${picture}`.trim()) found.push(`no name: ${one.outerHTML}`);
    }
    for (const field of Array.from(
      document.querySelectorAll<HTMLInputElement>('input:not([type=hidden])'),
    )) {
      if (!field.labels?.length && !field.ariaLabel) found.push(`no label: ${field.outerHTML}`);
    }
    for (const one of Array.from(
      document.querySelectorAll('svg:not([aria-hidden=true], [role=img][aria-label])'),
    )) {
      found.push(`unnamed drawing: ${one.outerHTML}`);
    }
    for (const name of ['aria-labelledby', 'aria-describedby']) {
      for (const one of Array.from(document.querySelectorAll(`[${name}]`))) {
        const id = one.getAttribute(name) ?? '';
        if (!document.getElementById(id)) found.push(`${name} of nothing: ${id}`);
      }
    }
    for (const target of Array.from(
      document.querySelectorAll('a:not(.skip), button, summary, input'),
    )) {
      // A label around a control can be pressed as well.
      const { height } = (target.closest('label') ?? target).getBoundingClientRect();
      if (target.checkVisibility() && height < 24) found.push(`too small: ${target.outerHTML}`);
    }
    return found;
  });
}

/** More tab stops than any page has. */
const TABS_MAX = 150;

/**
 * Presses the tab key until an element with that name has the focus, like a user without a mouse;
 * returns the elements on the way whose focus was not visible. Rejects if it is never reached.
 */
export async function tabTo(page: Page, name: string | RegExp): Promise<readonly string[]> {
  const unseen: string[] = [];
  for (let index = 0; index < TABS_MAX; index += 1) {
    await page.keyboard.press('Tab');
    const { called, isMarked } = await page.evaluate(() => {
      const at = document.activeElement as HTMLElement | null;
      const style = at === null ? null : getComputedStyle(at);
      const label = at?.id ? document.querySelector(`label[for="${at.id}"]`) : null;
      const text = at?.getAttribute('aria-label') ?? label?.textContent ?? at?.textContent ?? '';
      const ringed =
        style !== null && style.outlineStyle !== 'none' && style.outlineWidth !== '0px';
      return { called: text.trim(), isMarked: ringed || style?.boxShadow !== 'none' };
    });
    if (!isMarked) unseen.push(called);
    if (typeof name === 'string' ? called === name : name.test(called)) return unseen;
  }
  throw new Error(`the tab key does not lead to ${name}`);
}

/**
 * What axe finds wrong with the current page, including small targets, which it checks only on
 * request. Contrasts are `faintTexts`: axe takes ten times as long for them.
 */
export async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const faults = await page.evaluate(async () => {
    const { axe } = globalThis as object as {
      axe: {
        run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
      };
    };
    const rules = { 'target-size': { enabled: true }, 'color-contrast': { enabled: false } };
    // Frames have no axe; asked for it, a browser complains of each.
    const { violations } = await axe.run({ rules, iframes: false, resultTypes: ['violations'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`);
  });
  return [...faults, ...(await faintTexts(page)).map((faint) => JSON.stringify(faint))];
}

/** Whether the current page is wider than its window, and how much. */
export async function tooWide(page: Page): Promise<readonly string[]> {
  const excess = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  return excess > 0 ? [`${excess} px too wide`] : [];
}

/** What is hard to use on the current page: `axeFaults`, and a page wider than its window. */
export async function hardToUse(page: Page): Promise<readonly string[]> {
  return [...(await axeFaults(page)), ...(await tooWide(page))];
}

/** The same, and obstacles, on a phone by day, and then on a desktop in the dark. */
export async function hardToUseAnywhere(page: Page): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const [viewport, colorScheme] of [
    [PHONE, 'light'],
    [DESKTOP, 'dark'],
  ] as const) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    const found = [...(await hardToUse(page)), ...(await stumblingBlocks(page))];
    faults.push(...found.map((fault) => `${viewport.width} px, ${colorScheme}: ${fault}`));
  }
  return faults;
}
