import { HAS_CHROMIUM, launchBrowser, openPage } from '../../test/e2e/tracking-page-browser.ts';

/** The cost of a first visit to a page. Bytes are those of the bodies. */
export interface FirstView {
  readonly pageBytes: number;
  readonly scriptBytes: number;
  /** The number of requests, including the live stream. */
  readonly requests: number;
  readonly measuredBy: 'chromium' | 'reading the HTML';
}

export function firstView(url: URL): Promise<FirstView> {
  return HAS_CHROMIUM ? measuredByBrowser(url) : readFromHtml(url);
}

async function measuredByBrowser(url: URL): Promise<FirstView> {
  const browser = await launchBrowser();
  try {
    const { page, requests } = await openPage(browser);
    let count = 0;
    page.on('request', () => {
      count += 1;
    });
    await page.goto(url.href, { waitUntil: 'load' });
    // The script opens the live stream after the page has loaded.
    await page.waitForTimeout(500);
    return {
      pageBytes: sum(requests),
      scriptBytes: sum(requests.filter((request) => isScript(request.url))),
      requests: count,
      measuredBy: 'chromium',
    };
  } finally {
    await browser.close();
  }
}

async function readFromHtml(url: URL): Promise<FirstView> {
  const html = await (await fetch(url)).text();
  const links = [...html.matchAll(/<(?:script|img|link)\b[^>]*?(?:src|href)="([^"]+)"/g)]
    .map(([, target = '']) => new URL(target.replaceAll('&amp;', '&'), url))
    .filter(({ pathname }) => pathname.startsWith('/assets/'));
  const assets = await Promise.all(
    links.map(async (link) => {
      const bytes = (await (await fetch(link)).arrayBuffer()).byteLength;
      return { url: link.href, bytes };
    }),
  );
  return {
    pageBytes: Buffer.byteLength(html) + sum(assets),
    scriptBytes: sum(assets.filter((asset) => isScript(asset.url))),
    requests: 1 + assets.length + 1,
    measuredBy: 'reading the HTML',
  };
}

function isScript(url: string): boolean {
  return new URL(url).pathname.endsWith('.js');
}

function sum(parts: readonly { readonly bytes: number }[]): number {
  return parts.reduce((all, { bytes }) => all + bytes, 0);
}
