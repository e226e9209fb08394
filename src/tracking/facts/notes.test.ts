import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  logOf,
  type Noted,
  note,
  noteMessage,
  pull,
  push,
  verdicts,
  view,
} from '../record/test-pulls.ts';
import { startAcme } from '../test-acme.ts';
import type { TestTracking } from '../test-tracking.ts';

let hub: TestTracking;
beforeAll(async () => {
  hub = await startAcme();
});
afterAll(() => hub.close());

const pick = { code: 'PICK', at: '2026-03-09T08:00:00' };
const hubScan = { code: 'HUB', at: '2026-03-09T12:00:00' };
const delivered = { code: 'DEL', at: '2026-03-10T06:00:00' };

async function registered(trackingNumber: string) {
  const { shipment } = await hub.register({ carrier: 'acme', trackingNumber });
  const { id } = shipment;
  return {
    id,
    trackingNumber,
    state: async () => (await view(hub, id)).shipment.state,
    /** Sends the note about the shipment as it is, or as it was at `sequence`. */
    async tell(kind: Noted['note'], sequence?: number) {
      const now = (await view(hub, id)).shipment.sequence;
      return note(hub, { note: kind, shipmentId: id, trackingNumber, sequence: sequence ?? now });
    },
  };
}

async function deadLetters(): Promise<number> {
  const { rows } = await hub.db.pipeline.query<{ n: number }>(
    `select count(*)::int as n from inbound_messages where fate = 'dead'`,
  );
  return rows[0]?.n ?? 0;
}

describe('a note', () => {
  it('that is malformed is a dead letter; one about an unknown shipment is ignored', async () => {
    const internal = noteMessage(hub, {
      note: 'stalled',
      shipmentId: crypto.randomUUID(),
      trackingNumber: 'NOBODY',
    });
    await hub.receive(internal);
    expect(await deadLetters()).toBe(0);
    for (const text of ['', '{}', '{"note":"stalled"}', 'null']) {
      await hub.receive({ ...internal, body: Buffer.from(text) });
    }
    expect(await deadLetters()).toBe(4);
  });

  it('about one shipment says nothing of another under the same number', async () => {
    const first = await registered('SHARED-1');
    await note(hub, {
      note: 'not_found',
      shipmentId: crypto.randomUUID(),
      trackingNumber: first.trackingNumber,
      sequence: 1,
    });
    expect((await first.state()).subStatus).toBeNull();
  });

  it('of a timer is ignored when the shipment has moved on since', async () => {
    const parcel = await registered('MOVED-ON-1');
    await push(hub, { number: parcel.trackingNumber, events: [pick] });
    const { sequence } = (await view(hub, parcel.id)).shipment;
    await push(hub, { number: parcel.trackingNumber, events: [pick, hubScan] });
    for (const kind of ['stalled', 'expired', 'confirmation_timed_out', 'not_found'] as const) {
      await parcel.tell(kind, sequence);
    }
    expect(await verdicts(hub, parcel.id)).toEqual(['PICK standing ×2', 'HUB steering ×1']);
    expect((await parcel.state()).status).toBe('at_facility');
  });

  it('of a timer is ignored when the same batch brings an update', async () => {
    const parcel = await registered('MOVED-ON-2');
    const { sequence } = (await view(hub, parcel.id)).shipment;
    const internal = noteMessage(hub, {
      note: 'not_found',
      shipmentId: parcel.id,
      trackingNumber: parcel.trackingNumber,
      sequence,
    });
    const reports = [{ number: parcel.trackingNumber, events: [pick] }];
    await Promise.all([
      hub.receive(internal),
      hub.receive({ carrier: 'acme', body: Buffer.from(JSON.stringify(reports)) }),
    ]);
    expect(await parcel.state()).toMatchObject({ status: 'picked_up', subStatus: null });
  });
});

describe('silence', () => {
  it('makes an exception once, with an event, and any update ends it', async () => {
    const parcel = await registered('STALLED-1');
    await push(hub, { number: parcel.trackingNumber, events: [pick] });
    const before = (await logOf(hub, parcel.id)).length;
    await parcel.tell('stalled');
    await parcel.tell('stalled');
    expect(await parcel.state()).toMatchObject({ status: 'exception', subStatus: 'stalled' });
    expect((await logOf(hub, parcel.id)).slice(before)).toEqual(['status_changed']);
    expect((await view(hub, parcel.id)).events[0]).toMatchObject({
      source: 'stalled',
      status: 'exception',
      reason: 'stalled',
    });
    await push(hub, { number: parcel.trackingNumber, events: [pick, hubScan] });
    expect(await parcel.state()).toMatchObject({ status: 'at_facility', subStatus: null });
  });

  it('that lasts is given up, once, and resumed with an update', async () => {
    const parcel = await registered('EXPIRED-1');
    await push(hub, { number: parcel.trackingNumber, events: [pick] });
    await parcel.tell('expired');
    await parcel.tell('expired');
    expect((await parcel.state()).expired).toBe(true);
    expect((await logOf(hub, parcel.id)).filter((type) => type === 'expired')).toHaveLength(1);
    const { rows } = await hub.db.pipeline.query(
      `select data, previous_attributes from event_log
       where subject_id = $1 and type = 'shipment.expired'`,
      [parcel.id],
    );
    expect(rows[0]).toMatchObject({
      data: { expired: true, status: 'picked_up' },
      previous_attributes: { expired: false },
    });
    await push(hub, { number: parcel.trackingNumber, events: [pick, hubScan] });
    expect((await parcel.state()).expired).toBe(false);
    const last = await hub.db.pipeline.query(
      `select type, previous_attributes from event_log where subject_id = $1
       order by sequence desc limit 1`,
      [parcel.id],
    );
    expect(last.rows[0]).toMatchObject({
      type: 'shipment.status_changed',
      previous_attributes: { expired: true, status: 'picked_up' },
    });
  });
});

describe('a number that the carrier does not know', () => {
  it('stays created and says so, until a pull or a push brings something', async () => {
    const parcel = await registered('UNKNOWN-1');
    await parcel.tell('not_found');
    expect(await parcel.state()).toMatchObject({
      status: 'created',
      subStatus: 'not_found',
      confirmed: true,
      steering: null,
    });
    expect((await logOf(hub, parcel.id)).at(-1)).toBe('status_changed');
    expect((await view(hub, parcel.id)).events).toEqual([]);
    await pull(hub, { number: parcel.trackingNumber, events: [] });
    expect(await parcel.state()).toMatchObject({ status: 'created', subStatus: null });
    await push(hub, { number: parcel.trackingNumber, events: [pick] });
    expect(await parcel.state()).toMatchObject({ status: 'picked_up', subStatus: null });
  });

  it('is given up in its state: created, not found, expired', async () => {
    const parcel = await registered('UNKNOWN-2');
    await parcel.tell('not_found');
    await parcel.tell('not_found');
    await parcel.tell('expired');
    expect(await parcel.state()).toMatchObject({
      status: 'created',
      subStatus: 'not_found',
      expired: true,
    });
    expect(await logOf(hub, parcel.id)).toEqual(['created', 'status_changed', 'expired']);
  });
});

describe('waiting for a confirmation', () => {
  it('ends with the timer: what was pushed with a mere header counts as confirmed', async () => {
    const parcel = await registered('UNCONFIRMED-1');
    const reports = [{ number: parcel.trackingNumber, events: [delivered] }];
    const pushed = Buffer.from(JSON.stringify(reports));
    await hub.receive({ carrier: 'acme', trust: 'secret', body: pushed });
    expect(await parcel.state()).toMatchObject({ status: 'delivered', confirmed: false });
    await parcel.tell('confirmation_timed_out');
    expect(await parcel.state()).toMatchObject({ status: 'delivered', confirmed: true });
    expect((await logOf(hub, parcel.id)).slice(-2)).toEqual(['confirmed', 'delivered']);
  });
});
