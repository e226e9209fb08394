import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openListener } from '../../../platform/database/listen.ts';
import type { Shipment } from '../../../tracking/ports/shipments.ts';
import type { DeliveryStatus, SendOutcome } from '../contract.ts';
import {
  startTestNotifications,
  TEST_RULES,
  type TestNotifications,
} from '../test-notifications.ts';
import { LEASE_MS } from './dispatch-deps.ts';
import { ABSENT_MS } from './outbox.ts';

const HOUR_MS = 3_600_000;
const BUSY: SendOutcome = { outcome: 'retry', reason: 'busy', retryAfterS: null };
const BROKEN_OFF: SendOutcome = { outcome: 'unknown', reason: 'The connection broke.' };

let t: TestNotifications;
beforeAll(async () => {
  t = await startTestNotifications();
});
beforeEach(() => {
  // It is noon in New York, and each test is on a day of its own.
  const dayMs = 24 * HOUR_MS;
  t.hub.clock.set(Math.ceil(t.hub.clock.nowMs() / dayMs) * dayMs + 16 * HOUR_MS);
  t.newlySent();
});
afterAll(() => t.close());

let people = 0;
/** A parcel of a recipient who has got no message before. */
function parcel(): Promise<Shipment> {
  people += 1;
  const phone = `+1212555${1000 + people}`;
  return t.register({
    recipient: { name: 'R', email: `reader${people}@example.com`, phone, locale: 'en' },
    destination: { country: 'US', region: 'NY', postal_code: '10001' },
  });
}

async function later(ms: number): Promise<void> {
  t.hub.clock.advance(ms);
  await t.running.idle();
}

async function triesOf({ id }: Shipment): Promise<string[]> {
  const [found] = await t.notifications.list(t.hub.tenant, { ...NO_FILTER, shipmentId: id }, PAGE);
  const all = found && (await t.notifications.find(t.hub.tenant, found.id));
  return (all?.attempts ?? []).map(({ nr, outcome, reason }) =>
    `${nr} ${outcome} ${reason ?? ''}`.trim(),
  );
}
const NO_FILTER = {
  shipmentId: null,
  state: null,
  reason: null,
  milestone: null,
  channel: null,
  audience: null,
};
const PAGE = { before: null, limit: 50 };

/** Leaves the state of a process that was killed after it had begun to send. */
async function killedWhileSending({ id }: Shipment, holder: number | null = null): Promise<void> {
  const { rows } = await t.hub.db.pipeline.query<{ id: string }>(
    `update notifications set state = 'sending', attempts = attempts + 1, lease = gen_random_uuid(),
       provider = 'test-' || channel, lease_until = to_timestamp($2 / 1000.0), ended_at = null,
       lease_holder = $3
     where shipment_id = $1 returning id`,
    [id, t.hub.clock.nowMs() + LEASE_MS, holder],
  );
  await t.hub.db.pipeline.query(
    `insert into notification_attempts (notification_id, nr, merchant_id, mode, provider, started_at)
     select id, attempts, merchant_id, mode, provider, now() from notifications
     where id = any($1) on conflict do nothing`,
    [rows.map((row) => row.id)],
  );
}

describe('a provider that cannot take it now', () => {
  it('is tried three times, ever later, then the message is dead', async () => {
    const it = await parcel();
    t.answer('email', BUSY, BUSY, BUSY);
    await t.move(it, 'picked_up');
    await later(29_000);
    expect(t.newlySent()).toEqual(['email picked_up']);
    await later(8_000);
    expect(t.newlySent()).toEqual(['email picked_up']);
    await later(119_000);
    expect(t.newlySent()).toEqual([]);
    await later(26_000);
    expect(t.newlySent()).toEqual(['email picked_up']);
    expect(await t.decided(it)).toEqual(['email picked_up dead busy']);
    await later(HOUR_MS);
    expect(t.newlySent()).toEqual([]);
    expect(await triesOf(it)).toEqual(['1 retry busy', '2 retry busy', '3 retry busy']);
  });

  it('is asked again no sooner than it wants', async () => {
    const it = await parcel();
    t.answer('email', { outcome: 'retry', reason: 'slow down', retryAfterS: 600 });
    await t.move(it, 'picked_up');
    t.newlySent();
    await later(599_000);
    expect(t.newlySent()).toEqual([]);
    await later(2_000);
    expect(t.newlySent()).toEqual(['email picked_up']);
    expect(await t.decided(it)).toEqual(['email picked_up sent']);
  });

  it('gets a dead letter again when somebody asks for it', async () => {
    const it = await parcel();
    t.answer('email', BUSY, BUSY, BUSY);
    await t.move(it, 'picked_up');
    await later(40_000);
    await later(160_000);
    const [dead] = await t.notifications.list(t.hub.tenant, { ...NO_FILTER, state: 'dead' }, PAGE);
    expect(dead?.shipmentId).toBe(it.id);
    expect(await t.notifications.revive(t.hub.tenant, dead?.id ?? '')).toBe('queued');
    await later(0);
    expect(await t.decided(it)).toEqual(['email picked_up sent']);
  });

  it('is tried as often once more, and what was tried before stays known', async () => {
    const it = await parcel();
    t.answer('email', BUSY, BUSY, BUSY, BUSY, BUSY, BUSY);
    await t.move(it, 'picked_up');
    await later(40_000);
    await later(160_000);
    const [dead] = await t.notifications.list(t.hub.tenant, { ...NO_FILTER, state: 'dead' }, PAGE);
    const id = dead?.id ?? '';
    await t.notifications.revive(t.hub.tenant, id);
    await later(0);
    await later(40_000);
    expect(await t.decided(it)).toEqual(['email picked_up queued busy']);
    await later(160_000);
    expect(await t.decided(it)).toEqual(['email picked_up dead busy']);
    await t.notifications.revive(t.hub.tenant, id);
    await later(0);
    expect(await t.decided(it)).toEqual(['email picked_up sent']);
    const tries = Array.from({ length: 6 }, (_, nr) => `${nr + 1} retry busy`);
    expect(await triesOf(it)).toEqual([...tries, '7 accepted']);
    const found = await t.notifications.find(t.hub.tenant, id);
    expect(found?.attempts.map(({ nr }) => nr)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(found?.notification.attempts).toBe(7);
  });
});

describe('a refusal', () => {
  it('for good ends it; because of the address, all others to it', async () => {
    const it = await parcel();
    t.answer('email', {
      outcome: 'refused',
      address: true,
      reason: `550 no mailbox reader${people}@example.com, call +1 (212) 555-0100`,
    });
    await t.move(it, 'picked_up');
    expect(await t.decided(it)).toEqual([
      'email picked_up bounced 550 no mailbox (address), call (number)',
    ]);
    await t.move(it, 'out_for_delivery');
    expect(await t.decided(it)).toContain('email out_for_delivery not_sent bounced');
    const other = await parcel();
    t.answer('email', { outcome: 'refused', reason: 'content', address: false });
    await t.move(other, 'picked_up');
    expect(await t.decided(other)).toEqual(['email picked_up failed content']);
  });
});

describe('a send of which nobody knows the end', () => {
  it('is made again where the second is known for the first', async () => {
    const it = await parcel();
    t.repeat('email', 'recognizable');
    t.answer('email', BROKEN_OFF);
    await t.move(it, 'picked_up');
    await later(60_000);
    expect(t.newlySent()).toEqual(['email picked_up', 'email picked_up']);
    const [first, second] = t.sent.slice(-2);
    expect(second?.message.notificationId).toBe(first?.message.notificationId);
    expect(await t.decided(it)).toEqual(['email picked_up sent']);
  });

  it('is not made again where it would arrive twice', async () => {
    const it = await parcel();
    t.repeat('sms', 'never');
    t.answer('sms', BROKEN_OFF);
    await t.move(it, 'picked_up');
    await t.move(it, 'out_for_delivery');
    await later(HOUR_MS);
    expect(t.newlySent().filter((line) => line.startsWith('sms'))).toEqual([
      'sms out_for_delivery',
    ]);
    expect(await t.decided(it)).toContain('sms out_for_delivery unknown The connection broke.');
  });

  it('and whose process was killed is found when its lease has ended', async () => {
    t.repeat('sms', 'never');
    const it = await parcel();
    await t.move(it, 'picked_up');
    await t.move(it, 'out_for_delivery');
    await killedWhileSending(it);
    t.newlySent();
    await later(LEASE_MS - 1_000);
    expect(t.newlySent()).toEqual([]);
    await later(60_000);
    await later(160_000);
    // The mail is sent again with the same Message-ID, the SMS is not. The first milestone is
    // outdated by now.
    expect(t.newlySent()).toEqual(['email out_for_delivery']);
    const all = await t.decided(it);
    expect(all.filter((line) => line.startsWith('sms out_for_delivery unknown'))).toHaveLength(1);
  });
});

describe('messages in the hands of a process', () => {
  /** The id of a session that does not exist. */
  const DEAD = 0x7fff_ffff;

  /** Leaves the state of a process that was killed before it began to send. */
  async function claimedBy(holder: number, { id }: Shipment): Promise<void> {
    const nowMs = t.hub.clock.nowMs();
    await t.hub.db.pipeline.query(
      `update notifications set lease = gen_random_uuid(), lease_holder = $2,
         send_at = to_timestamp($3 / 1000.0), lease_until = to_timestamp($4 / 1000.0)
       where shipment_id = $1`,
      [id, holder, nowMs, nowMs + LEASE_MS],
    );
  }

  it('that was killed are sent within seconds', async () => {
    const it = await parcel();
    t.answer('email', BUSY);
    await t.move(it, 'picked_up');
    await claimedBy(DEAD, it);
    t.newlySent();
    // A single check might have come while the process was reconnecting.
    await later(ABSENT_MS);
    expect(t.newlySent()).toEqual([]);
    await later(ABSENT_MS);
    expect(t.newlySent()).toEqual(['email picked_up']);
    expect(await t.decided(it)).toEqual(['email picked_up sent']);
  });

  it('that was killed while it sent are mailed again within seconds; an SMS never is', async () => {
    t.repeat('sms', 'never');
    const it = await parcel();
    await t.move(it, 'picked_up');
    await t.move(it, 'out_for_delivery');
    await killedWhileSending(it, DEAD);
    t.newlySent();
    await later(ABSENT_MS);
    await later(ABSENT_MS);
    await later(0);
    expect(t.newlySent()).toEqual(['email out_for_delivery']);
    const reason = 'The process ended before the provider’s answer was written down.';
    const all = await t.decided(it);
    expect(all).toContain('email out_for_delivery sent');
    expect(all).toContain(`sms out_for_delivery unknown ${reason}`);
    await later(LEASE_MS);
    expect(t.newlySent()).toEqual([]);
  });

  it('that lives are its own, however long it takes for one', async () => {
    const url = t.hub.db.pipeline.options.connectionString ?? '';
    const other = openListener({ url });
    await other.ready;
    const it = await parcel();
    t.answer('email', BUSY);
    await t.move(it, 'picked_up');
    await claimedBy(other.session, it);
    t.newlySent();
    for (let checks = 0; checks < 5; checks += 1) await later(ABSENT_MS);
    expect(t.newlySent()).toEqual([]);
    await other.close();
    await later(ABSENT_MS);
    await later(ABSENT_MS);
    expect(t.newlySent()).toEqual(['email picked_up']);
  });
});

describe('one that waits', () => {
  it('is not sent any more when its rule was switched off', async () => {
    const it = await parcel();
    t.answer('email', BUSY);
    await t.move(it, 'picked_up');
    await t.notifications.rules.enable(t.hub.tenant, 'all', false, null);
    t.newlySent();
    await later(60_000);
    expect(t.newlySent()).toEqual([]);
    expect(await t.decided(it)).toEqual(['email picked_up not_sent rule_off']);
    await t.notifications.rules.remove(t.hub.tenant, null);
    expect((await t.notifications.rules.now(t.hub.tenant)).rules).toEqual(TEST_RULES);
  });

  it('holds back what comes after it to the same address, and nothing else', async () => {
    const [slow, quick] = [await parcel(), await parcel()];
    let answer: (outcome: SendOutcome) => void = () => {};
    t.answer(
      'email',
      new Promise<SendOutcome>((resolve) => {
        answer = resolve;
      }),
    );
    const moved = t.move(slow, 'picked_up');
    while (t.sent.at(-1)?.message.shipmentId !== slow.id) await new Promise(setImmediate);
    t.hub.clock.advance(60_000);
    const at = new Date(t.hub.clock.nowMs() - 5 * HOUR_MS - 1_000).toISOString().slice(0, 19);
    const next = t.ingest(slow, { events: [{ code: 'HUB', at }] });
    await vi.waitUntil(async () => (await t.decided(slow)).includes('email at_facility queued'));
    const other = t.ingest(quick, { events: [{ code: 'PICK', at }] });
    while (t.sent.at(-1)?.message.shipmentId !== quick.id) await new Promise(setImmediate);
    expect(t.sent.filter(({ message }) => message.shipmentId === slow.id)).toHaveLength(1);
    answer({ outcome: 'accepted', providerId: null });
    await Promise.all([moved, next, other]);
    expect(await t.decided(slow)).toEqual(['email picked_up sent', 'email at_facility sent']);
  });
});

describe('what a provider tells of a message', () => {
  const deliveryStatus = (providerId: string, more: Partial<DeliveryStatus>): DeliveryStatus => ({
    providerId,
    notificationId: null,
    state: 'delivered',
    permanent: false,
    reason: null,
    atMs: null,
    ...more,
  });
  const tell = (...deliveryStatuses: DeliveryStatus[]) =>
    t.notifications.recordDeliveryStatuses('test-email', null, deliveryStatuses);

  it('is kept; a bounce or a complaint is the last word and ends what the address is sent', async () => {
    const it = await parcel();
    await t.move(it, 'picked_up');
    const id = `id-${t.sent.length}`;
    expect(await tell(deliveryStatus(id, {}))).toBe(1);
    expect(await t.decided(it)).toEqual(['email picked_up delivered']);
    await tell(deliveryStatus(id, { state: 'bounced', permanent: true, reason: 'no such user' }));
    await tell(deliveryStatus(id, {}), deliveryStatus(id, { state: 'deferred' }));
    expect(await t.decided(it)).toEqual(['email picked_up bounced no such user']);
    await t.move(it, 'out_for_delivery');
    expect(await t.decided(it)).toContain('email out_for_delivery not_sent bounced');
  });

  it('of a complaint counts even after it was delivered', async () => {
    const it = await parcel();
    await t.move(it, 'picked_up');
    await tell(deliveryStatus(`id-${t.sent.length}`, { state: 'complained' }));
    expect(await t.decided(it)).toEqual(['email picked_up complained']);
    await t.move(it, 'out_for_delivery');
    expect(await t.decided(it)).toContain('email out_for_delivery not_sent bounced');
  });

  it('counts by our own id, from its own provider and tenant only', async () => {
    const it = await parcel();
    await t.move(it, 'picked_up');
    const notificationId = t.sent.at(-1)?.message.notificationId ?? '';
    const received = deliveryStatus('', { providerId: null, notificationId });
    const { recordDeliveryStatuses } = t.notifications;
    expect(await recordDeliveryStatuses('other', null, [received])).toBe(0);
    const foreign = { merchantId: crypto.randomUUID(), mode: 'test' } as const;
    expect(await recordDeliveryStatuses('test-email', foreign, [received])).toBe(0);
    expect(await recordDeliveryStatuses('test-email', t.hub.tenant, [received])).toBe(1);
    expect(
      await tell(deliveryStatus('unheard-of', {}), deliveryStatus('', { providerId: null })),
    ).toBe(0);
  });

  it('may come before its answer', async () => {
    const it = await parcel();
    let answer: (outcome: SendOutcome) => void = () => {};
    t.answer(
      'email',
      new Promise<SendOutcome>((resolve) => {
        answer = resolve;
      }),
    );
    const moved = t.move(it, 'picked_up');
    while (t.sent.at(-1)?.message.shipmentId !== it.id) await new Promise(setImmediate);
    const { notificationId } = t.sent.at(-1)?.message ?? { notificationId: null };
    await tell(deliveryStatus('early', { notificationId }));
    answer({ outcome: 'accepted', providerId: 'early' });
    await moved;
    expect(await t.decided(it)).toEqual(['email picked_up delivered']);
  });
});
