import { afterAll, beforeAll, expect, it } from 'vitest';
import { bootstrap } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
let hub: TestHub;
let desk: TestDesk;
let call: Caller;
let support: string;
beforeAll(async () => {
  hub = await createTestHub();
  await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, KEY);
  desk = await openTestDesk(hub, hub.members);
  call = callerOf(hub, KEY);
  support = await desk.member('support@shop.example', 'support');
});
afterAll(() => hub.close());

async function parcel(more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { body, status } = await call('POST', '/v1/shipments', {
    carrier: 'fleet',
    order_id: 'A-1',
    ...more,
  });
  expect(status).toBe(201);
  return `/console/shipments/${body['id']}`;
}

it('a status is corrected by hand, where allowed, and the reason is stored', async () => {
  const at = await parcel();
  const before = (await desk.visit(at, support)).text;
  const offered = [...before.matchAll(/<option value="(\w+)"/g)].map(([, status]) => status);
  expect(offered).toContain('picked_up');
  expect(offered).not.toContain('returned_to_sender');
  const set = (form: Readonly<Record<string, string>>) => desk.visit(`${at}/status`, support, form);
  expect((await set({ status: 'lost in space' })).status).toBe(422);
  expect((await set({ status: 'picked_up', note: 'x'.repeat(501) })).status).toBe(422);
  const refused = await set({ status: 'returned_to_sender' });
  expect([refused.status, refused.text.includes('Open its page again')]).toEqual([409, true]);
  expect((await set({ status: 'picked_up', note: 'seen by the driver' })).status).toBe(303);
  const after = (await desk.visit(`${at}?done=status`, support)).text;
  expect([after.includes('The status has been set'), after.includes('picked up')]).toEqual([
    ...[true, true],
  ]);
  const audit = await desk.visit('/console/actions', desk.owner);
  expect(audit.text).toContain('corrected a status');
});

it('the activity log names what was done to whom, and what no longer exists', async () => {
  const [kept, deleted] = [await parcel(), await parcel()];
  for (const at of [kept, deleted]) {
    await desk.visit(`${at}/status`, support, { status: 'picked_up' });
  }
  expect((await desk.visit(`${deleted}/erase`, support, { sure: 'yes' })).status).toBe(303);
  const entriesOf = (text: string, id: string) =>
    text.split('<li').filter((entry) => entry.includes(`title="${id}"`));
  const idOf = (at: string) => at.split('/').at(-1) ?? '';
  const { text } = await desk.visit('/console/actions', desk.owner);
  const [present = '', gone = ''] = [kept, deleted].map((at) => entriesOf(text, idOf(at))[0] ?? '');
  expect(present).toMatch(
    new RegExp(`<a href="${kept}">\\w+</a>.*picked up.*support of the shop`, 's'),
  );
  expect(gone).toContain('no longer exists');
  expect(gone).not.toContain('<a ');
  const [, owner = ''] = /<option value="([\w-]{36})">Olga Owner/.exec(text) ?? [];
  const own = (await desk.visit(`/console/actions?by=${owner}`, desk.owner)).text;
  expect(own).toContain(`<option value="${owner}" selected>Olga Owner`);
  expect(own).toContain('<b>invited somebody</b>');
  expect(entriesOf(own, idOf(kept))).toEqual([]);
  const corrected = await desk.visit('/console/actions?did=correctDeskShipment', desk.owner);
  expect(entriesOf(corrected.text, idOf(kept))).toHaveLength(1);
  expect(corrected.text).not.toContain('<b>invited somebody</b>');
});

it('what a handover needs is missing only from a parcel that was delivered without it', async () => {
  const at = await parcel({ require_proof: ['name'] });
  const before = (await desk.visit(at, support)).text;
  expect(before).toMatch(/At handover:[^<]*<span class="tag(?: plain)?">recipient’s name/);
  expect(before).toContain('No courier is assigned yet.');
  expect(before).not.toContain('not recorded');
});

it('a path without an id is no page, and an id without a parcel says so', async () => {
  const none = await desk.visit('/console/shipments/import', support);
  expect([none.status, none.text.includes('This page does not exist.')]).toEqual([404, true]);
  const gone = await desk.visit(`/console/shipments/${crypto.randomUUID()}`, support);
  expect([gone.status, gone.text.includes('There is no such parcel')]).toEqual([404, true]);
});

it('the list has the newest first, as the head of the column with their age says', async () => {
  const older = await parcel();
  hub.clock.advance(1_000);
  const newer = await parcel();
  await desk.visit(`${older}/status`, support, { status: 'picked_up' });
  const { text } = await desk.visit('/console/shipments', support);
  expect(text.indexOf(newer)).toBeGreaterThan(0);
  expect(text.indexOf(older)).toBeGreaterThan(text.indexOf(newer));
  expect(
    [...text.matchAll(/data-col="(\w+)" aria-sort="(\w+)"/g)].map((found) => found.slice(1)),
  ).toEqual([['made', 'descending']]);
});

it('a recipient gets a new link, which is shown once and opens their page', async () => {
  const at = await parcel({ recipient: { email: 'rita@example.com' } });
  const made = await desk.visit(`${at}/link`, support, {});
  expect(made.status).toBe(200);
  expect(made.text).toMatch(/\/track\/fleet\/\w+\?t=[\w.%-]{20,}/);
  expect((await desk.visit(at, support)).text).not.toContain('?t=');
  const nobodys = await parcel();
  expect((await desk.visit(nobodys, support)).text).not.toContain('new link');
  expect((await desk.visit(`${nobodys}/link`, support, {})).status).toBe(409);
});

it('a report is shown in its original form to merchants who track the parcel, without personal data', async () => {
  const made = await call('POST', '/v1/shipments', { carrier: 'fleet' });
  const at = `/console/shipments/${made.body['id']}`;
  const scanned = new Date(hub.clock.nowMs() - 60_000).toISOString();
  const sent = await call('POST', '/v1/scans', [
    { tracking_number: made.body['tracking_number'], code: 'PICKUP', scanned_at: scanned },
  ]);
  expect(sent.body).toMatchObject({ accepted: 1 });
  await hub.settled();
  const { text } = await desk.visit(at, support);
  const [path = ''] = /\/console\/shipments\/[0-9a-f-]+\/reports\/[0-9a-f-]+/.exec(text) ?? [];
  expect(path).not.toBe('');
  const shown = await desk.visit(path, support);
  expect(shown.status).toBe(200);
  expect(shown.text).toContain('PICKUP');
  // The tracking number stays masked, as in carriers' reports.
  expect(shown.text).not.toContain(String(made.body['tracking_number']));
  // Not by the URL of another parcel.
  const other = await parcel();
  const report = path.split('/').at(-1);
  expect((await desk.visit(`${other}/reports/${report}`, support)).status).toBe(404);
  expect((await desk.visit(`${at}/reports/${crypto.randomUUID()}`, support)).status).toBe(404);
});

it('the delivery status of its messages is in the reader’s language', async () => {
  const at = await parcel();
  await hub.db.pipeline.query(
    `insert into notifications (id, merchant_id, mode, shipment_id, occurred_at, milestone, template,
       channel, audience, address_hash, subject, state, reason, created_at)
     select gen_random_uuid(), merchant_id, mode, id, now(), 'delivered', 'delivered', 'email',
       'subscribers', '\\x01', 'delivered', 'not_sent', 'no_address', now() from shipments where id = $1`,
    [at.split('/').at(-1)],
  );
  const { text } = await desk.visit(at, support, undefined, { 'accept-language': 'de' });
  for (const word of ['nicht gesendet', 'Abonnenten', 'E-Mail']) expect(text).toContain(word);
  expect(text).not.toMatch(/not_sent|subscribers/);
});

it('a delay is a forecast while the expected day is ahead, and a fact once it is over', async () => {
  const day = (days: number) =>
    new Date(hub.clock.nowMs() + days * 86_400_000).toISOString().slice(0, 10);
  const at = await parcel({ promised_date: day(0), destination: { country: 'DE' } });
  const expects = async (date: string) => {
    const estimate = { date, from: null, to: null, source: 'model', confidence: 0.7 };
    await hub.db.pipeline.query(
      'update shipments set predicted_delivery = $2, promised_date = $3 where id = $1',
      [at.split('/').at(-1), JSON.stringify({ ...estimate, late: true, moved: null }), day(-2)],
    );
    return (await desk.visit(at, support)).text;
  };
  expect(await expects(day(3))).toContain('<span class="tag warn">expected 5 days late</span>');
  expect(await expects(day(-1))).toMatch(/<span class="tag bad">\d+ days? late<\/span>/);
});
