import { afterAll, beforeAll, expect, it } from 'vitest';
import { dayIn } from '../../../kernel/time/zoned-time.ts';
import { bootstrap } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { makeTrouble } from '../exceptions/test-trouble.ts';
import { openTestConsole } from '../hub/test-console.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';
import { usualDay } from './routes.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
let hub: TestHub;
let desk: TestDesk;
let call: Caller;

beforeAll(async () => {
  hub = await createTestHub();
  await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, KEY);
  desk = await openTestDesk(hub, hub.members);
  call = callerOf(hub, KEY);
});
afterAll(() => hub.close());

const textOf = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');

it('offers the first steps while there is no parcel', async () => {
  const { status, text } = await desk.visit('/console', desk.owner);
  expect(status).toBe(200);
  expect(textOf(text)).toContain('No parcels yet');
  expect(text).toContain('href="/console/import"');
  expect(textOf(text)).toContain('5 steps left, none required');
  expect(text).toContain('href="/console/carriers?setup=carrier"');
});

it('lists the steps of the setup only for those who can take them, until all are done', async () => {
  const support = await desk.member('support@shop.example', 'support');
  expect((await desk.visit('/console', support)).text).not.toContain('id="setup"');
  const developer = await desk.member('dev@shop.example', 'developer');
  const { text } = await desk.visit('/console', developer);
  expect(text).toContain('id="setup"');
  expect(text).not.toContain('href="/console/members?setup=account"');
  // What only live parcels need does not belong to the steps of test parcels.
  for (const skip of ['carrier', 'shop', 'sender', 'look', 'webhook']) {
    await desk.visit('/console/setup', desk.owner, { skip });
  }
  expect((await desk.visit('/console', desk.owner)).text).not.toContain('id="setup"');
});

it('counts parcels of now and today, and links every number to its parcels', async () => {
  const moved = async (steps: readonly string[]) => {
    const { body } = await call('POST', '/v1/shipments', { carrier: 'fleet' });
    for (const status of steps) {
      hub.clock.advance(60_000);
      const done = await call('POST', `/v1/shipments/${body['id']}/status`, { status });
      expect(done.status).toBe(200);
    }
  };
  await moved([]);
  await moved(['picked_up', 'in_transit']);
  await moved(['picked_up', 'exception']);
  await moved(['picked_up', 'out_for_delivery', 'delivered']);
  // One of yesterday.
  await moved(['picked_up', 'out_for_delivery', 'delivered']);
  await hub.db.pipeline.query(
    `update shipments set created_at = created_at - interval '1 day',
       delivered_at = delivered_at - interval '1 day'
     where created_at = (select max(created_at) from shipments)`,
  );
  const today = dayIn('UTC', hub.clock.nowMs());
  const { text } = await desk.visit('/console', desk.owner);
  const cards = [
    ...text.matchAll(
      /<a href="([^"]+)"><span class="name">([^<]+)<\/span><span class="value">([^<]+)</g,
    ),
  ].map(([, href = '', name, value]) => ({ name, value, href: href.replaceAll('&amp;', '&') }));
  const delivered = `tab=delivered&delivered_since=${today}&sort=-updated_at`;
  expect(cards.map(({ name, value, href }) => [name, value, href])).toEqual([
    ['Needs attention', '1', '/console/shipments?tab=attention'],
    ['Late', '0', '/console/shipments?tab=late'],
    ['In transit', '1', '/console/shipments?tab=transit'],
    ['Out for delivery', '0', '/console/shipments?tab=out'],
    ['Added today', '4', `/console/shipments?added_since=${today}`],
    ['Delivered today', '1', `/console/shipments?${delivered}`],
  ]);
  for (const { href, value } of cards) {
    const list = await desk.visit(href, desk.owner);
    if (href.includes('_since')) expect(list.text).toContain(`>${value} found<`);
    expect([href, list.text.split('<tr data-row=').length - 1]).toEqual([href, Number(value)]);
  }
  // A day that is none counts as absent; the first and the last are days.
  for (const day of ['2026-02-30', '0000-01-01', '9999-12-31']) {
    const { status } = await desk.visit(`/console/shipments?added_since=${day}`, desk.owner);
    expect([day, status]).toEqual([day, 200]);
  }
  // A parcel in transit has not been delivered since any day.
  const list = await desk.visit(`/console/shipments?${delivered}`, desk.owner);
  expect(list.text).toContain('href="/console/shipments?tab=transit&amp;sort=-updated_at"');
});

it('counts the parcels of the tab “Late”, each of which says how late it is', async () => {
  await hub.db.pipeline.query("update shipments set promised_date = '2020-01-01'");
  // What goes back is not awaited any more, and neither is what was delivered.
  await hub.db.pipeline.query(
    "update shipments set status = 'returning' where status = 'exception'",
  );
  const { text } = await desk.visit('/console', desk.owner);
  expect(text).toContain('<span class="name">Late</span><span class="value">2</span>');
  expect(text).not.toContain('all-good');
  const list = await desk.visit('/console/shipments?tab=late', desk.owner);
  const rows = list.text.split('<tr data-row=').slice(1);
  expect(rows.map((row) => /class="overdue bad">\d+ days late</.test(row))).toEqual([true, true]);
  // Views that were saved with the filter show the same.
  const old = await desk.visit('/console/shipments?late=yes', desk.owner);
  expect(old.text.split('<tr data-row=')).toHaveLength(3);
});

it('counts a parcel as late once the day is over at its destination', async () => {
  const lateRows = async (zone: string, promised: string) => {
    const values = [zone, promised];
    const update = 'update shipments set destination_zone = $1, promised_date = $2';
    await hub.db.pipeline.query(update, values);
    const list = await desk.visit('/console/shipments?tab=late', desk.owner);
    return list.text.split('<tr data-row=').length - 1;
  };
  const nowMs = hub.clock.nowMs();
  // At any time, one of them has another day than UTC.
  for (const zone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
    expect(await lateRows(zone, dayIn(zone, nowMs))).toBe(0);
    expect(await lateRows(zone, dayIn(zone, nowMs - 86_400_000))).toBe(2);
  }
});

it('shows no figures to those who may not see them', async () => {
  const developer = await desk.member('dev@shop.example', 'developer');
  const { status, text } = await desk.visit('/console', developer);
  expect(status).toBe(200);
  expect(text).not.toContain('id="on-time"');
});

it('compares with the mean day of the whole weeks before', () => {
  const week = (registered: number, delivered: number) =>
    ({ name: '', carrier: '', figures: { registered, delivered } }) as never;
  expect(usualDay({ weeks: [week(0, 0), week(70, 35), week(140, 105), week(900, 900)] })).toEqual({
    registered: 15,
    delivered: 10,
  });
  expect(usualDay({ weeks: [week(0, 0), week(5, 5)] })).toBeNull();
});

it('names the merchant and mode of overdue cases elsewhere, for an operator', async () => {
  const { cookie, visit } = await openTestConsole(hub);
  const { text: before } = await visit('/console', cookie);
  expect([before.includes('Test mode'), before.includes('elsewhere')]).toEqual([true, false]);
  const made = await hub.newKey({ merchant: 'default', mode: 'live' });
  const live = { hub, merchant: callerOf(hub, made.text), tenant: made.tenant };
  await hub.workExceptions();
  const { id } = await makeTrouble(live, '300000000001', 'lost');
  const deadlineAtMs = hub.clock.nowMs() + 60_000;
  const due = { deadline_at: new Date(deadlineAtMs).toISOString() };
  await live.merchant('PATCH', `/exceptions/${id}`, due);
  hub.clock.advance(120_000);
  const at = `/console/exceptions?show=overdue&amp;of=${made.tenant.merchantId}.live`;
  expect((await visit('/console', cookie)).text).toContain(
    `<p class="notice warn">1 overdue case elsewhere: <span><a href="${at}">Default merchant, live: 1 (1 overdue)</a>`,
  );
});
