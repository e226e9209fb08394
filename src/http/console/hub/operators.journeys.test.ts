import { afterAll, beforeAll, expect, it } from 'vitest';
import { addProvider } from '../../../merchants/index.ts';
import { callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';
import { csrfOf, openTestConsole, type TestConsole } from './test-console.ts';

const AT = '/console/hub/operators';
const MAIL = 'ann@shop.example';

let hub: TestHub;
let desk: TestDesk;
let operators: TestConsole;
let ann: string;
/** The members' page before anybody joined. */
let empty: string;
beforeAll(async () => {
  hub = await createTestHub();
  operators = await openTestConsole(hub);
  empty = (await operators.visit('/console/members', operators.cookie)).text;
  desk = await openTestDesk(hub, hub.members);
  ann = await desk.member(MAIL, 'support');
});
afterAll(() => hub.close());

const statusOf = async (path: string, as: string) => (await desk.visit(path, as)).status;
const send = async (path: string, form: Readonly<Record<string, string>>) => {
  const { text } = await operators.visit(AT, operators.cookie);
  return operators.visit(path, operators.cookie, { csrf: csrfOf(text), ...form });
};
const appoint = (power: string) => send(AT, { email: MAIL, power });
const query = (text: string) => hub.db.pipeline.query(text);

it('makes the first person an owner without asking, and suggests support from then on', async () => {
  const suggested = (page: string) =>
    /<input type="radio" name="role" value="(\w+)" checked/.exec(page)?.[1];
  expect(empty).toContain('<input type="hidden" name="role" value="owner"');
  expect(suggested(empty)).toBe(undefined);
  const { text } = await operators.visit('/console/members', operators.cookie);
  expect(suggested(text.slice(text.indexOf('action="/console/members"')))).toBe('support');
});

it('names the bootstrap key alike everywhere, and does not offer to revoke the key of the session', async () => {
  const { text } = await operators.visit('/console/keys', operators.cookie);
  expect(text).toContain('<strong>Bootstrap key</strong>');
  expect(text).toMatch(/data-label="Name">Bootstrap key <span class="tag info">You use it now</);
  expect(text).not.toContain('>Revoke<');
});

it('makes nobody an operator whose address is unknown or unverified', async () => {
  await query('update users set verified_by = null, verified_at = null');
  expect((await send(AT, { email: 'nobody@shop.example', power: 'write' })).status).toBe(422);
  const refused = await appoint('write');
  expect([refused.status, refused.text.includes('not verified')]).toEqual([422, true]);
  expect(await statusOf('/console/hub', ann)).toBe(403);
  await query(`update users set verified_by = 'mail', verified_at = now()`);
});

it('lets an operator by account see all merchants, and change them only with the right to', async () => {
  expect((await appoint('read')).status).toBe(303);
  expect(await statusOf('/console/hub', ann)).toBe(200);
  expect(await statusOf(AT, ann)).toBe(403);
  const replay = () => desk.visit('/console/hub/dead-letters/replay', ann, { all: 'true' });
  expect((await replay()).status).toBe(403);
  await hub.newKey({ merchant: 'other' });
  const { rows } = await query(`select id from merchants where slug = 'other'`);
  const of = `${String(rows[0]?.id)} live`;
  expect((await desk.visit('/console/switch', ann, { of })).status).toBe(303);
  expect(await statusOf('/console/shipments', ann)).toBe(200);
  expect(await statusOf('/console/members', ann)).toBe(403);
  await appoint('write');
  expect((await replay()).status).toBe(303);
  expect(await statusOf('/console/members', ann)).toBe(200);
  expect((await operators.visit('/console/actions', operators.cookie)).text).toContain(
    'made somebody an operator',
  );
});

it('shows operators the keys that open their pages, all merchants, and what was done at them', async () => {
  const keys = (await operators.visit(AT, operators.cookie)).text;
  expect(keys).toMatch(/Keys of operators.*Bootstrap key.*operator<\/td>/s);
  const done = (await operators.visit('/console/hub/actions', operators.cookie)).text;
  expect(done).toMatch(/Made somebody an operator.*Default merchant · test/is);
  const other = callerOf(hub, (await hub.newKey({ merchant: 'other', scopes: ['admin'] })).text);
  await other('POST', '/shipments', { tracking_number: 'RA123456785US' });
  const list = (await operators.visit('/console/hub/merchants', operators.cookie)).text;
  expect(list).toMatch(/<code>other<\/code>.*?data-label="Parcels, 30 days">1<.*?just now/s);
  expect(list).not.toContain('<code>operators</code>');
  const none = await operators.visit('/console/hub/merchants?find=nobody', operators.cookie);
  expect(none.text).toContain('No merchant here has this name');
});

it('lists the first merchants to an operator, who names any other by its short name', async () => {
  await query(`insert into merchants (id, slug, name, created_at)
    select gen_random_uuid(), 'many-' || n, 'Many ' || lpad(n::text, 2, '0'), now()
    from generate_series(1, 60) n`);
  const { text } = await desk.visit('/console', ann);
  expect([text.includes('Many 20'), text.includes('Many 60')]).toEqual([true, false]);
  expect(text).toContain('name="slug"');
  const named = { of: 'x live', slug: 'many-60', next: '/console' };
  expect((await desk.visit('/console/switch', ann, named)).status).toBe(303);
  expect((await desk.visit('/console', ann)).text).toContain('Many 60');
  const unknown = { of: 'x live', slug: 'nobody' };
  expect((await desk.visit('/console/switch', ann, unknown)).status).toBe(404);
});

it('is no right of a session by a merchant’s own identity provider', async () => {
  const { rows } = await query(`select id from merchants where slug = 'default'`);
  const login = { name: 'Own', issuer: 'https://login.example.com' };
  const provider = await addProvider(hub.members, String(rows[0]?.id), login);
  await hub.db.pipeline.query(
    `update member_sessions s set provider_id = $1, merchant_id = $2 from memberships m
     where s.user_id = m.user_id and m.role = 'support'`,
    [provider, rows[0]?.id],
  );
  expect(await statusOf('/console/shipments', ann)).toBe(200);
  expect(await statusOf('/console/hub', ann)).toBe(403);
  await query('update member_sessions set provider_id = null');
  expect(await statusOf('/console/hub', ann)).toBe(200);
});

it('ends at once, and leaves the membership', async () => {
  const { rows } = await query('select user_id from operators');
  expect((await send(`${AT}/${String(rows[0]?.user_id)}`, {})).status).toBe(303);
  expect(await statusOf('/console/hub', ann)).toBe(403);
  expect(await statusOf('/console/shipments', ann)).toBe(200);
});
