import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DELIVERIES_DESK } from '../../fleet/pages/table.ts';
import { inTurn } from '../../kernel/test-runs.ts';
import {
  bootstrap,
  ensureMerchant,
  FIRST_OWNER_MS,
  invite,
  inviteFirstOwner,
  mayDo,
  ROLES,
  type Role,
} from '../../merchants/index.ts';
import { systemRandom } from '../../platform/clock.ts';
import { messagesIn } from '../../platform/messages/catalogue.ts';
import { LANGUAGES } from '../../platform/messages/languages.ts';
import { callerOf } from '../testing/test-client.ts';
import { createTestHub, type TestHub } from '../testing/test-hub.ts';
import { csrfOf } from './hub/test-console.ts';
import type { DeskRow } from './kit/desk-row.ts';
import { DESK } from './kit/table.ts';
import { cookiesOf, openTestDesk, PASSWORD, type TestDesk } from './kit/test-desk.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';

let hub: TestHub;
let desk: TestDesk;
let shop: string;
const cookies = {} as Record<Role, string>;

beforeAll(async () => {
  hub = await createTestHub();
  const keys = { db: hub.db, clock: hub.clock, randomBytes: systemRandom };
  shop = (await bootstrap(keys, KEY)).merchantId;
  desk = await openTestDesk(hub, hub.members);
  cookies.owner = desk.owner;
  for (const role of ['support', 'analyst', 'developer'] as const) {
    cookies[role] = await desk.member(`${role}@shop.example`, role);
  }
});
afterAll(() => hub.close());

/** Path of the forms about a member. */
async function memberPath(email: string): Promise<string> {
  const { text } = await desk.visit('/console/members', cookies.owner);
  return /\/console\/members\/[0-9a-f-]{36}/.exec(text.slice(text.indexOf(email)))?.[0] ?? '';
}

/** Refills every rate limit. */
const rest = () => hub.clock.advance(600_000);

describe('the first owner', () => {
  it('signs in by a link that works once, for a quarter of an hour, and never again', async () => {
    const other = await createTestHub();
    try {
      const { members } = other;
      // From another process, or an earlier start.
      const other_ = await inviteFirstOwner(members);
      const late = await inviteFirstOwner(members);
      const ask = callerOf(other, null);
      const open = async (token: string | null) =>
        (await ask('GET', `/console/join/${token}`, undefined, { accept: 'text/html' })).status;
      expect([await open(other_), await open(late)]).toEqual([200, 200]);
      other.clock.advance(FIRST_OWNER_MS + 1);
      expect(await open(late)).toBe(404);
      const left = await inviteFirstOwner(members);
      const { owner } = await openTestDesk(other, members);
      expect(owner).toMatch(/^waybill_desk=[\w-]{43}; waybill_desk_in=1$/);
      expect(await open(left)).toBe(404);
      expect(await inviteFirstOwner(members)).toBeNull();
    } finally {
      await other.close();
    }
  });
});

describe('signing in', () => {
  it('gives a cookie for the console only, a new one each time, and ends the previous session', async () => {
    rest();
    const signed = await desk.signIn(' OWNER@shop.example', PASSWORD);
    expect([signed.status, signed.headers.get('location')]).toEqual([303, '/console']);
    expect(signed.headers.getSetCookie()[0]).toMatch(
      /^waybill_desk=[\w-]{43}; Max-Age=43200; Path=\/console; HttpOnly; SameSite=Lax$/,
    );
    const first = cookiesOf(signed);
    const page = await desk.visit('/console/sign-in', first);
    const form = { csrf: csrfOf(page.text), email: 'owner@shop.example', password: PASSWORD };
    const again = await desk.visit('/console/sign-in', `${first}; ${cookiesOf(page)}`, form);
    expect(again.status).toBe(303);
    expect(cookiesOf(again)).not.toBe(first);
    expect((await desk.visit('/console/shipments', first)).status).toBe(303);
    const shown = await desk.visit('/console/shipments', cookiesOf(again));
    expect([shown.status, shown.text.includes('Olga Owner')]).toEqual([200, true]);
    expect(shown.headers.get('x-frame-options')).toBe('DENY');
    expect(shown.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(shown.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(shown.headers.get('content-security-policy')).not.toContain('unsafe');
    expect(shown.text).not.toMatch(/<script(?! type="module" src="\/)|<style| style=/);
    // A session id chosen by the client is not accepted.
    const planted = `waybill_desk=${'A'.repeat(43)}`;
    expect((await desk.visit('/console/shipments', planted)).status).toBe(303);
    const out = await desk.visit('/console/sign-out', cookiesOf(again), {});
    expect(out.status).toBe(303);
    expect((await desk.visit('/console/shipments', cookiesOf(again))).status).toBe(303);
    // The desk's cookie is no API key.
    expect((await desk.visit('/v1/shipments', cookies.owner)).status).toBe(401);
    expect((await desk.visit('/v1/console/shipments', cookies.owner)).status).toBe(404);
    expect((await desk.visit('/console/hub', cookies.owner)).status).toBe(403);
  });

  it('gives the same answer for an unknown address and a wrong password, and slows down guesses', async () => {
    rest();
    const withoutTokens = (text: string) => text.replaceAll(/value="[^"]*"/g, '');
    const unknown = await desk.signIn('nobody@shop.example', PASSWORD);
    const wrong = await desk.signIn('owner@shop.example', 'not the password');
    expect([unknown.status, wrong.status]).toEqual([403, 403]);
    expect(withoutTokens(wrong.text)).toBe(withoutTokens(unknown.text));
    expect(cookiesOf(wrong)).toBe('');
    const statuses: number[] = [];
    for (let index = 0; index < 10; index += 1) {
      statuses.push((await desk.signIn('owner@shop.example', `guess ${index}`)).status);
    }
    expect([statuses[0], statuses.at(-1)]).toEqual([403, 429]);
    // Even the right password is rejected by the limit.
    expect((await desk.signIn('owner@shop.example', PASSWORD)).status).toBe(429);
    rest();
    expect((await desk.signIn('owner@shop.example', PASSWORD)).status).toBe(303);
  });

  it('counts guesses by account, however the address is spelled', async () => {
    rest();
    const statuses: number[] = [];
    for (const at of Array.from({ length: 11 }, (_, index) => index)) {
      // Full-width letters are the same address.
      const wide = [...'owner@shop'].map((letter, index) =>
        index === at && letter !== '@'
          ? String.fromCodePoint(letter.charCodeAt(0) + 0xfee0)
          : letter,
      );
      statuses.push((await desk.signIn(`${wide.join('')}.example`, 'a guess')).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 403), 429]);
    rest();
  });

  it('ends with a new password or role, on every browser', async () => {
    rest();
    const here = await desk.member('leaving@shop.example', 'support');
    const there = cookiesOf(await desk.signIn('leaving@shop.example', PASSWORD));
    const change = (current: string, next: string) =>
      desk.visit('/console/password', here, { current, next });
    expect((await change('wrong', 'another good password')).text).toContain(
      'not your current password',
    );
    expect((await change(PASSWORD, 'short')).text).toContain('at least 10');
    expect((await change(PASSWORD, 'another good password')).status).toBe(303);
    for (const cookie of [here, there]) {
      expect((await desk.visit('/console/shipments', cookie)).status).toBe(303);
    }
    expect((await desk.signIn('leaving@shop.example', PASSWORD)).status).toBe(403);
    const anew = cookiesOf(await desk.signIn('leaving@shop.example', 'another good password'));
    const path = await memberPath('leaving@shop.example');
    expect((await desk.visit(path, cookies.owner, { role: 'analyst' })).status).toBe(303);
    expect((await desk.visit('/console/shipments', anew)).status).toBe(303);
    const asAnalyst = cookiesOf(await desk.signIn('leaving@shop.example', 'another good password'));
    expect((await desk.visit('/console/shipments', asAnalyst)).text).toContain('analyst');
    expect((await desk.visit(path, cookies.owner, { role: 'none' })).status).toBe(303);
    expect((await desk.visit('/console/shipments', asAnalyst)).status).toBe(303);
    const left = await hub.db.pipeline.query('select from users');
    expect(left.rowCount).toBe(4);
  });

  it('by the key of the first start works only on the machine itself', async () => {
    rest();
    const signIn = async (key: string, headers = {}) => {
      const page = await desk.visit('/console/sign-in', '', undefined, headers);
      const form = { csrf: csrfOf(page.text), key };
      return desk.visit('/console/sign-in', cookiesOf(page), form, headers);
    };
    const opened = await signIn(KEY);
    expect(opened.status).toBe(303);
    const cookie = cookiesOf(opened);
    expect((await desk.visit('/console/members', cookie)).status).toBe(200);
    const elsewhere = { 'x-forwarded-for': '203.0.113.9' };
    expect((await desk.visit('/console/members', cookie, undefined, elsewhere)).status).toBe(303);
    expect((await signIn(KEY, elsewhere)).status).toBe(403);
    const wrong = await signIn((await hub.newKey()).text);
    expect(wrong.status).toBe(403);
    // The error is at the key field, the only one filled in.
    expect(wrong.text).toMatch(/name="key"[^>]* aria-invalid="true"[^>]* aria-describedby="fault"/);
    expect(wrong.text).not.toMatch(/name="password"[^>]* aria-invalid/);
  });

  it('redirects to the requested page in every language', async () => {
    const page = await desk.visit('/console/sign-in?next=/console/members&lang=de&done=x', '');
    expect(page.text).toContain('name="next" value="/console/members"');
    for (const language of LANGUAGES) {
      const href = `href="?next=%2Fconsole%2Fmembers&amp;lang=${language}"`;
      expect(page.text).toContain(href);
    }
  });

  it('redirects to no other site', async () => {
    for (const next of ['https://evil.example', '//evil.example', '/console/../ops', '/consolex']) {
      const page = await desk.visit(`/console/sign-in?next=${encodeURIComponent(next)}`, '');
      expect(page.text).toContain('name="next" value="/console"');
    }
  });
});

describe('a member’s language', () => {
  it('applies in all their browsers, and to nobody else', async () => {
    rest();
    const as = await desk.member('lingua@shop.example', 'analyst');
    const german = { 'accept-language': 'de' };
    const spokenTo = async (cookie: string, headers = {}, query = '') => {
      const { text } = await desk.visit(`/console/shipments${query}`, cookie, undefined, headers);
      return /<html lang="([a-z]+)"/.exec(text)?.[1];
    };
    expect(await spokenTo(as)).toBe('en');
    expect(await spokenTo(as, german)).toBe('de');
    const choose = async (language: string) => {
      const path = `/console/shipments?q=x&lang=${language}&done=y`;
      const atFoot = { ...german, 'sec-fetch-site': 'same-origin' };
      const { status, headers } = await desk.visit(path, as, undefined, atFoot);
      expect(headers.get('set-cookie')).toContain(`waybill_desk_language=${language};`);
      return [status, headers.get('location')];
    };
    expect(await choose('fr')).toEqual([303, '/console/shipments?q=x']);
    const elsewhere = cookiesOf(await desk.signIn('lingua@shop.example', PASSWORD));
    expect(await spokenTo(elsewhere, german)).toBe('fr');
    // A URL passed on by somebody, and a link on another site.
    for (const site of ['none', 'cross-site', 'same-site']) {
      const came = { ...german, 'sec-fetch-site': site };
      expect(await spokenTo(as, came, '?lang=es')).toBe('es');
      expect(await spokenTo(as, german)).toBe('fr');
    }
    expect(await spokenTo(`${elsewhere}; waybill_desk_language=es`, german)).toBe('fr');
    expect(await spokenTo(elsewhere, german, '?lang=xx')).toBe('fr');
    expect((await choose('en'))[0]).toBe(303);
    expect(await spokenTo(elsewhere, german)).toBe('en');
    expect(await spokenTo(cookies.owner, german)).toBe('de');
    expect(await spokenTo(`${cookies.owner}; waybill_desk_language=es`, german)).toBe('es');
  });
});

describe('roles', () => {
  const rows: readonly (readonly [string, DeskRow])[] = Object.entries({
    ...DESK,
    ...DELIVERIES_DESK,
  });
  const guarded = rows.filter(([, { needs }]) => needs !== null);

  it.each(ROLES)('%s may do what the table says, and nothing else', async (role) => {
    rest();
    const csrf = csrfOf((await desk.visit('/console/password', cookies[role])).text);
    const nowhere = crypto.randomUUID();
    const allowedNow = inTurn(guarded, ROLES.indexOf(role), 4);
    for (const row of guarded) {
      const [name, { method, path, needs, files }] = row;
      const may = needs !== null && mayDo({ role, power: null }, needs);
      // Every refusal is checked; pages that open cost more.
      if (may && !allowedNow.includes(row)) continue;
      const at = path.replaceAll(/:[a-z]+/g, nowhere);
      let status: number;
      if (files) {
        const body = new FormData();
        body.append('csrf', csrf);
        const answer = await fetch(hub.url + at, {
          method,
          body,
          redirect: 'manual' as const,
          headers: { cookie: cookies[role] },
        });
        await answer.text();
        status = answer.status;
      } else {
        const form = method === 'POST' ? { csrf } : undefined;
        status = (await desk.visit(at, cookies[role], form)).status;
      }
      expect([name, role, status === 403, status < 500]).toEqual([name, role, !may, true]);
    }
  });

  it('nobody can do anything without signing in', async () => {
    for (const [name, { method, path, files }] of guarded) {
      if (files) continue;
      const at = path.replaceAll(/:[a-z]+/g, crypto.randomUUID());
      const answer = await desk.visit(at, '', method === 'POST' ? { csrf: 'x' } : undefined);
      expect([name, answer.status]).toEqual([name, 303]);
      expect(answer.headers.get('location')).toMatch(/^\/console\/sign-in/);
    }
  });

  it('a form of another session or site has no effect', async () => {
    const theirs = csrfOf((await desk.visit('/console/password', cookies.support)).text);
    const send = (form: Record<string, string>, headers = {}) =>
      desk.visit(
        '/console/keys',
        cookies.owner,
        { name: 'forged', scope: 'admin', ...form },
        headers,
      );
    expect((await send({ csrf: theirs })).status).toBe(403);
    expect((await send({ csrf: '' })).status).toBe(403);
    const out = await desk.visit('/console/sign-out', cookies.owner, { csrf: theirs });
    expect(out.status).toBe(403);
    expect((await desk.visit('/console/keys', cookies.owner)).status).toBe(200);
    for (const headers of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      expect((await send({}, headers)).status).toBe(403);
    }
    expect((await desk.visit('/console/keys', cookies.owner)).text).not.toContain('forged');
  });

  it('a form from before a switch has no effect on the other merchant or mode', async () => {
    const stale = csrfOf((await desk.visit('/console/keys', cookies.owner)).text);
    const make = (csrf: string) =>
      desk.visit('/console/keys', cookies.owner, { name: 'y', scope: 'shipments:read', csrf });
    const switched = (mode: string) =>
      desk.visit('/console/switch', cookies.owner, { of: `${shop} ${mode}` });
    expect((await switched('live')).status).toBe(303);
    try {
      const refused = await make(stale);
      expect([refused.status, refused.text.includes('Nothing was done')]).toEqual([409, true]);
      const live = await desk.visit('/console/keys', cookies.owner);
      expect(live.text).not.toContain('>y<');
    } finally {
      await switched('test');
    }
    expect((await make(stale)).text).toContain('>y<');
  });

  it('a removed member cannot return by an earlier invitation', async () => {
    rest();
    const again = { email: 'Twice@shop.example', role: 'owner' as const };
    const { token } = await invite(hub.members, shop, again);
    const elsewhere = await invite(hub.members, shop, { ...again, email: 'else@shop.example' });
    await desk.member('twice@shop.example', 'support');
    const path = await memberPath('twice@shop.example');
    const open = async (of: string) => (await desk.visit(`/console/join/${of}`, '')).status;
    expect(await open(token)).toBe(200);
    expect((await desk.visit(path, cookies.owner, { role: 'none' })).status).toBe(303);
    expect([await open(token), await open(elsewhere.token)]).toEqual([404, 200]);
  });

  it('an invitation ends when its inviter is no longer an owner', async () => {
    rest();
    const leaving = await desk.member('second@shop.example', 'owner');
    const invited = await desk.visit('/console/members', leaving, {
      email: 'friend@shop.example',
      role: 'owner',
    });
    const [link = ''] = /\/console\/join\/[\w-]{43}/.exec(invited.text) ?? [];
    expect((await desk.visit(link, '')).status).toBe(200);
    const path = await memberPath('second@shop.example');
    expect((await desk.visit(path, cookies.owner, { role: 'support' })).status).toBe(303);
    expect((await desk.visit(link, '')).status).toBe(404);
    expect((await desk.visit(path, cookies.owner, { role: 'none' })).status).toBe(303);
  });

  it('an invalid form gets a 422 with the submitted values', async () => {
    rest();
    const send = async (path: string, form: Readonly<Record<string, string>>) => {
      const { status, text } = await desk.visit(path, cookies.owner, form);
      return [status, text.includes('role="alert"')];
    };
    const said = await desk.visit('/console/members', cookies.owner, { email: 'x', role: 'owner' });
    expect([said.status, said.text.includes('value="x"')]).toEqual([422, true]);
    expect(await send('/console/keys', { name: '' })).toEqual([422, true]);
    expect(await send('/console/webhooks', { url: '' })).toEqual([422, true]);
    const tried = { current: 'wrong', next: 'another good password' };
    expect(await send('/console/password', tried)).toEqual([422, true]);
  });

  it('an invitation works once, and not when withdrawn', async () => {
    rest();
    const { token } = await invite(hub.members, shop, { email: 'o@shop.example', role: 'support' });
    const at = `/console/join/${token}`;
    const page = await desk.visit(at, '');
    const form = { csrf: csrfOf(page.text), name: '<b>O & co</b>', password: PASSWORD };
    const send = () => desk.visit(at, cookiesOf(page), form);
    const statuses = (await Promise.all([send(), send()])).map(({ status }) => status);
    expect(statuses.filter((status) => status === 303)).toHaveLength(1);
    expect((await send()).status).toBe(404);
    // Names that people choose are escaped as text.
    const members = (await desk.visit('/console/members', cookies.owner)).text;
    expect([members.includes('<b>O'), members.includes('&lt;b>O &amp; co')]).toEqual([false, true]);
    const path = await memberPath('o@shop.example');
    await desk.visit(path, cookies.owner, { role: 'none' });
    const other = await invite(hub.members, shop, { email: 'p@shop.example', role: 'support' });
    const withdraw = `/console/invitations/${other.id}`;
    expect((await desk.visit(withdraw, cookies.owner, {})).status).toBe(303);
    expect((await desk.visit(`/console/join/${other.token}`, '')).status).toBe(404);
  });

  it('a merchant keeps an owner, and a developer cannot create a key with more rights than a developer', async () => {
    rest();
    const path = await memberPath('owner@shop.example');
    expect((await desk.visit(path, cookies.owner, { role: 'none' })).status).toBe(409);
    const make = (scope: string, setup?: string) =>
      desk.visit('/console/keys', cookies.developer, {
        name: 'server',
        scope,
        ...(setup === undefined ? {} : { setup }),
      });
    for (const scope of ['admin', 'shipments:write', 'couriers:write', 'scans:write']) {
      for (const setup of [undefined, 'key']) {
        const made = await make(scope, setup);
        expect([scope, made.status, made.text.includes('Ask an owner')]).toEqual([
          scope,
          422,
          true,
        ]);
        expect(made.text).not.toMatch(/wb_(test|live)_[\w-]{32}/);
        expect(made.text).not.toContain(`value="${scope}"`);
      }
    }
    const key = /wb_test_[\w-]{32}/.exec((await make('shipments:read')).text)?.[0];
    expect((await callerOf(hub, key ?? '')('GET', '/v1/shipments')).status).toBe(200);
  });

  it('a key gets the scopes of the chosen preset that its maker’s role has', async () => {
    const scopesBy = async (preset: string, as: string) => {
      const name = `by ${preset}`;
      const { status } = await desk.visit('/console/keys', as, { name, preset });
      const { rows } = await hub.db.pipeline.query<{ scopes: string[] }>(
        'select scopes from api_keys where name = $1 order by created_at desc limit 1',
        [name],
      );
      return [status, rows[0]?.scopes.toSorted()];
    };
    expect(await scopesBy('parcels', cookies.owner)).toEqual([
      200,
      ['shipments:read', 'shipments:write'],
    ]);
    expect(await scopesBy('parcels', cookies.developer)).toEqual([200, ['shipments:read']]);
    expect(await scopesBy('all', cookies.owner)).toEqual([200, ['admin']]);
    expect(await scopesBy('all', cookies.developer)).toEqual([422, ['admin']]);
    const [, reading] = await scopesBy('reading', cookies.owner);
    expect(reading).toContain('exceptions:read');
    expect(reading).not.toContain('shipments:write');
  });

  it('the audit log names who acted', async () => {
    const page = await desk.visit('/console/actions', cookies.owner);
    expect(page.text).toContain('Olga Owner');
    expect(page.text).toContain(messagesIn('en').desk.activity.did.createDeskKey);
    expect(page.text).toContain('a former member');
    // Whose actions are shown is chosen, also of somebody who is no member any more.
    const gone = crypto.randomUUID();
    const ofOne = (await desk.visit(`/console/actions?by=${gone}`, cookies.owner)).text;
    expect(ofOne).toContain('<select name="did" aria-label="Actions"><option value>All actions<');
    expect(ofOne).toContain(`<option value="${gone}" selected>A former member</option>`);
  });
});

describe('several merchants', () => {
  it('are separate for members of one, and a member of both can switch', async () => {
    rest();
    const other = await ensureMerchant(hub.db.pipeline, {
      id: crypto.randomUUID(),
      slug: 'other',
      name: 'Other shop',
    });
    const tenant = { merchantId: other.id, mode: 'test' as const };
    const { text } = await hub.newKey({ merchant: 'other' });
    const made = await callerOf(hub, text)('POST', '/v1/shipments', {
      carrier: 'fleet',
      order_id: 'theirs-1',
      recipient: { email: 'x@example.com' },
    });
    const id = String(made.body['id']);
    const ways = [`/console/shipments/${id}`, `/console/shipments/${id}/proof.pdf`];
    for (const path of ways) {
      expect((await desk.visit(path, cookies.owner)).status).toBe(404);
    }
    for (const q of ['theirs', 'x@example.com', id]) {
      const list = await desk.visit(`/console/shipments?q=${q}`, cookies.owner);
      expect(list.text).not.toContain(`/console/shipments/${id}`);
    }
    const of = `${tenant.merchantId} test`;
    expect((await desk.visit('/console/switch', cookies.owner, { of })).status).toBe(404);
    const wanted = { email: 'owner@shop.example', role: 'analyst' as const };
    const invited = await invite(hub.members, other.id, wanted);
    const join = `/console/join/${invited.token}`;
    const page = await desk.visit(join, '');
    const send = (password: string) =>
      desk.visit(join, cookiesOf(page), { csrf: csrfOf(page.text), password });
    // With an existing account, the link alone gives no access.
    expect((await send('a password of my own')).status).toBe(422);
    const joined = await send(PASSWORD);
    expect(joined.status).toBe(303);
    const both = cookiesOf(joined);
    expect((await desk.visit(`/console/shipments/${id}`, both)).status).toBe(200);
    expect((await desk.visit('/console/keys', both)).status).toBe(403);
    expect((await desk.visit('/console/switch', both, { of: `${shop} live` })).status).toBe(303);
    expect((await desk.visit('/console/keys', both)).status).toBe(200);
    expect((await desk.visit(`/console/shipments/${id}`, both)).status).toBe(404);
  });
});

it('answers an unknown path with a page in the frame, to search from and to leave by', async () => {
  const browser = { accept: 'text/html' };
  const { status, text } = await desk.visit('/console/nowhere/at-all', cookies.owner);
  expect(status).toBe(404);
  expect(text).toContain('This page does not exist.');
  expect(text).toMatch(/<search>.*type="search"/s);
  expect(text).toContain('href="/console/shipments"');
  const visitor = await callerOf(hub, null)('GET', '/console/nowhere', undefined, browser);
  expect([visitor.status, visitor.text.includes('type="search"')]).toEqual([404, false]);
  const program = await callerOf(hub, null)('GET', '/console/nowhere', undefined, {});
  expect(program.headers.get('content-type')).toBe('application/problem+json');
});
