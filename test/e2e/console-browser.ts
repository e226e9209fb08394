import type { Browser, BrowserContextOptions } from 'playwright-core';
import { type OpenPage, openPage } from './tracking-page-browser.ts';

/** Who opens the console: their session's cookies, and the hub's address. */
export interface Session {
  readonly url: string;
  readonly cookie: string;
}

/** Opens a page of the console as somebody who is signed in. */
export async function openConsole(
  browser: Browser,
  { url, cookie }: Session,
  path: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const opened = await openPage(browser, options);
  const cookies = cookie.split('; ').map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return { name, value: value.join('='), url };
  });
  await opened.page.context().addCookies(cookies);
  await opened.page.goto(`${url}${path}`);
  return opened;
}
