import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  ensureMerchant,
  invite,
  SIGN_IN_LINK_MS,
  verifyByOperator,
} from '../../../merchants/index.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { openTestMailServer, type TestMailServer } from '../../testing/test-mail-server.ts';
import { csrfOf } from '../hub/test-console.ts';
import { cookiesOf, openTestDesk, PASSWORD, type TestDesk } from '../kit/test-desk.ts';

/** Mails to members, by a real mail server. */
let folder: string;
let server: TestMailServer;
let hub: TestHub;
let desk: TestDesk;

beforeAll(async () => {
  server = await openTestMailServer();
  folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-desk-mail-'));
  const channelsFile = path.join(folder, 'channels.yaml');
  writeFileSync(
    channelsFile,
    `email: { provider: smtp, host: 127.0.0.1, port: ${server.port}, security: none, from_address: desk@shop.example }\n`,
  );
  hub = await createTestHub({ channelsFile });
  desk = await openTestDesk(hub, hub.members);
  await verifyByOperator(hub.members, 'owner@shop.example', { replace: false });
});
afterAll(async () => {
  await hub?.close();
  await server?.close();
  rmSync(folder, { recursive: true });
});

/** Refills the rate limits. */
const rest = () => hub.clock.advance(3_600_000);
const LINK = /\/console\/sign-in\/link\/[\w-]{43}/;
let mails = 0;

async function ask(email: string, headers: Readonly<Record<string, string>> = {}) {
  const page = await desk.visit('/console/sign-in', '', undefined, headers);
  const form = { csrf: csrfOf(page.text), email };
  return desk.visit('/console/sign-in/link', cookiesOf(page), form, headers);
}

async function linkFor(email: string): Promise<string> {
  expect((await ask(email)).status).toBe(303);
  mails += 1;
  return LINK.exec((await server.mail(mails)).text)?.[0] ?? '';
}

async function press(link: string) {
  const page = await desk.visit(link, '');
  const form = { csrf: page.status === 200 ? csrfOf(page.text) : 'x' };
  return desk.visit(link, cookiesOf(page), form);
}

it('signs in the user who presses the button, once, and nobody who only opens the page', async () => {
  rest();
  const link = await linkFor(' OWNER@shop.example ');
  expect(server.mails.at(-1)).toMatchObject({ to: 'owner@shop.example' });
  for (let index = 0; index < 3; index += 1) {
    const looked = await desk.visit(link, '');
    expect([looked.status, looked.text.includes('waybill_desk=')]).toEqual([200, false]);
  }
  // Without the browser's own token the button has no effect.
  expect((await desk.visit(link, '', { csrf: 'x' })).headers.get('location')).toBe(link);
  const both = await Promise.all([press(link), press(link)]);
  expect(both.map(({ status }) => status).sort()).toEqual([303, 404]);
  const cookie = cookiesOf(both.find(({ status }) => status === 303) ?? both[0]);
  expect((await desk.visit('/console/members', cookie)).status).toBe(200);
  expect((await desk.visit(link, '')).status).toBe(404);
  expect((await desk.visit('/console/actions', cookie)).text).toContain(
    'with a link from an email',
  );
});

it('offers a link, and a new password with it, in the reader’s language', async () => {
  rest();
  const german = { 'accept-language': 'de' };
  const page = await desk.visit('/console/sign-in', '', undefined, german);
  expect(page.text).toContain('Ohne Passwort, oder Passwort vergessen');
  const looked = await desk.visit(await linkFor('owner@shop.example'), '', undefined, german);
  expect(looked.text).toContain('Anmelden und neues Passwort festlegen');
  const failed = await desk.visit('/console/sign-in?done=sso-denied', '', undefined, german);
  expect(failed.text).toContain('Die Anmeldung Ihrer Firma hat Sie nicht eingelassen');
  // A known user without a password reads how to get one.
  const { rows } = await hub.db.pipeline.query<{ id: string }>('select id from merchants');
  const { token } = await invite(hub.members, rows[0]?.id ?? '', {
    email: 'owner@shop.example',
    role: 'support',
  });
  const invited = await desk.visit(`/console/join/${token}`, '');
  expect(invited.text).toContain('If you have never chosen one');
});

it('gives the same answer for an unknown address, and sends it no mail', async () => {
  rest();
  const unknown = await ask('nobody@shop.example');
  const known = await ask('owner@shop.example');
  mails += 1;
  expect([unknown.status, unknown.headers.get('location')]).toEqual([
    ...[known.status, known.headers.get('location')],
  ]);
  await server.mail(mails);
  expect(server.mails).toHaveLength(mails);
  expect(server.mails.at(-1)?.to).toBe('owner@shop.example');
});

it('ends with its lifetime, a newer link, and a new password', async () => {
  rest();
  const old = await linkFor('owner@shop.example');
  hub.clock.advance(SIGN_IN_LINK_MS);
  expect((await press(old)).status).toBe(404);
  rest();
  const links: string[] = [];
  for (let index = 0; index < 4; index += 1) {
    hub.clock.advance(1_000);
    links.push(await linkFor('owner@shop.example'));
  }
  const statuses = [];
  for (const link of links) statuses.push((await desk.visit(link, '')).status);
  expect(statuses).toEqual([404, 200, 200, 200]);
  const signed = cookiesOf(await press(links[1] ?? ''));
  const changed = await desk.visit('/console/password', signed, {
    current: PASSWORD,
    next: 'another good password',
  });
  expect(changed.status).toBe(303);
  expect((await press(links[2] ?? '')).status).toBe(404);
  rest();
  const again = await desk.signIn('owner@shop.example', 'another good password');
  await desk.visit('/console/password', cookiesOf(again), {
    current: 'another good password',
    next: PASSWORD,
  });
});

it('lets a user who forgot the password set a new one, once, and ends other sessions', async () => {
  rest();
  const there = cookiesOf(await desk.signIn('owner@shop.example', PASSWORD));
  const link = await linkFor('owner@shop.example');
  const page = await desk.visit(link, '');
  const form = { csrf: csrfOf(page.text), goal: 'password' };
  const pressed = await desk.visit(link, cookiesOf(page), form);
  expect(pressed.headers.get('location')).toBe('/console/password');
  const here = cookiesOf(pressed);
  expect((await desk.visit('/console/password', here)).text).not.toContain('name="current"');
  const set = (as: string, next: string) => desk.visit('/console/password', as, { next });
  const short = await set(here, 'short');
  expect([short.status, short.text.includes('at least 10')]).toEqual([422, true]);
  // A user signed in by password must enter it, whatever the form leaves out.
  expect((await set(there, 'a password of a thief')).status).toBe(422);
  const both = await Promise.all([set(here, 'the new password'), set(here, 'the new password')]);
  expect(both.map(({ status }) => status).sort()).toEqual([303, 422]);
  expect((await desk.visit('/console/shipments', here)).status).toBe(200);
  expect((await desk.visit('/console/shipments', there)).status).toBe(303);
  expect((await set(here, 'yet another password')).status).toBe(422);
  expect((await desk.visit('/console/password', here)).text).toContain('name="current"');
  expect((await desk.signIn('owner@shop.example', PASSWORD)).status).toBe(403);
  const again = await desk.signIn('owner@shop.example', 'the new password');
  expect(again.status).toBe(303);
  await desk.visit('/console/password', cookiesOf(again), {
    current: 'the new password',
    next: PASSWORD,
  });
});

it('lets nobody set a password long after signing in, or before the second step', async () => {
  rest();
  const late = cookiesOf(await press(await linkFor('owner@shop.example')));
  hub.clock.advance(15 * 60_000 + 1);
  const set = (as: string) => desk.visit('/console/password', as, { next: 'the new password' });
  const refused = await set(late);
  expect([refused.status, refused.text.includes('request another one')]).toEqual([422, true]);
  expect((await desk.visit('/console/password', late)).text).toContain('name="current"');

  const begun = await desk.visit('/console/second-factor', late, { do: 'begin' });
  expect(begun.status).toBe(409);
  const fresh = cookiesOf(await desk.signIn('owner@shop.example', PASSWORD));
  const setUp = await desk.visit('/console/second-factor', fresh, { do: 'begin' });
  const secret = (/<code class="wrap">([A-Z2-7 ]+)</.exec(setUp.text)?.[1] ?? '').replaceAll(
    ' ',
    '',
  );
  const codeNow = () =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: hub.clock.nowMs() });
  const mark = /name="mark" value="([\w-]+)"/.exec(setUp.text)?.[1] ?? '';
  await desk.visit('/console/second-factor', fresh, { do: 'confirm', mark, code: codeNow() });
  rest();
  const half = await press(await linkFor('owner@shop.example'));
  expect(half.headers.get('location')).toMatch(/^\/console\/sign-in\/code/);
  const pending = cookiesOf(half);
  const tried = await desk.visit('/console/password', pending, {
    csrf: 'x',
    next: 'the new password',
  });
  expect([tried.status, tried.headers.get('location')]).toEqual([303, '/console/sign-in']);
  const step = await desk.visit('/console/sign-in/code', pending);
  const through = await desk.visit('/console/sign-in/code', pending, {
    csrf: csrfOf(step.text),
    code: codeNow(),
  });
  expect((await set(cookiesOf(through))).status).toBe(303);
  // Restores the state for the following tests.
  rest();
  const off = await desk.visit('/console/second-factor', cookiesOf(through), {
    do: 'off',
    code: codeNow(),
  });
  expect(off.status).toBe(303);
  await desk.visit('/console/password', cookiesOf(through), {
    current: 'the new password',
    next: PASSWORD,
  });
});

it('is stored as a hash, and is in no log', async () => {
  rest();
  const link = await linkFor('owner@shop.example');
  const token = link.split('/').at(-1) ?? '';
  const { rows } = await hub.db.pipeline.query('select * from member_sign_in_links');
  expect([rows.length, JSON.stringify(rows).includes(token)]).toEqual([1, false]);
  await press(link);
  expect(hub.log()).not.toContain(token);
  expect(hub.log()).not.toContain('owner@shop.example');
});

it('is mailed only a few times, and requests by others lock nobody out', async () => {
  rest();
  for (let index = 0; index < 6; index += 1)
    expect((await ask('owner@shop.example')).status).toBe(303);
  mails += 5;
  await server.mail(mails);
  rest();
  // Had the sixth been mailed, this one would exceed the limit.
  expect(await linkFor('owner@shop.example')).toMatch(LINK);
  expect(server.mails).toHaveLength(mails);
});

it('can be requested by one client only a few times', async () => {
  rest();
  const statuses = [];
  for (let index = 0; index < 25; index += 1)
    statuses.push((await ask(`flood${index}@shop.example`)).status);
  expect([statuses[0], statuses.at(-1)]).toEqual([303, 429]);
  rest();
});

it('can be requested only in a form of this browser and site', async () => {
  rest();
  const ways = [
    await desk.visit('/console/sign-in/link', '', { csrf: 'x', email: 'owner@shop.example' }),
    await ask('owner@shop.example', { origin: 'https://evil.example' }),
  ];
  expect(ways.map(({ status }) => status)).toEqual([303, 403]);
  expect(ways[0]?.headers.get('location')).toBe('/console/sign-in');
  expect(server.mails).toHaveLength(mails);
});

it('an invitation is mailed in the language that the owner chose, and opens the desk', async () => {
  rest();
  const session = cookiesOf(await desk.signIn('owner@shop.example', PASSWORD));
  const invited = await desk.visit('/console/members', session, {
    email: 'new@shop.example',
    role: 'support',
    language: 'de',
  });
  mails += 1;
  expect(invited.text).toContain('The invitation has been sent by email.');
  const mail = await server.mail(mails);
  expect([mail.to, mail.subject]).toEqual([
    ...['new@shop.example', expect.stringMatching(/^Olga Owner lädt Sie zu .+ ein$/)],
  ]);
  expect(mail.html).toContain('lang="de"');
  const link = /\/console\/join\/[\w-]{43}/.exec(mail.text)?.[0] ?? '';
  // The link on the inviter's screen is a different one, which verifies no address.
  expect([link.length > 40, invited.text.includes(link), mail.html.includes(link)]).toEqual([
    ...[true, false, true],
  ]);
  expect((await desk.visit(link, '')).status).toBe(200);
});

it('an invitation whose mail is rejected is shown to be passed on by hand', async () => {
  rest();
  const session = cookiesOf(await desk.signIn('owner@shop.example', PASSWORD));
  server.refuse({ status: 550, text: '5.1.1 No such user' });
  const invited = await desk.visit('/console/members', session, {
    email: 'gone@shop.example',
    role: 'support',
    language: 'en',
  });
  server.refuse(null);
  expect(invited.text).toContain('could not be sent by email');
  expect(invited.text).toContain('Pass this link on to your colleague');
  expect(invited.text).toMatch(/\/console\/join\/[\w-]{43}/);
});

/**
 * An owner of another merchant creates an account with the address, by the link on their own
 * screen.
 */
async function squat(email: string): Promise<void> {
  const { id } = await ensureMerchant(hub.db.pipeline, {
    id: crypto.randomUUID(),
    slug: 'squatters',
    name: 'Squatters',
  });
  const { token } = await invite(hub.members, id, { email, role: 'owner' });
  const at = `/console/join/${token}`;
  const page = await desk.visit(at, '');
  const form = { csrf: csrfOf(page.text), name: 'Squatter', password: 'a squatter’s password' };
  const cookie = cookiesOf(await desk.visit(at, cookiesOf(page), form));
  expect((await desk.visit('/console/members', cookie)).text).toContain('(not verified)');
}

it('a mailed invitation gives a squatted account to the owner of the address', async () => {
  rest();
  const email = 'ceo@victim.example';
  await squat(email);
  const owner = cookiesOf(await desk.signIn('owner@shop.example', PASSWORD));
  await desk.visit('/console/members', owner, { email, role: 'support', language: 'en' });
  mails += 1;
  const link = /\/console\/join\/[\w-]{43}/.exec((await server.mail(mails)).text)?.[0] ?? '';
  const page = await desk.visit(link, '');
  expect(page.text).toContain('nobody has verified the address yet');
  const send = (form: Readonly<Record<string, string>>) =>
    desk.visit(link, cookiesOf(page), { csrf: csrfOf(page.text), ...form });
  expect((await send({ password: PASSWORD })).status).toBe(422);
  const short = await send({ claim: 'replace', name: 'Carla Ceo', password: 'short' });
  expect([short.status, short.text.includes('at least 10')]).toEqual([422, true]);
  const joined = await send({ claim: 'replace', name: 'Carla Ceo', password: PASSWORD });
  expect(joined.status).toBe(303);
  const shown = await desk.visit('/console/shipments', cookiesOf(joined));
  expect(shown.text).toContain('Carla Ceo');
  rest();
  expect((await desk.signIn(email, 'a squatter’s password')).status).toBe(403);
  expect((await desk.signIn(email, PASSWORD)).status).toBe(303);
  const again = cookiesOf(await desk.signIn('owner@shop.example', PASSWORD));
  const audit = await desk.visit('/console/actions', again);
  expect(audit.text).toContain('verified a member’s email address');
});

it('a mailed sign-in link asks whose password it is before it replaces one', async () => {
  rest();
  const email = 'cfo@victim.example';
  await squat(email);
  const link = await linkFor(email);
  const page = await desk.visit(link, '');
  expect(page.text).toContain('Take over the account');
  const send = (form: Readonly<Record<string, string>>) =>
    desk.visit(link, cookiesOf(page), { csrf: csrfOf(page.text), ...form });
  for (const form of [{}, { goal: 'password' }, { password: PASSWORD }]) {
    expect((await send(form)).status).toBe(422);
  }
  const replaced = await send({ claim: 'replace' });
  expect([replaced.status, replaced.headers.get('location')]).toEqual([303, '/console/password']);
  const set = await desk.visit('/console/password', cookiesOf(replaced), { next: PASSWORD });
  expect(set.status).toBe(303);
  rest();
  expect((await desk.signIn(email, 'a squatter’s password')).status).toBe(403);
  expect((await desk.signIn(email, PASSWORD)).status).toBe(303);
});
