import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { deleteShipment, patchShipment } from '../../tracking/ports/shipments.ts';
import type { SendOutcome } from './contract.ts';
import { RECIPIENT, startTestNotifications, type TestNotifications } from './test-notifications.ts';

const START_MS = Date.parse('2026-03-10T15:00:00Z');
let t: TestNotifications;
beforeAll(async () => {
  t = await startTestNotifications();
});
beforeEach(() => {
  // It is eleven in the morning in New York, later than the end of the test before.
  t.hub.clock.set(Math.max(START_MS, nextMorning(t.hub.clock.nowMs())));
  t.newlySent();
  t.counted.length = 0;
});
afterAll(() => t.close());

function nextMorning(nowMs: number): number {
  const dayMs = 86_400_000;
  return START_MS + Math.ceil(Math.max(0, nowMs - START_MS) / dayMs) * dayMs;
}

/** The local time in New York, that many minutes before the test's current time. */
function ago(minutes: number): string {
  const atMs = t.hub.clock.nowMs() - minutes * 60_000 - 5 * 3_600_000;
  return new Date(atMs).toISOString().slice(0, 19);
}

describe('a parcel on its way', () => {
  it('is notified of in order, each event once, by the channels of the rules', async () => {
    const parcel = await t.register();
    await t.ingest(parcel, { events: [{ code: 'PICK', at: ago(5) }] });
    expect(t.newlySent()).toEqual(['email picked_up']);
    await t.move(parcel, 'out_for_delivery');
    expect(t.newlySent().sort()).toEqual(['email out_for_delivery', 'sms out_for_delivery']);
    await t.move(parcel, 'delivered');
    expect(t.newlySent()).toEqual(['email delivered']);
    expect(await t.decided(parcel)).toHaveLength(4);
  });

  it('notifies at once that its day moved; if that moves again within the hour, once it has settled', async () => {
    const parcel = await t.register();
    const events = [{ code: 'PICK', at: ago(5) }];
    const today = new Date(t.hub.clock.nowMs());
    const day = (ahead: number) =>
      new Date(today.getTime() + ahead * 86_400_000).toISOString().slice(0, 10);
    const sent: string[][] = [];
    const later = async (minutes: number, ahead: number | null) => {
      t.hub.clock.advance(minutes * 60_000);
      if (ahead !== null) await t.ingest(parcel, { events, edd: day(ahead) });
      else await t.running.idle();
      sent.push(t.newlySent());
    };
    await later(1, 3);
    await later(1, 4);
    expect(sent.splice(0)).toEqual([['email picked_up'], ['email edd_changed']]);
    // The date moves back and forth, and ends on the day that was announced last.
    for (const ahead of [3, 4, 3, 4]) await later(5, ahead);
    expect(await t.decided(parcel)).toContain('email edd_changed not_sent superseded');
    for (const _ of Array(8)) await later(10, null);
    expect(sent.splice(0).flat()).toEqual([]);
    // The date ends on another day, and does not move any more.
    for (const ahead of [3, 5, 3]) await later(5, ahead);
    await later(59, null);
    expect(sent.splice(0).flat()).toEqual(['email edd_changed']);
    await later(1, null);
    expect(sent.splice(0).flat()).toEqual([]);
    expect(t.sent.at(-1)?.input.event?.data['estimated_delivery']).toMatchObject({ date: day(3) });
  });

  it('is counted by how long after its event a provider took it, with what repeating took', async () => {
    const parcel = await t.register();
    t.counted.length = 0;
    const before = t.sent.length;
    let answer: (outcome: SendOutcome) => void = () => {};
    t.answer(
      'email',
      new Promise((resolve) => {
        answer = resolve;
      }),
    );
    const ingested = t.ingest(parcel, { events: [{ code: 'PICK', at: ago(5) }] });
    await vi.waitFor(() => expect(t.sent).toHaveLength(before + 1), { timeout: 60_000 });
    t.hub.clock.advance(7_000);
    answer({ outcome: 'retry', reason: 'busy', retryAfterS: null });
    await ingested;
    expect(t.counted).toEqual([]);
    t.hub.clock.advance(120_000);
    await t.running.idle();
    expect(t.counted).toEqual(['email 127']);
  });

  it('is not counted as taken by a provider when it stays in the mailbox', async () => {
    const parcel = await t.register();
    t.counted.length = 0;
    const kept: string[] = [];
    const { merchantId } = t.hub.tenant;
    t.own(merchantId, 'email', {
      provider: 'mailbox',
      async send({ milestone }) {
        kept.push(milestone);
        return { outcome: 'accepted', providerId: null };
      },
    });
    await t.ingest(parcel, { events: [{ code: 'PICK', at: ago(5) }] });
    await t.running.idle();
    t.own(merchantId, 'email', null);
    expect(kept).not.toEqual([]);
    expect(t.counted.filter((each) => each.startsWith('email'))).toEqual([]);
  });

  it('sends to a phone number as it is dialled at the destination', async () => {
    const phone = '0151 12345678';
    const destination = { country: 'DE', postal_code: '10115' };
    const parcel = await t.register({ ...RECIPIENT, recipient: { phone }, destination });
    await t.ingest(parcel, { events: [{ code: 'PICK', at: ago(5) }] });
    await t.move(parcel, 'out_for_delivery');
    expect(t.newlySent()).toEqual(['sms out_for_delivery']);
    expect(t.sent.at(-1)?.to).toBe('+4915112345678');
  });

  it('tells the recipient by name and with what lets them act, at the address as it is written', async () => {
    const parcel = await t.register();
    await t.ingest(parcel, { events: [{ code: 'PICK', at: ago(5) }] });
    const sent = t.sent.at(-1);
    expect(sent).toMatchObject({
      to: 'reader@example.com',
      input: { recipientName: 'R. Reader', locale: 'de', audience: 'recipient', branded: true },
    });
    expect(sent?.input.links.trackUrl).toBe(
      `https://hub.example/track/acme/${parcel.trackingNumber}`,
    );
    expect(sent?.input.links.actionUrl).toMatch(/\?t=ss\./);
    expect(sent?.input.links.unsubscribeUrl).toMatch(
      /^https:\/\/hub\.example\/unsubscribe\?t=un\./,
    );
  });

  it('records why it notified nobody if there is no address', async () => {
    const parcel = await t.register({});
    await t.ingest(parcel, { events: [{ code: 'PICK', at: ago(5) }] });
    expect(t.newlySent()).toEqual([]);
    expect(await t.decided(parcel)).toEqual(['email picked_up not_sent no_address']);
  });

  it('writes that once where no people are known: it is never queued', async () => {
    const { owner } = t.hub.db;
    const parcel = await t.register({});
    await owner.query(`
      create function refuse() returns trigger language plpgsql as
        $$ begin raise exception 'it had a turn'; end $$;
      create trigger refuse before update on notifications for each row
        when (old.shipment_id = '${parcel.id}') execute function refuse()`);
    try {
      await t.ingest(parcel, { events: [{ code: 'PICK', at: ago(5) }] });
      expect(await t.decided(parcel)).toEqual(['email picked_up not_sent no_address']);
    } finally {
      await owner.query('drop trigger refuse on notifications; drop function refuse()');
    }
  });

  it('notifies once when push, poll and a copy report the same', async () => {
    const parcel = await t.register();
    const report = { events: [{ code: 'PICK', at: ago(5) }] };
    await t.ingest(parcel, report);
    await t.ingest(parcel, report);
    await t.ingest(parcel, report);
    expect(t.newlySent()).toEqual(['email picked_up']);
  });

  it('says the same again only after the window', async () => {
    const parcel = await t.register();
    await t.ingest(parcel, { events: [{ code: 'HUB', at: ago(9) }] });
    await t.move(parcel, 'in_transit');
    await t.move(parcel, 'at_facility');
    expect(t.newlySent()).toEqual(['email at_facility']);
    t.hub.clock.advance(31 * 60_000);
    await t.move(parcel, 'in_transit');
    await t.move(parcel, 'at_facility');
    expect(t.newlySent()).toEqual(['email at_facility']);
    expect(await t.decided(parcel)).toContain('email at_facility not_sent duplicate');
  });
});

describe('no notification', () => {
  it('is sent about an event that was old when it arrived', async () => {
    const parcel = await t.register();
    await t.ingest(parcel, { events: [{ code: 'PICK', at: ago(25 * 60) }] });
    expect(t.newlySent()).toEqual([]);
    expect(await t.decided(parcel)).toEqual(['email picked_up not_sent stale']);
  });

  it('is a delivery that nobody has confirmed, until it is', async () => {
    const parcel = await t.register();
    const report = { events: [{ code: 'DEL', at: ago(5) }] };
    await t.hub.receive({
      carrier: 'acme',
      trust: 'secret',
      body: Buffer.from(JSON.stringify([{ ...report, number: parcel.trackingNumber }])),
    });
    await t.running.idle();
    expect(t.newlySent()).toEqual([]);
    expect(await t.decided(parcel)).toEqual(['email delivered not_sent unconfirmed']);
    await t.ingest(parcel, report);
    expect(t.newlySent()).toEqual(['email delivered']);
  });

  it('is what the parcel has left behind before the message went out', async () => {
    const parcel = await t.register();
    const retry = { outcome: 'retry', reason: 'busy', retryAfterS: null } as const;
    t.answer('email', retry);
    await t.move(parcel, 'picked_up');
    await t.move(parcel, 'out_for_delivery');
    t.newlySent();
    t.hub.clock.advance(120_000);
    await t.running.idle();
    expect(t.newlySent()).toEqual([]);
    expect((await t.decided(parcel))[0]).toBe('email picked_up not_sent superseded');
  });

  it('is anything more of a shipment that was deleted, and nothing of its people is kept', async () => {
    const parcel = await t.register();
    t.answer('email', { outcome: 'retry', reason: 'busy', retryAfterS: null });
    await t.move(parcel, 'picked_up');
    t.newlySent();
    await deleteShipment(t.hub.deps, t.hub.tenant, parcel.id);
    t.hub.clock.advance(120_000);
    await t.running.idle();
    expect(t.newlySent()).toEqual([]);
    expect(await t.decided(parcel)).toEqual(['email picked_up not_sent deleted']);
    // Files that were written before the merchant had another channel are erased, too.
    expect(t.erased).toContain(parcel.id);
    const { rows } = await t.hub.db.pipeline.query(
      'select 1 from notification_windows where shipment_id = $1',
      [parcel.id],
    );
    expect(rows).toEqual([]);
  });

  it('is what the address does not want', async () => {
    const parcel = await t.register();
    await t.move(parcel, 'picked_up');
    const { unsubscribeUrl } = t.sent.at(-1)?.input.links ?? {};
    const token = new URL(unsubscribeUrl ?? '').searchParams.get('t') ?? '';
    expect(await t.notifications.byLink.unsubscription(token)).toEqual({
      of: 'merchant',
      done: false,
    });
    expect(await t.notifications.byLink.unsubscribe(token)).toBe(true);
    t.newlySent();
    await t.move(parcel, 'out_for_delivery');
    expect(t.newlySent()).toEqual(['sms out_for_delivery']);
    expect(await t.decided(parcel)).toContain('email out_for_delivery not_sent preference');
    await t.hub.db.owner.query(
      'set role waybill_pipeline; delete from recipient_preferences; reset role',
    );
  });
});

describe('a text message at night', () => {
  it('waits for the morning where the recipient is, and says nothing when the parcel has moved on', async () => {
    // 23:30 in New York, 03:30 in UTC: quiet there.
    t.hub.clock.set(nextMorning(t.hub.clock.nowMs()) + 12.5 * 3_600_000);
    const parcel = await t.register();
    await t.move(parcel, 'picked_up');
    await t.move(parcel, 'out_for_delivery');
    expect(t.newlySent()).toEqual(['email picked_up', 'email out_for_delivery']);
    expect(await t.decided(parcel)).toContain('sms out_for_delivery postponed quiet_hours');
    const late = await t.register();
    await t.move(late, 'picked_up');
    await t.move(late, 'out_for_delivery');
    t.newlySent();
    await t.move(late, 'delivered');
    // The decision is not delayed until then: it is made as soon as the message is no longer true.
    expect(await t.decided(late)).toContain('sms out_for_delivery not_sent superseded');
    t.hub.clock.advance(9 * 3_600_000);
    await t.running.idle();
    expect(t.newlySent()).toEqual(['email delivered', 'sms out_for_delivery']);
    // A message that waits on purpose is not measured: it says nothing about the speed of sending.
    expect(t.counted.filter((each) => each.startsWith('sms'))).toEqual([]);
  });
});

describe('a delivery that the carrier takes back', () => {
  it('is corrected for those who were notified of it, and for nobody else', async () => {
    const notified = await t.register();
    await t.ingest(notified, { events: [{ code: 'DEL', at: ago(9) }] });
    expect(t.newlySent()).toEqual(['email delivered']);
    await t.ingest(notified, {
      events: [
        { code: 'DEL', at: ago(9) },
        { code: 'UNDO', at: ago(4) },
      ],
    });
    expect(t.newlySent()).toEqual(['email corrected']);
  });

  it('is announced again when it really happens, once', async () => {
    const parcel = await t.register();
    const wrong = { code: 'DEL', at: ago(9) };
    const undone = { code: 'UNDO', at: ago(6) };
    const right = { code: 'DEL', at: ago(2) };
    await t.ingest(parcel, { events: [wrong] });
    await t.ingest(parcel, { events: [wrong, undone] });
    expect(t.newlySent()).toEqual(['email delivered', 'email corrected']);
    await t.ingest(parcel, { events: [wrong, undone, right] });
    await t.ingest(parcel, { events: [wrong, undone, right] });
    expect(t.newlySent()).toEqual(['email delivered']);
  });

  it('is not announced again where nobody received the correction', async () => {
    const parcel = await t.register();
    const wrong = { code: 'DEL', at: ago(9) };
    const undone = { code: 'UNDO', at: ago(6) };
    await t.ingest(parcel, { events: [wrong] });
    t.answer('email', { outcome: 'retry', reason: 'busy', retryAfterS: null });
    await t.ingest(parcel, { events: [wrong, undone] });
    t.newlySent();
    await t.ingest(parcel, { events: [wrong, undone, { code: 'DEL', at: ago(2) }] });
    t.hub.clock.advance(120_000);
    await t.running.idle();
    expect(t.newlySent()).toEqual([]);
    expect((await t.decided(parcel)).toSorted()).toEqual([
      'email corrected not_sent superseded',
      'email delivered not_sent duplicate',
      'email delivered sent',
    ]);
  });
});

describe('an address that was changed before the message went out', () => {
  it('gets it, and the old one does not', async () => {
    const parcel = await t.register();
    t.answer('email', { outcome: 'retry', reason: 'busy', retryAfterS: null });
    await t.move(parcel, 'picked_up');
    t.newlySent();
    const recipient = { ...RECIPIENT.recipient, email: 'other@example.com' };
    await patchShipment(t.hub.deps, t.hub.tenant, parcel.id, { personal: { recipient } });
    t.hub.clock.advance(120_000);
    await t.running.idle();
    expect(t.sent.at(-1)).toMatchObject({ to: 'other@example.com', milestone: 'picked_up' });
  });
});
