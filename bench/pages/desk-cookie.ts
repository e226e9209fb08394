import { HUB_TEST_KEY } from '../../test/support/hubs/hub-process.ts';

/**
 * Signs in at the desk as the user who started the hub on the same machine; returns the session
 * cookie.
 */
export async function deskCookie(hub: URL): Promise<string> {
  const at = new URL('/console/sign-in', hub);
  const page = await fetch(at);
  const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
  const done = await fetch(at, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: cookieOf(page), 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ csrf, key: HUB_TEST_KEY }).toString(),
  });
  if (done.status !== 303) throw new Error(`the sign-in was answered ${done.status}`);
  return cookieOf(done);
}

function cookieOf({ headers }: Response): string {
  return headers
    .getSetCookie()
    .map((each) => each.split(';')[0] ?? '')
    .join('; ');
}
