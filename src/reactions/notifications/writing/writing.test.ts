import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../../kernel/ids.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { deleteShipment, type Shipment } from '../../../tracking/ports/shipments.ts';
import { startTestNotifications, type TestNotifications } from '../test-notifications.ts';

/** Eleven in the morning in New York. */
const START_MS = Date.parse('2026-03-10T15:00:00Z');
const HOUR_MS = 3_600_000;
const SAID = { subject: 'A second lamp', text: 'It leaves today.\nSorry, R. Reader.' };

let t: TestNotifications;
let people = 0;
beforeAll(async () => {
  t = await startTestNotifications();
  t.hub.clock.set(START_MS);
});
afterAll(() => t.close());

const parcelOf = (recipient: Record<string, string>): Promise<Shipment> =>
  t.register({ recipient, destination: { country: 'US', region: 'NY', postal_code: '10001' } });
const somebody = () => {
  people += 1;
  return parcelOf({ email: `r${people}@example.com`, phone: `+1 212 555 0${100 + people}` });
};
const reach = (shipments: readonly Shipment[]) => t.notifications.reach(t.hub.tenant, shipments);
const formNow = () => uuidV7(t.hub.clock.nowMs(), systemRandom(10));

async function write(shipments: readonly Shipment[], messageId = formNow()) {
  const since = t.sent.length;
  const count = await t.notifications.write(t.hub.tenant, { messageId, shipments, ...SAID });
  await t.running.idle();
  const sent = t.sent
    .slice(since)
    .map(({ kind, to, input }) => ({ kind, to, said: input.written }));
  return { many: count, sent };
}

describe('a message written by hand', () => {
  it('goes to each recipient by mail, else by SMS, and to whom none can be', async () => {
    const [mail, phone, none] = [
      await parcelOf({ email: 'mail@example.com', phone: '+1 212 555 0199' }),
      await parcelOf({ phone: '+1 212 555 0188' }),
      await parcelOf({ name: 'N. Nobody' }),
    ];
    expect(await reach([mail, phone, none])).toEqual(['email', 'sms', null]);
    const { many: count, sent } = await write([mail, phone, none]);
    expect(count).toBe(2);
    expect(sent).toHaveLength(2);
    expect(sent).toContainEqual({ kind: 'email', to: 'mail@example.com', said: SAID });
    expect(sent).toContainEqual({ kind: 'sms', to: '+12125550188', said: SAID });
    expect(await t.decided(mail)).toContain('email merchant_message sent');
  });

  it('goes out once, however often its form is sent', async () => {
    const parcel = await somebody();
    const form = formNow();
    expect((await write([parcel], form)).sent).toHaveLength(1);
    expect(await write([parcel], form)).toEqual({ many: 1, sent: [] });
    // Another form is another message, even with the same text.
    expect((await write([parcel])).sent).toHaveLength(1);
  });

  it('is not taken from a form of yesterday, or with an id of nobody', async () => {
    const parcel = await somebody();
    for (const hours of [-25, 25]) {
      const old = uuidV7(t.hub.clock.nowMs() + hours * HOUR_MS, systemRandom(10));
      expect(await write([parcel], old)).toEqual({ many: null, sent: [] });
    }
  });

  it('is not for who wants no messages', async () => {
    const parcel = await somebody();
    await write([parcel]);
    const { unsubscribeUrl } = t.sent.at(-1)?.input.links ?? {};
    const token = new URL(unsubscribeUrl ?? '').searchParams.get('t') ?? '';
    expect(await t.notifications.byLink.unsubscribe(token)).toBe(true);
    expect(await reach([parcel])).toEqual(['declined']);
    expect((await write([parcel])).sent).toEqual([]);
    expect(await t.decided(parcel)).toContain('email merchant_message not_sent preference');
  });

  it('waits by night where it goes to a phone', async () => {
    const parcel = await parcelOf({ phone: '+1 212 555 0177' });
    t.hub.clock.advance(12 * HOUR_MS);
    expect((await write([parcel])).sent).toEqual([]);
    expect(await t.decided(parcel)).toContain('sms merchant_message postponed quiet_hours');
    const since = t.sent.length;
    t.hub.clock.advance(12 * HOUR_MS);
    await t.running.idle();
    expect(t.sent.slice(since)).toHaveLength(1);
  });

  it('is kept sealed, opened for its merchant, and gone with the parcel', async () => {
    const parcel = await somebody();
    await write([parcel]);
    const stored = async () => {
      const { rows } = await t.hub.db.pipeline.query<{ body: string; kept: boolean }>(
        `select n::text as body, n.written is not null or n.data_key is not null as kept
         from notifications n where n.shipment_id = $1`,
        [parcel.id],
      );
      return rows;
    };
    const [row] = await stored();
    expect([row?.kept, row?.body.includes('Reader')]).toEqual([true, false]);
    const hex = Buffer.from('Sorry, R. Reader').toString('hex');
    expect(row?.body).not.toContain(hex);
    const { notifications, hub } = t;
    const found = await notifications.writtenAbout(hub.tenant, parcel.id);
    expect([...found.values()]).toEqual([SAID]);
    await deleteShipment(hub.deps, hub.tenant, parcel.id);
    await t.running.idle();
    expect((await stored()).map(({ kept }) => kept)).toEqual([false]);
    expect(
      await notifications.write(hub.tenant, { messageId: formNow(), shipments: [parcel], ...SAID }),
    ).toBe(0);
  });
});
