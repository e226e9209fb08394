import { bootstrap, createOperatorKey } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import type { MapData } from '../../maps/map-data.ts';
import { type Answered, callerOf } from '../../testing/test-client.ts';
import type { TestHub } from '../../testing/test-hub.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';

/** The console of a test's hub, requested as a browser does. */
export interface TestConsole {
  /** Session of an operator who may change everything. */
  readonly cookie: string;
  /** With `form`, a POST. */
  visit(path: string, as: string, form?: Readonly<Record<string, string>>): Promise<Answered>;
  /** The cookie of a viewer. */
  looker(): Promise<string>;
}

export async function openTestConsole(hub: TestHub): Promise<TestConsole> {
  const keys = { db: hub.db, clock: hub.clock, randomBytes: systemRandom };
  const visit: TestConsole['visit'] = (path, as, form) => {
    const headers = {
      accept: 'text/html',
      cookie: as,
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    };
    const body = form === undefined ? undefined : new URLSearchParams(form).toString();
    return callerOf(hub, null)(form === undefined ? 'GET' : 'POST', path, body, headers);
  };
  async function signIn(key: string): Promise<string> {
    const page = await visit('/console/sign-in', '');
    const form = { csrf: csrfOf(page.text), key };
    return cookiesOf(await visit('/console/sign-in', cookiesOf(page), form));
  }
  await bootstrap(keys, KEY);
  return {
    visit,
    cookie: await signIn(KEY),
    async looker() {
      const { text } = await createOperatorKey(keys, { name: 'looks', scopes: ['ops:read'] });
      return signIn(text);
    },
  };
}

/** Token of a page's first form. */
export function csrfOf(text: string): string {
  return /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
}

/** What a page draws on its map; null: it has none. */
export function mapDataOf(text: string): MapData | null {
  const data = /<script type="application\/json" id="map-data">(.*?)<\/script>/s.exec(text)?.[1];
  return data === undefined ? null : JSON.parse(data);
}

function cookiesOf({ headers }: Answered): string {
  return headers
    .getSetCookie()
    .map((each) => each.split(';')[0] ?? '')
    .filter((pair) => !pair.endsWith('='))
    .join('; ');
}
