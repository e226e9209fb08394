import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pinOf } from '../../tracking/ports/proofs.ts';
import { findShipment, patchShipment, type Shipment } from '../../tracking/ports/shipments.ts';
import { startTestNotifications, type TestNotifications } from './test-notifications.ts';

/** Eleven in the morning in New York. */
const START_MS = Date.parse('2026-03-10T15:00:00Z');
let t: TestNotifications;
let days = 0;
beforeAll(async () => {
  t = await startTestNotifications();
});
beforeEach(() => {
  days += 1;
  t.hub.clock.set(START_MS + days * 86_400_000);
  t.newlySent();
});
afterAll(() => t.close());

/** A parcel with a PIN, for a recipient who got no message before. */
async function withPin(requireProof: ('pin' | 'photo')[] = ['photo', 'pin']): Promise<Shipment> {
  const recipient = { name: 'R. Reader', email: `r${days}@example.com`, phone: '+1 212 555 0123' };
  const destination = { country: 'US', region: 'NY', postal_code: '10001' };
  return t.register({ recipient, destination }, { requireProof });
}

async function pinNow({ id }: Shipment): Promise<string> {
  const found = await findShipment(t.hub.deps, t.hub.tenant, id);
  return (found && pinOf(t.hub.deps, found)) ?? 'none';
}

/** The messages sent since that number, as `channel milestone audience pin`. */
const pinRequestedSince = (since: number) =>
  t.sent
    .slice(since)
    .map(({ kind, milestone, input }) => [kind, milestone, input.audience, input.pin].join(' '))
    .sort();

describe('the PIN of a delivery', () => {
  it('is sent to the recipient once, by mail and SMS, when the courier is coming', async () => {
    const since = t.sent.length;
    const parcel = await withPin();
    const pin = await pinNow(parcel);
    expect(pin).toMatch(/^\d{4}$/);
    await t.move(parcel, 'picked_up');
    await t.move(parcel, 'out_for_delivery');
    expect(pinRequestedSince(since)).toEqual([
      `email out_for_delivery recipient ${pin}`,
      'email picked_up recipient ',
      `sms out_for_delivery recipient ${pin}`,
    ]);
    await t.move(parcel, 'delivery_attempted');
    expect(pinRequestedSince(since).filter((each) => each.includes('attempted'))).toEqual([
      'email delivery_attempted recipient ',
      'sms delivery_attempted recipient ',
    ]);
    const { rows } = await t.hub.db.pipeline.query<{ body: string }>(
      `select concat(e.*) as body from event_log e where e.subject_id = $1`,
      [parcel.id],
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ body }) => body.includes(`"${pin}"`))).toEqual([]);
  });

  it('is not in messages about parcels that need none', async () => {
    const since = t.sent.length;
    const parcel = await withPin(['photo']);
    await t.move(parcel, 'picked_up');
    await t.move(parcel, 'out_for_delivery');
    expect(pinRequestedSince(since).join()).not.toMatch(/\d{4}/);
  });

  it('reaches a recipient who wants no news, and says nothing else to them', async () => {
    const parcel = await withPin();
    await t.move(parcel, 'picked_up');
    const { unsubscribeUrl } = t.sent.at(-1)?.input.links ?? {};
    const token = new URL(unsubscribeUrl ?? '').searchParams.get('t') ?? '';
    expect(await t.notifications.byLink.unsubscribe(token)).toBe(true);
    const since = t.sent.length;
    await t.move(parcel, 'out_for_delivery');
    const pin = await pinNow(parcel);
    expect(pinRequestedSince(since)).toContain(`email out_for_delivery recipient ${pin}`);
    await t.move(parcel, 'delivery_attempted');
    expect(pinRequestedSince(since).filter((each) => each.startsWith('email'))).toHaveLength(1);
    expect(await t.decided(parcel)).toContain('email delivery_attempted not_sent preference');
  });

  it('is not sent to subscribers, who may be anyone with the number', async () => {
    const parcel = await withPin();
    for (const address of ['stranger@example.com', `R${days}@Example.com`]) {
      await t.notifications.subscribe({
        numbers: [{ carrier: 'acme', trackingNumber: parcel.trackingNumber }],
        channel: 'email',
        address,
        milestones: [],
        locale: null,
      });
      await t.running.idle();
      const token = new URL(t.sent.at(-1)?.input.links.actionUrl ?? '').searchParams.get('t');
      expect(await t.notifications.byLink.confirm(token ?? '')).toBe('done');
    }
    const since = t.sent.length;
    await t.move(parcel, 'picked_up');
    await t.move(parcel, 'out_for_delivery');
    const mails = pinRequestedSince(since).filter((each) =>
      each.startsWith('email out_for_delivery'),
    );
    // The recipient, who has also subscribed, gets one message, with the PIN.
    expect(mails).toEqual([
      `email out_for_delivery recipient ${await pinNow(parcel)}`,
      'email out_for_delivery subscribers ',
    ]);
  });

  it('is the one that is valid when the message is sent', async () => {
    const parcel = await withPin(['photo']);
    await t.move(parcel, 'picked_up');
    await patchShipment(t.hub.deps, t.hub.tenant, parcel.id, { requireProof: ['pin'] });
    const since = t.sent.length;
    await t.move(parcel, 'out_for_delivery');
    expect(pinRequestedSince(since)[0]).toBe(
      `email out_for_delivery recipient ${await pinNow(parcel)}`,
    );
  });
});
