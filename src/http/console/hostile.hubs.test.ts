import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { DELIVERIES_DESK } from '../../fleet/pages/table.ts';
import { invite } from '../../merchants/index.ts';
import { openTestPublic, type TestPublic } from '../public/tracking/test-public.ts';
import type { TestHub } from '../testing/test-hub.ts';
import { csrfOf, openTestConsole } from './hub/test-console.ts';
import type { DeskRow } from './kit/desk-row.ts';
import { DESK } from './kit/table.ts';
import { cookiesOf, openTestDesk, PASSWORD, type TestDesk } from './kit/test-desk.ts';

/** Attacks: from another site, at the sign-in, and by links. */
let site: TestPublic;
let hub: TestHub;
let desk: TestDesk;
let shop: string;
let shipment: string;
let operator: string;

beforeAll(async () => {
  site = await openTestPublic();
  ({ hub } = site);
  desk = await openTestDesk(hub, hub.members);
  const { rows } = await hub.db.pipeline.query<{ id: string }>('select id from merchants');
  shop = rows[0]?.id ?? '';
  const parcel = await site.track({ number: '123456' });
  shipment = parcel.id;
  operator = (await openTestConsole(hub)).cookie;
  await desk.member('b@shop.example', 'owner');
  await desk.member('thief@shop.example', 'analyst');
});
afterAll(() => site?.close());
/** Refills every rate limit. */
beforeEach(() => hub.clock.advance(3_600_000));

const signedIn = async () => cookiesOf(await desk.signIn('owner@shop.example', PASSWORD));
const ROWS: readonly (readonly [string, DeskRow])[] = Object.entries({
  ...DESK,
  ...DELIVERIES_DESK,
});
const FORMS = ROWS.filter(([, { method }]) => method === 'POST');

/** A path with placeholders filled in. */
function filled(path: string, token = 'x'.repeat(43)): string {
  return path.replaceAll(/:(\w+)/g, (_, name) => (name === 'token' ? token : shipment));
}

/** A fingerprint of all data that a desk form can change. */
async function footprint(): Promise<string> {
  const tables = [
    ...['users', 'memberships', 'member_invitations', 'member_actions', 'member_factors'],
    ...['merchant_sign_in', 'api_keys', 'webhook_endpoints', 'carrier_accounts', 'desk_views'],
    ...['identity_providers', 'member_identities', 'notification_channels', 'shipments'],
    ...['setup_skips', 'shipment_imports', 'branding', 'member_sign_in_links', 'member_sessions'],
  ];
  const counts = tables.map((table) => `(select count(*) from ${table}) as ${table}`);
  const { rows } = await hub.db.pipeline.query(`select ${counts.join(', ')}`);
  return JSON.stringify(rows[0]);
}

/** Submits a form as a browser does, optionally with a file. */
async function send(
  row: DeskRow,
  path: string,
  as: string,
  { csrf, headers = {} }: { csrf: string | null; headers?: Record<string, string> },
) {
  const fields: Record<string, string> = {
    ...(csrf === null ? {} : { csrf }),
    email: 'thief@evil.example',
    role: 'owner',
    name: 'thief',
    scope: 'admin',
    do: 'off',
    second_factor: 'off',
    next: '/console',
    url: 'https://evil.example',
    password: PASSWORD,
  };
  const body = row.files ? new FormData() : new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    // A form with a file has no other fields.
    if (!row.files || name === 'csrf') body.append(name, value);
  }
  const answer = await fetch(hub.url + path, {
    method: 'POST',
    redirect: 'manual',
    body,
    headers: { cookie: as, ...headers },
  });
  await answer.text();
  return answer;
}

it('no form of the desk has any effect when sent from another site or session', async () => {
  const owner = await signedIn();
  const b = cookiesOf(await desk.signIn('b@shop.example', PASSWORD));
  const other = csrfOf((await desk.visit('/console/password', b)).text);
  const own = csrfOf((await desk.visit('/console/password', owner)).text);
  const before = await footprint();
  const sent: readonly { csrf: string | null; headers?: Record<string, string> }[] = [
    { csrf: null },
    { csrf: '' },
    { csrf: 'x' },
    { csrf: other },
    // The right token, but another origin.
    { csrf: own, headers: { origin: 'https://evil.example' } },
    { csrf: own, headers: { 'sec-fetch-site': 'cross-site' } },
    { csrf: own, headers: { 'sec-fetch-site': 'same-site' } },
  ];
  for (const [name, row] of FORMS) {
    const link = await invite(hub.members, shop, { email: 'c@shop.example', role: 'owner' });
    for (const each of sent) {
      hub.clock.advance(60_000);
      const answer = await send(row, filled(row.path, link.token), owner, each);
      const isOut = answer.status === 303 && /^\/console\/(sign-in|join)/.test(where(answer));
      const said = [name, JSON.stringify(each), answer.status, given(answer)];
      // Before signing in, a form without its browser's token redirects to its page.
      const isUnread = row.files === true && each.csrf === null && answer.status === 422;
      const isRefused = row.needs === null ? isOut || [403, 404].includes(answer.status) : isUnread;
      expect([...said, isRefused || answer.status === 403]).toEqual([...said, true]);
      expect(given(answer)).toEqual([]);
    }
    await hub.db.pipeline.query('delete from member_invitations where id = $1', [link.id]);
  }
  expect(await footprint()).toBe(before);
  expect((await desk.visit('/console/shipments', owner)).status).toBe(200);
});

const where = (answer: Response) => answer.headers.get('location') ?? '';
/** Sessions set by a response. */
const given = (answer: Response) =>
  answer.headers.getSetCookie().filter((each) => /^waybill_desk=[\w-]{43}/.test(each));

it('no page can be framed by another site, whoever views it', async () => {
  const owner = await signedIn();
  const pages = hub.routes.filter(({ method }) => method === 'GET');
  const framed: string[] = [];
  let seen = 0;
  for (const { path } of pages) {
    const at = path
      .replaceAll(/:(number|tracking_number)\b/g, '123456')
      .replaceAll(':carrier', site.carriers[0])
      .replaceAll(/:\w+/g, shipment);
    for (const cookie of ['', `${owner}; ${operator}`]) {
      hub.clock.advance(10_000);
      const answer = await fetch(hub.url + at, {
        redirect: 'manual',
        headers: { accept: 'text/html', cookie },
      });
      const type = answer.headers.get('content-type') ?? '';
      await answer.body?.cancel();
      if (!type.startsWith('text/html')) continue;
      seen += 1;
      const policy = answer.headers.get('content-security-policy') ?? '';
      const frames = /frame-ancestors ([^;]+)/.exec(policy)?.[1];
      const older = answer.headers.get('x-frame-options');
      const isClosed =
        (frames === "'none'" && older === 'DENY') ||
        (frames === "'self'" && older === 'SAMEORIGIN');
      if (!isClosed) framed.push(path);
    }
  }
  expect(seen).toBeGreaterThan(80);
  expect([...new Set(framed)]).toEqual([]);
});

it('no link of the desk redirects elsewhere after signing in, switching or the second step', async () => {
  const evil = [
    ...['https://evil.example', '//evil.example', '/\\evil.example', '/console//evil.example'],
    ...['javascript:alert(1)', '/console/../ops', '/console?next=//evil.example', '/consoles'],
    ...['/console/\r\nset-cookie: a=b', ' //evil.example', '/console/sign-out#', '%2f%2fevil'],
  ];
  const allowed = /^\/console(\/[A-Za-z0-9_-]{1,64}){0,4}$/;
  const owner = await signedIn();
  for (const next of evil) {
    hub.clock.advance(60_000);
    const target = encodeURIComponent(next);
    const page = await desk.visit(`/console/sign-in?next=${target}`, '');
    expect(/name="next" value="([^"]*)"/.exec(page.text)?.[1]).toMatch(allowed);
    const form = { csrf: csrfOf(page.text), email: 'owner@shop.example', password: PASSWORD, next };
    const answers = [
      await desk.visit('/console/sign-in', cookiesOf(page), form),
      await desk.visit('/console/switch', owner, { of: `${shop} test`, next }),
    ];
    for (const answer of answers) {
      expect([next, answer.status]).toEqual([next, 303]);
      expect(answer.headers.get('location')).toMatch(allowed);
    }
    for (const path of ['/console/sign-in/code', '/console/sign-in/enrol']) {
      const step = await desk.visit(`${path}?next=${target}`, '');
      expect(step.headers.get('location')).toBe('/console/sign-in');
    }
  }
});

it('guesses are limited: of links, invitations, known passwords and the current one', async () => {
  const guess = (index: number) => `${index}`.padStart(43, 'A');
  const until429 = async (max: number, once: (index: number) => Promise<{ status: number }>) => {
    for (let index = 1; index <= max; index += 1) {
      const { status } = await once(index);
      if (status === 429) return index;
      expect(status).toBeGreaterThanOrEqual(303);
    }
    return null;
  };
  const none = [null, 0, 1];
  for (const path of ['/console/sign-in/link/', '/console/join/', '/console/sign-in/with/']) {
    hub.clock.advance(3_600_000);
    expect(none).not.toContain(await until429(30, (index) => desk.visit(path + guess(index), '')));
  }
  hub.clock.advance(3_600_000);
  // With an invitation of one's own, guessing the password of the invited address.
  const { token } = await invite(hub.members, shop, {
    email: 'owner@shop.example',
    role: 'support',
  });
  const join = `/console/join/${token}`;
  const page = await desk.visit(join, '');
  const csrf = csrfOf(page.text);
  const tries = await until429(15, (index) => {
    // From any number of client addresses.
    hub.clock.advance(5_000);
    return desk.visit(join, cookiesOf(page), { csrf, password: `guess ${index}` });
  });
  expect(none).not.toContain(tries);
  hub.clock.advance(3_600_000);
  // At an unattended desk.
  const owner = await signedIn();
  const form = { next: 'a password of a thief' };
  const current = await until429(15, (index) => {
    hub.clock.advance(5_000);
    return desk.visit('/console/password', owner, { ...form, current: `guess ${index}` });
  });
  expect(none).not.toContain(current);
});

it('a session planted by an attacker is not the one that signs in, and gains nothing', async () => {
  const thief = cookiesOf(await desk.signIn('thief@shop.example', PASSWORD));
  for (const planted of [thief, `waybill_desk=${'A'.repeat(43)}; waybill_desk_in=1`]) {
    hub.clock.advance(3_600_000);
    const page = await desk.visit('/console/sign-in', planted);
    const cookies = `${planted}; ${cookiesOf(page)}`;
    const form = { csrf: csrfOf(page.text), email: 'owner@shop.example', password: PASSWORD };
    const signed = await desk.visit('/console/sign-in', cookies, form);
    expect(signed.status).toBe(303);
    expect(cookiesOf(signed)).not.toContain(planted.slice(0, 56));
    expect((await desk.visit('/console/shipments', cookiesOf(signed))).text).toContain('Olga');
    expect((await desk.visit('/console/shipments', planted)).status).toBe(303);
  }
  // Nor does the token of a form planted with its cookie work on another site.
  const visit = await desk.visit('/console/sign-in', '');
  const form = { csrf: csrfOf(visit.text), email: 'owner@shop.example', password: PASSWORD };
  const crossed = await desk.visit('/console/sign-in', cookiesOf(visit), form, {
    origin: 'https://evil.example',
  });
  expect([crossed.status, cookiesOf(crossed)]).toEqual([403, '']);
});
