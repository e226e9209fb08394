import { afterAll, beforeAll, expect, it } from 'vitest';
import { announceUpdates } from '../../tracking/ports/predictions.ts';
import { commandShipment, type Shipment } from '../../tracking/ports/shipments.ts';
import { ruleSet } from './rules/rule-set.ts';
import { startTestNotifications, type TestNotifications } from './test-notifications.ts';

const MINUTE_MS = 60_000;
const RULES = ruleSet.parse({
  rules: [
    {
      name: 'delivery-requests',
      milestones: ['delivery_request_confirmed', 'out_for_delivery'],
      channels: ['email', 'sms'],
      audience: ['recipient'],
    },
    {
      name: 'cases',
      milestones: ['exception_opened', 'exception_updated', 'exception_resolved'],
      channels: ['ticket'],
      audience: ['merchant'],
    },
  ],
});

let t: TestNotifications;
beforeAll(async () => {
  t = await startTestNotifications(RULES);
  t.hub.clock.set(Date.parse('2026-03-10T15:00:00Z'));
});
afterAll(() => t.close());

type Updates = Parameters<typeof announceUpdates>[3];
async function announce({ id }: Shipment, type: string, also: object): Promise<void> {
  const update = { type: type.includes('.') ? type : `shipment.${type}`, also };
  await announceUpdates(t.hub.deps, t.hub.tenant, id, (async () => update) as Updates);
  await t.running.idle();
}
const settled = (shipment: Shipment, id: string, state = 'accepted') =>
  announce(shipment, 'delivery_request.resolved', {
    delivery_request: { id, kind: 'reschedule', state, made_by: 'recipient' },
  });

it('a request is confirmed once, however often its event arrives, and each request separately', async () => {
  const parcel = await t.register();
  t.newlySent();
  await settled(parcel, 'w-1');
  t.hub.clock.advance(40 * 24 * 60 * MINUTE_MS);
  await settled(parcel, 'w-1');
  await settled(parcel, 'w-2', 'refused');
  expect(t.newlySent().sort()).toEqual([
    'email delivery_request_confirmed',
    'email delivery_request_confirmed',
    'sms delivery_request_confirmed',
    'sms delivery_request_confirmed',
  ]);
  expect((await t.decided(parcel)).filter((line) => line.endsWith('duplicate'))).toHaveLength(2);
});

it('a request of a parcel that has arrived meanwhile is confirmed to nobody', async () => {
  const parcel = await t.register();
  for (const status of ['picked_up', 'in_transit', 'out_for_delivery', 'delivered'] as const) {
    await t.move(parcel, status);
  }
  t.newlySent();
  await settled(parcel, 'w-3');
  expect(t.newlySent()).toEqual([]);
  expect(await t.decided(parcel)).toContain('email delivery_request_confirmed not_sent superseded');
});

it('a ticket hears all of a case in its order, within whatever window, also its second beginning', async () => {
  const parcel = await t.register();
  t.newlySent();
  const story = ['opened', 'updated', 'updated', 'resolved', 'opened', 'resolved'];
  for (const what of story) await announce(parcel, `exception_${what}`, { case: { id: 'c-1' } });
  expect(t.newlySent()).toEqual(story.map((what) => `ticket exception_${what}`));
});

it('a parcel that a person put on the vehicle again is announced for that day, once', async () => {
  const parcel = await t.register();
  await t.move(parcel, 'exception', 'address_not_found');
  t.newlySent();
  const resume = async (status: 'in_transit' | 'out_for_delivery') => {
    t.hub.clock.advance(MINUTE_MS);
    const command = { status, subStatus: null, occurredAtMs: null, note: null, apiKeyId: null };
    await commandShipment(t.hub.deps, t.hub.tenant, parcel.id, { ...command, resumes: true });
    await t.running.idle();
  };
  await resume('in_transit');
  expect(t.newlySent()).toEqual([]);
  await t.move(parcel, 'exception', 'address_not_found');
  await resume('out_for_delivery');
  expect(t.newlySent().sort()).toEqual(['email out_for_delivery', 'sms out_for_delivery']);
  // The carrier reports the same by a scan of its own: nothing changes.
  const local = new Date(t.hub.clock.nowMs() - 5 * 60 * MINUTE_MS).toISOString().slice(0, 19);
  await t.ingest(parcel, { events: [{ code: 'OFD', at: local }] });
  expect(t.newlySent()).toEqual([]);
});
