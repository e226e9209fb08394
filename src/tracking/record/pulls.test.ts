import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withTransaction } from '../../platform/database/database.ts';
import { publicTrackOf, startAcme } from '../test-acme.ts';
import type { TestTracking } from '../test-tracking.ts';
import { drainPartitions } from './pipeline.ts';
import { logOf, note, noteMessage, ownerOf, pull, push, verdicts, view } from './test-pulls.ts';

let hub: TestTracking;
beforeAll(async () => {
  hub = await startAcme();
});
afterAll(() => hub.close());

const pick = { code: 'PICK', at: '2026-03-09T08:00:00' };
const hubScan = { code: 'HUB', at: '2026-03-09T12:00:00' };
const ofd = { code: 'OFD', at: '2026-03-10T05:00:00' };
const delivered = { code: 'DEL', at: '2026-03-10T06:00:00' };

async function registered(number: string): Promise<string> {
  return (await hub.register({ carrier: 'acme', trackingNumber: number })).shipment.id;
}

describe('a fact that was pulled', () => {
  it('is retracted when two pulls leave it out, one of them merely a confirmation', async () => {
    const number = 'RETRACTED-1';
    const id = await registered(number);
    await pull(hub, { number, events: [pick, hubScan, ofd] });
    const inboundMessageId = await pull(hub, { number, events: [pick, hubScan] });
    expect((await view(hub, id)).shipment.state.status).toBe('out_for_delivery');
    await note(hub, {
      note: 'pull_confirmed',
      shipmentId: id,
      trackingNumber: number,
      inboundMessageId,
    });
    expect((await view(hub, id)).shipment.state.status).toBe('at_facility');
    expect(await verdicts(hub, id)).toEqual([
      'PICK standing ×2',
      'HUB steering ×2',
      'OFD retracted ×1',
    ]);
    expect(await publicTrackOf(hub, number)).toMatchObject({ status: 'at_facility' });
    await pull(hub, { number, events: [pick, hubScan, ofd] });
    expect((await view(hub, id)).shipment.state.status).toBe('out_for_delivery');
  });

  it('disappears from pages and is logged even if the status stays', async () => {
    const number = 'RETRACTED-2';
    const id = await registered(number);
    await pull(hub, { number, events: [pick, hubScan, ofd] });
    await pull(hub, { number, events: [pick, ofd] });
    const before = await logOf(hub, id);
    const shown = (await publicTrackOf(hub, number))?.['events'] as unknown[];
    expect(shown).toHaveLength(3);
    await pull(hub, { number, events: [pick, ofd] });
    expect((await publicTrackOf(hub, number))?.['events']).toHaveLength(2);
    expect((await logOf(hub, id)).slice(before.length)).toEqual(['tracking_updated']);
  });
});

describe('a piece', () => {
  it('that two pulls leave out is no longer stored as one', async () => {
    const number = 'RETRACTED-3';
    const id = await registered(number);
    const stored = async () => {
      const text = 'select piece from pieces where shipment_id = $1 order by piece';
      const { rows } = await hub.db.pipeline.query<{ piece: string }>(text, [id]);
      return rows.map(({ piece }) => piece);
    };
    const one = { ...pick, piece: 'one' };
    const two = { ...hubScan, piece: 'two' };
    await pull(hub, { number, events: [one, two] });
    expect(await stored()).toEqual(['one', 'two']);
    await pull(hub, { number, events: [one] });
    await pull(hub, { number, events: [one] });
    expect(await stored()).toEqual(['one']);
  });
});

describe('a fact that was only pushed', () => {
  it('is refuted when two pulls that should show it do not', async () => {
    const number = 'REFUTED-1';
    const id = await registered(number);
    await push(hub, { number, events: [pick, delivered] });
    expect((await view(hub, id)).shipment.state.status).toBe('delivered');
    const inboundMessageId = await pull(hub, { number, events: [pick, hubScan] });
    await note(hub, {
      note: 'pull_confirmed',
      shipmentId: id,
      trackingNumber: number,
      inboundMessageId,
    });
    expect((await view(hub, id)).shipment.state.status).toBe('at_facility');
    expect(await verdicts(hub, id)).toContain('DEL refuted ×1');
    expect((await logOf(hub, id)).at(-1)).toBe('corrected');
  });

  it('is one fact with two observations once a pull brings it too, and confirmed', async () => {
    const number = 'BOTH-1';
    const id = await registered(number);
    await hub.receive({ carrier: 'acme', trust: 'secret', body: bodyOf(number, delivered) });
    expect((await view(hub, id)).shipment.state.confirmed).toBe(false);
    await pull(hub, { number, events: [delivered] });
    expect(await verdicts(hub, id)).toEqual(['DEL steering ×2']);
    expect((await view(hub, id)).shipment.state).toMatchObject({
      status: 'delivered',
      confirmed: true,
    });
    expect((await logOf(hub, id)).slice(-2)).toEqual(['confirmed', 'delivered']);
  });
});

describe('a confirmed pull', () => {
  it('counts once however often it is repeated, and is ignored for an unknown message', async () => {
    const number = 'CONFIRMED-1';
    const id = await registered(number);
    const inboundMessageId = await pull(hub, { number, events: [pick] });
    hub.clock.advance(60_000);
    const noted = noteMessage(hub, {
      note: 'pull_confirmed',
      shipmentId: id,
      trackingNumber: number,
      inboundMessageId,
    });
    for (let index = 0; index < 2; index += 1) await hub.receive(noted);
    await note(hub, {
      note: 'pull_confirmed',
      shipmentId: id,
      trackingNumber: number,
      inboundMessageId: randomUUID(),
    });
    expect(await pullsOf(id)).toBe(1);
    hub.clock.advance(60_000);
    await note(hub, {
      note: 'pull_confirmed',
      shipmentId: id,
      trackingNumber: number,
      inboundMessageId,
    });
    expect(await pullsOf(id)).toBe(2);
  });

  it('finds what it confirms even when that waits in another partition', async () => {
    const number = 'CONFIRMED-2';
    const id = await registered(number);
    await pull(hub, { number, events: [pick, hubScan] });
    await hub.worker.stop();
    const answer = {
      ...noteMessage(hub, { note: 'stalled', shipmentId: id, trackingNumber: number }),
      source: 'poll' as const,
      trust: 'pulled' as const,
      owner: ownerOf(hub.tenant),
      body: bodyOf(number, pick),
    };
    hub.clock.advance(60_000);
    const [inboundMessageId = ''] = await withTransaction(hub.db.pipeline, (tx) =>
      hub.inbox.storeWithin(tx, [answer]),
    );
    hub.clock.advance(60_000);
    const confirmation = noteMessage(hub, {
      note: 'pull_confirmed',
      shipmentId: id,
      trackingNumber: number,
      inboundMessageId,
    });
    const noteId = await hub.inbox.store(confirmation);
    const { rows } = await hub.db.pipeline.query<{ id: string; partition: number }>(
      'select id, partition from inbound_messages where id = any($1::uuid[])',
      [[inboundMessageId, noteId]],
    );
    const partitionOf = (wanted: string) => rows.find((row) => row.id === wanted)?.partition ?? -1;
    const changed = [
      'update inbound_messages set partition = $2 where id = $1',
      'update waiting_inbound_messages set partition = $2 where inbound_message_id = $1',
    ];
    for (const text of changed)
      await hub.db.pipeline.query(text, [noteId, (partitionOf(inboundMessageId) + 1) % 8]);
    await drainPartitions(hub.pipeline, [(partitionOf(inboundMessageId) + 1) % 8]);
    expect(await verdicts(hub, id)).toContain('HUB retracted ×1');
    await drainPartitions(hub.pipeline, [partitionOf(inboundMessageId)]);
    expect(await verdicts(hub, id)).toContain('HUB retracted ×1');
    expect(await verdicts(hub, id)).toContain('PICK steering ×2');
  });
});

function bodyOf(number: string, event: typeof pick): Uint8Array {
  return Buffer.from(JSON.stringify([{ number, events: [event] }]));
}

/** Returns the number of confirmed pulls: the rows of pulls beyond the first of each message. */
async function pullsOf(id: string): Promise<number> {
  const { rows } = await hub.db.pipeline.query<{ more: number }>(
    `select count(*)::int - count(distinct inbound_message_id)::int as more from pulls
     where shipment_id = $1`,
    [id],
  );
  return rows[0]?.more ?? 0;
}
