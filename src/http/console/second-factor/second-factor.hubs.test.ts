import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureMerchant, invite, makeSignInLink } from '../../../merchants/index.ts';
import type { Answered } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { csrfOf } from '../hub/test-console.ts';
import { cookiesOf, openTestDesk, PASSWORD, type TestDesk } from '../kit/test-desk.ts';

let hub: TestHub;
let desk: TestDesk;

beforeAll(async () => {
  hub = await createTestHub();
  desk = await openTestDesk(hub, hub.members);
});
afterAll(() => hub?.close());

const OWN = '/console/second-factor';
const CODE = '/console/sign-in/code';
const ENROL = '/console/sign-in/enrol';
/** Refills the rate limits, and lets the app show another code. */
const rest = () => hub.clock.advance(3_600_000);

function codeNow(secret: string): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: hub.clock.nowMs() });
}

function secretIn({ text }: Answered): string {
  return (/<code class="wrap">([A-Z2-7 ]+)</.exec(text)?.[1] ?? '').replaceAll(' ', '');
}

function markIn({ text }: Answered): string {
  return /name="mark" value="([\w-]+)"/.exec(text)?.[1] ?? '';
}

function recoveryIn({ text }: Answered): string[] {
  return [...text.matchAll(/<code>((?:[A-Z0-9]{4}-){2}[A-Z0-9]{4})</g)].map(
    ([, code = '']) => code,
  );
}

/** Submits a form on a page of the sign-in. */
async function send(path: string, cookie: string, form: Readonly<Record<string, string>>) {
  const page = await desk.visit(path, cookie);
  return desk.visit(path, cookie, { csrf: csrfOf(page.text), ...form });
}

async function turnOn(cookie: string): Promise<{ secret: string; codes: string[] }> {
  const begun = await desk.visit(OWN, cookie, { do: 'begin' });
  const secret = secretIn(begun);
  const form = { do: 'confirm', mark: markIn(begun), code: codeNow(secret) };
  const done = await desk.visit(OWN, cookie, form);
  return { secret, codes: recoveryIn(done) };
}

async function opens(cookie: string): Promise<boolean> {
  return (await desk.visit('/console/shipments', cookie)).status === 200;
}

async function memberPath(email: string): Promise<string> {
  const { text } = await desk.visit('/console/members', desk.owner);
  const row = text.split('<tr').find((each) => each.includes(email)) ?? '';
  return /\/console\/members\/[0-9a-f-]{36}/.exec(row)?.[0] ?? '';
}

it('is set up with an app, and required after the password from then on', async () => {
  rest();
  const there = await desk.member('first@shop.example', 'support');
  const here = cookiesOf(await desk.signIn('first@shop.example', PASSWORD));
  const begun = await desk.visit(OWN, here, { do: 'begin' });
  expect([
    secretIn(begun).length,
    begun.text.includes('<svg'),
    begun.text.includes('<script>'),
  ]).toEqual([...[32, true, false]]);
  // Nobody else can put their secret into this page, or have its viewer confirm one.
  const others = await desk.visit(OWN, there, { do: 'begin' });
  const late = { do: 'confirm', mark: markIn(begun), code: codeNow(secretIn(others)) };
  expect((await desk.visit(OWN, here, late)).headers.get('location')).toBe(`${OWN}?done=replaced`);
  const first = await desk.visit(OWN, here, { do: 'begin' });
  const mark = markIn(first);
  const secret = secretIn(first);
  const wrong = await desk.visit(OWN, here, { do: 'confirm', mark, code: '000000' });
  expect([wrong.status, secretIn(wrong)]).toEqual([422, secret]);
  const done = await desk.visit(OWN, here, { do: 'confirm', mark, code: codeNow(secret) });
  expect([done.status, new Set(recoveryIn(done)).size]).toEqual([200, 10]);
  // Sessions elsewhere have shown no code.
  expect([await opens(here), await opens(there)]).toEqual([true, false]);

  hub.clock.advance(30_000);
  const half = await desk.signIn('first@shop.example', PASSWORD);
  expect(half.headers.get('location')).toMatch(/^\/console\/sign-in\/code\?next=/);
  const pending = cookiesOf(half);
  expect([await opens(pending), (await desk.visit(ENROL, pending)).status]).toEqual([false, 303]);
  const forged = await desk.visit(CODE, pending, { csrf: 'x', code: codeNow(secret) });
  expect(forged.headers.get('location')).toBe('/console/sign-in');
  expect((await send(CODE, pending, { code: '000000' })).status).toBe(403);
  const code = codeNow(secret);
  const passed = await send(CODE, pending, { code: `${code.slice(0, 3)} ${code.slice(3)}` });
  const full = cookiesOf(passed);
  expect([passed.status, full === pending, await opens(full), await opens(pending)]).toEqual([
    ...[303, false, true, false],
  ]);

  // A code seen over somebody's shoulder cannot be used again.
  const again = cookiesOf(await desk.signIn('first@shop.example', PASSWORD));
  expect((await send(CODE, again, { code })).status).toBe(403);
  hub.clock.advance(30_000);
  const both = await Promise.all(
    [again, again].map((cookie) => send(CODE, cookie, { code: codeNow(secret) })),
  );
  expect(both.filter((each) => cookiesOf(each) !== '')).toHaveLength(1);
});

it('is required after a mailed link and an invitation, too', async () => {
  rest();
  const { secret } = await turnOn(await desk.member('second@shop.example', 'support'));
  const made = await makeSignInLink(hub.members, 'second@shop.example');
  const link = `/console/sign-in/link/${made?.token}`;
  const page = await desk.visit(link, '');
  const claim = { csrf: csrfOf(page.text), password: PASSWORD };
  const pressed = await desk.visit(link, cookiesOf(page), claim);
  expect(pressed.headers.get('location')).toMatch(/^\/console\/sign-in\/code/);
  expect(await opens(cookiesOf(pressed))).toBe(false);
  const other = await ensureMerchant(hub.db.pipeline, {
    id: crypto.randomUUID(),
    slug: 'other',
    name: 'Other shop',
  });
  const wanted = { email: 'second@shop.example', role: 'support' as const };
  const { token } = await invite(hub.members, other.id, wanted);
  const join = `/console/join/${token}`;
  const joinPage = await desk.visit(join, '');
  const form = { csrf: csrfOf(joinPage.text), password: PASSWORD };
  const joined = await desk.visit(join, cookiesOf(joinPage), form);
  expect(joined.headers.get('location')).toMatch(/^\/console\/sign-in\/code/);
  // An owner here has no say at the other merchant.
  const path = `${await memberPath('second@shop.example')}/second-factor`;
  expect((await desk.visit(path, desk.owner, {})).status).toBe(409);
  hub.clock.advance(30_000);
  const passed = await send(CODE, cookiesOf(joined), { code: codeNow(secret) });
  expect(await opens(cookiesOf(passed))).toBe(true);
});

it('accepts a recovery code once, and none of the old ones after new ones were made', async () => {
  rest();
  const { secret, codes } = await turnOn(await desk.member('third@shop.example', 'analyst'));
  const half = async () => cookiesOf(await desk.signIn('third@shop.example', PASSWORD));
  const [first = '', second = ''] = codes;
  const passed = await send(CODE, await half(), { code: ` ${first.toLowerCase()} ` });
  const full = cookiesOf(passed);
  expect(await opens(full)).toBe(true);
  expect((await send(CODE, await half(), { code: first })).status).toBe(403);
  hub.clock.advance(30_000);
  const renewed = await desk.visit(OWN, full, { do: 'codes', code: codeNow(secret) });
  const [newer = ''] = recoveryIn(renewed);
  expect((await send(CODE, await half(), { code: second })).status).toBe(403);
  expect((await desk.visit(OWN, full, { do: 'off', code: '000000' })).status).toBe(422);
  expect((await desk.visit(OWN, full, { do: 'off', code: newer })).status).toBe(303);
  expect(await opens(await half())).toBe(true);
});

it('allows ten wrong codes an hour, over all clients and sessions', async () => {
  rest();
  const { secret } = await turnOn(await desk.member('fourth@shop.example', 'support'));
  rest();
  const statuses: number[] = [];
  for (let index = 0; index < 11; index += 1) {
    // Neither the address nor the account has reached its limit.
    hub.clock.advance(60_000);
    const half = cookiesOf(await desk.signIn('fourth@shop.example', PASSWORD));
    statuses.push((await send(CODE, half, { code: '000000' })).status);
  }
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 403), 429]);
  const half = cookiesOf(await desk.signIn('fourth@shop.example', PASSWORD));
  expect((await send(CODE, half, { code: codeNow(secret) })).status).toBe(429);
  rest();
  const later = cookiesOf(await desk.signIn('fourth@shop.example', PASSWORD));
  expect((await send(CODE, later, { code: codeNow(secret) })).status).toBe(303);
});

it('is set up only soon after signing in', async () => {
  rest();
  const cookie = await desk.member('fifth@shop.example', 'support');
  const begun = await desk.visit(OWN, cookie, { do: 'begin' });
  hub.clock.advance(15 * 60_000 + 1);
  expect((await desk.visit(OWN, cookie, { do: 'begin' })).status).toBe(409);
  const form = { do: 'confirm', mark: markIn(begun), code: codeNow(secretIn(begun)) };
  expect((await desk.visit(OWN, cookie, form)).status).toBe(409);
});

it('is required of every member if an owner says so, and can be reset', async () => {
  rest();
  const member = await desk.member('sixth@shop.example', 'support');
  const owner = cookiesOf(await desk.signIn('owner@shop.example', PASSWORD));
  const ask = (of: string, as: string) =>
    desk.visit('/console/security', as, { second_factor: of });
  expect((await ask('on', owner)).status).toBe(409);
  const own = await turnOn(owner);
  expect((await ask('on', owner)).status).toBe(303);
  expect([await opens(owner), await opens(member)]).toEqual([true, false]);

  const half = cookiesOf(await desk.signIn('sixth@shop.example', PASSWORD));
  expect([await opens(half), (await desk.visit(CODE, half)).status]).toEqual([false, 303]);
  const begun = await send(ENROL, half, {});
  const [secret, mark] = [secretIn(begun), markIn(begun)];
  expect((await send(ENROL, half, { mark, code: '000000' })).status).toBe(422);
  expect((await send(ENROL, half, { code: codeNow(secret) })).status).toBe(303);
  const enrolled = await send(ENROL, half, { mark, code: codeNow(secret) });
  expect([recoveryIn(enrolled).length, await opens(cookiesOf(enrolled))]).toEqual([10, true]);

  const list = (await desk.visit('/console/members', owner)).text;
  const row = list.split('<tr').find((each) => each.includes('sixth@shop.example')) ?? '';
  const path = /\/console\/members\/[0-9a-f-]{36}\/second-factor/.exec(row)?.[0] ?? '';
  expect((await desk.visit(path, cookiesOf(enrolled), {})).status).toBe(403);
  const ownRow = list.split('<tr').find((each) => each.includes('owner@shop.example')) ?? '';
  const ofOwner = `${/\/console\/members\/[0-9a-f-]{36}/.exec(ownRow)?.[0]}/second-factor`;
  expect((await desk.visit(ofOwner, owner, {})).status).toBe(409);
  expect((await desk.visit(path, owner, {})).status).toBe(303);
  expect(await opens(cookiesOf(enrolled))).toBe(false);
  const anew = await desk.signIn('sixth@shop.example', PASSWORD);
  expect(anew.headers.get('location')).toMatch(/^\/console\/sign-in\/enrol/);
  expect((await ask('off', owner)).status).toBe(303);

  // Neither the app's secret nor a recovery code can be read from the database or the log.
  const { rows } = await hub.db.pipeline.query(
    `select encode(f.secret, 'escape') as secret, encode(c.code_hash, 'escape') as hash
     from member_factors f left join member_recovery_codes c using (user_id)`,
  );
  const stored = JSON.stringify(rows) + hub.log();
  for (const each of [own.secret, secret, ...own.codes]) expect(stored).not.toContain(each);
});
