import { inviteFirstOwner, type Role } from '../../../merchants/index.ts';
import { type Answered, callerOf } from '../../testing/test-client.ts';
import type { TestHub } from '../../testing/test-hub.ts';
import { csrfOf } from '../hub/test-console.ts';

/** A password for tests only. */
export const PASSWORD = 'four words are enough';

type Form = Readonly<Record<string, string>>;

/** The desk of a test's hub, requested as a browser does. */
export interface TestDesk {
  /** Session of the first owner, `owner@shop.example`. */
  readonly owner: string;
  /** With `form`, a POST with the CSRF token of the page at `from`, or of the desk. */
  visit(path: string, as: string, form?: Form | URLSearchParams, headers?: Form): Promise<Answered>;
  /** The cookie of a member who was invited and joined. */
  member(email: string, role: Role): Promise<string>;
  signIn(email: string, password: string, headers?: Form): Promise<Answered>;
}

export function cookiesOf({ headers }: Answered): string {
  return headers
    .getSetCookie()
    .map((each) => each.split(';')[0] ?? '')
    .filter((pair) => !pair.endsWith('='))
    .join('; ');
}

export async function openTestDesk(
  hub: TestHub,
  members: Parameters<typeof inviteFirstOwner>[0],
): Promise<TestDesk> {
  const call = callerOf(hub, null);
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  const get = (path: string, as: string, headers: Form = {}) =>
    call('GET', path, undefined, { accept: 'text/html', cookie: as, ...headers });
  const post = (path: string, as: string, form: Form | URLSearchParams, headers: Form = {}) => {
    const body = new URLSearchParams(form).toString();
    return call('POST', path, body, { ...type, cookie: as, ...headers });
  };
  const visit: TestDesk['visit'] = async (path, as, form, headers) => {
    if (form === undefined) return get(path, as, headers);
    const sent = new URLSearchParams(form);
    if (!sent.has('csrf')) sent.set('csrf', csrfOf((await get('/console/password', as)).text));
    return post(path, as, sent, headers);
  };
  async function join(path: string, said: Form): Promise<string> {
    const page = await get(path, '');
    const form = { csrf: csrfOf(page.text), password: PASSWORD, ...said };
    return cookiesOf(await post(path, cookiesOf(page), form));
  }
  const token = await inviteFirstOwner(members);
  const owner = await join(`/console/join/${token}`, {
    email: 'Owner@shop.example',
    name: 'Olga Owner',
  });
  return {
    owner,
    visit,
    async member(email, role) {
      const made = await visit('/console/members', owner, { email, role });
      const link = /\/console\/join\/[\w-]{43}/.exec(made.text)?.[0] ?? '';
      return join(link, { name: `${role} of the shop` });
    },
    async signIn(email, password, headers) {
      const page = await get('/console/sign-in', '', headers);
      const form = { csrf: csrfOf(page.text), email, password };
      return post('/console/sign-in', cookiesOf(page), form, headers);
    },
  };
}
