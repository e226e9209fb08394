import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLog } from '../../platform/event-log/event-log.ts';
import { commandShipment } from '../commands/command.ts';
import { deleteShipment, patchShipment } from '../commands/manage.ts';
import { body, publicTrackOf, startAcme } from '../test-acme.ts';
import type { TestTracking } from '../test-tracking.ts';
import { explainShipment, viewShipment } from '../views/view.ts';
import { shardOf } from './shard-batches.ts';

let hub: TestTracking;

const publicTrack = (number: string) => publicTrackOf(hub, number);

async function fateOf(id: string): Promise<{ fate: string; fate_reason: string | null }> {
  const { rows } = await hub.db.pipeline.query<{ fate: string; fate_reason: string | null }>(
    `select coalesce(fate, case when w.partition is null then 'processed' else 'waiting' end) as fate,
            fate_reason
     from inbound_messages m left join waiting_inbound_messages w on w.inbound_message_id = m.id
     where m.id = $1`,
    [id],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('no such inbound message');
  return row;
}

async function logOf(number: string): Promise<string[]> {
  const entries = await readLog(hub.db.pipeline, shardOf('acme', number), 0n, 1_000);
  return entries
    .filter(({ data }) => data['tracking_number'] === number)
    .map(({ type, sequence }) => `${sequence} ${type}`);
}

beforeAll(async () => {
  hub = await startAcme();
});

afterAll(() => hub?.close());

describe('the pipeline', () => {
  it('stores an unreadable message as a dead letter with a reason', async () => {
    const id = await hub.receive({ carrier: 'acme', body: Buffer.from('{}') });
    expect(await fateOf(id)).toEqual({ fate: 'dead', fate_reason: 'expected a list' });
  });

  it('dead-letters the message on which an adapter throws and processes its neighbours', async () => {
    await hub.register({ carrier: 'acme', trackingNumber: 'N1' });
    const [bad, good] = await Promise.all([
      hub.inbox.store({
        source: 'webhook',
        owner: null,
        trust: 'signed',
        headers: {},
        carrier: 'acme',
        body: Buffer.from('throw'),
      }),
      hub.receive({
        carrier: 'acme',
        body: body({ number: 'N1', events: [{ code: 'PICK', at: '2026-03-09T08:00:00' }] }),
      }),
    ]);
    await hub.worker.idle();
    expect((await fateOf(bad)).fate).toBe('dead');
    expect((await fateOf(good)).fate).toBe('processed');
    expect(await publicTrack('N1')).toMatchObject({ status: 'picked_up' });
  });

  it('counts a message about parcels of many shards as processed once, when all shards have it', async () => {
    const numbers = Array.from({ length: 40 }, (_, n) => `MANY${n}`);
    expect(new Set(numbers.map((number) => shardOf('acme', number))).size).toBeGreaterThan(10);
    for (const trackingNumber of numbers) await hub.register({ carrier: 'acme', trackingNumber });
    const reports = numbers.map((number) => ({
      number,
      events: [{ code: 'PICK', at: '2026-03-09T08:00:00' }],
    }));
    const id = await hub.receive({ carrier: 'acme', body: Buffer.from(JSON.stringify(reports)) });
    expect((await fateOf(id)).fate).toBe('processed');
    for (const number of numbers) {
      expect(await publicTrack(number)).toMatchObject({ status: 'picked_up' });
    }
  });

  it('dead-letters a message that one of its shards cannot record, and keeps what the others recorded', async () => {
    // No index holds a number as long as this.
    const bad = Array.from({ length: 20_000 }, (_, n) => ((n * n * 7_919) % 1_299_709) % 10).join(
      '',
    );
    const numbers = ['GOOD1', bad, 'GOOD2', 'GOOD3'];
    for (const trackingNumber of ['GOOD1', 'GOOD2', 'GOOD3']) {
      await hub.register({ carrier: 'acme', trackingNumber });
    }
    const reports = numbers.map((number) => ({
      number,
      events: [{ code: 'PICK', at: '2026-03-09T08:00:00' }],
    }));
    const id = await hub.receive({ carrier: 'acme', body: Buffer.from(JSON.stringify(reports)) });
    expect(await fateOf(id)).toMatchObject({
      fate: 'dead',
      fate_reason: expect.stringContaining('recording it failed'),
    });
    expect(await publicTrack('GOOD3')).toMatchObject({ status: 'picked_up' });
  });

  it('shows a registered parcel to the public, without the carrier’s own words', async () => {
    await hub.register({ carrier: 'acme', trackingNumber: 'N2' });
    await hub.receive({
      carrier: 'acme',
      body: body({
        number: 'N2',
        edd: '2026-03-12',
        events: [
          { code: 'LABEL', at: '2026-03-08T09:00:00' },
          { code: 'HUB', at: '2026-03-09T17:40:00', city: 'NORTON' },
        ],
      }),
    });
    const track = await publicTrack('N2');
    expect(track).toMatchObject({
      status: 'at_facility',
      confirmed: true,
      estimated_delivery: { date: '2026-03-12', source: 'carrier' },
      events: [
        {
          occurred_at: '2026-03-09T22:40:00.000Z',
          occurred_local: '2026-03-09T17:40:00',
          time_zone: '-05:00',
          status: 'at_facility',
          location: 'Norton, US',
        },
        { status: 'created' },
      ],
    });
    expect(JSON.stringify(track)).not.toContain('J. Doe');
  });

  it('makes one fact of a message received twice, and logs it once', async () => {
    await hub.register({ carrier: 'acme', trackingNumber: 'N3' });
    const report = body({ number: 'N3', events: [{ code: 'OFD', at: '2026-03-10T07:00:00' }] });
    await hub.receive({ carrier: 'acme', body: report });
    await hub.receive({ carrier: 'acme', body: report });
    expect((await publicTrack('N3'))?.['events']).toHaveLength(1);
    expect(await logOf('N3')).toEqual(['1 shipment.created', '2 shipment.status_changed']);
  });

  it('leaves a terminal fact received with a static secret unconfirmed', async () => {
    await hub.register({ carrier: 'acme', trackingNumber: 'N4' });
    await hub.receive({
      carrier: 'acme',
      trust: 'secret',
      body: body({ number: 'N4', events: [{ code: 'DEL', at: '2026-03-10T06:00:00' }] }),
    });
    expect(await publicTrack('N4')).toMatchObject({ status: 'delivered', confirmed: false });
  });

  it('parks an authentic report for an unknown number until somebody registers it', async () => {
    await hub.receive({
      carrier: 'acme',
      body: body({ number: 'N5', events: [{ code: 'PICK', at: '2026-03-09T08:00:00' }] }),
    });
    expect(await publicTrack('N5')).toBeNull();
    const { created, shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'N5' });
    expect(created).toBe(true);
    expect(shipment.state.status).toBe('picked_up');
    expect(await publicTrack('N5')).toMatchObject({ status: 'picked_up' });
  });

  it('does not let one merchant’s account report on another merchant’s parcel', async () => {
    await hub.register({ carrier: 'acme', trackingNumber: 'N6' });
    await hub.receive({
      carrier: 'acme',
      owner: {
        accountId: '00000000-0000-4000-8000-000000000001',
        merchantId: '00000000-0000-4000-8000-000000000002',
        mode: 'test',
      },
      body: body({ number: 'N6', events: [{ code: 'DEL', at: '2026-03-10T06:00:00' }] }),
    });
    expect(await publicTrack('N6')).toMatchObject({ status: 'created', events: [] });
  });

  it('reads an unknown code as on its way, stores it and queues it for review', async () => {
    await hub.register({ carrier: 'acme', trackingNumber: 'N7' });
    const id = await hub.receive({
      carrier: 'acme',
      body: body({
        number: 'N7',
        events: [
          { code: 'PICK', at: '2026-03-09T08:00:00' },
          { code: 'WARP', at: '2026-03-09T09:00:00' },
        ],
      }),
    });
    expect(await publicTrack('N7')).toMatchObject({ status: 'in_transit' });
    const { rows } = await hub.db.pipeline.query(
      "select codes, seen_count, example_inbound_message_id from review_entries where codes_key = 'event=WARP'",
    );
    expect(rows).toEqual([
      { codes: { event: 'WARP' }, seen_count: '1', example_inbound_message_id: id },
    ]);
  });

  it('distinguishes two parcels under one number by the carrier’s piece id', async () => {
    await hub.register({ carrier: 'acme', trackingNumber: 'N8' });
    await hub.receive({
      carrier: 'acme',
      body: body(
        { number: 'N8', pieceId: 'old', events: [{ code: 'DEL', at: '2026-02-20T08:00:00' }] },
        { number: 'N8', pieceId: 'new', events: [{ code: 'PICK', at: '2026-03-09T08:00:00' }] },
      ),
    });
    expect(await publicTrack('N8')).toMatchObject({ status: 'picked_up' });
  });

  it('opens a new instance for a reused number when the order is another one', async () => {
    const first = await hub.register({ carrier: 'acme', trackingNumber: 'N9', orderIds: ['A'] });
    await hub.receive({
      carrier: 'acme',
      body: body({ number: 'N9', events: [{ code: 'DEL', at: '2026-03-01T08:00:00' }] }),
    });
    const again = await hub.register({ carrier: 'acme', trackingNumber: 'N9', orderIds: ['A'] });
    expect([again.created, again.shipment.id]).toEqual([false, first.shipment.id]);
    const second = await hub.register({ carrier: 'acme', trackingNumber: 'N9', orderIds: ['B'] });
    expect(second.created).toBe(true);
    await hub.receive({
      carrier: 'acme',
      body: body({
        number: 'N9',
        events: [
          { code: 'DEL', at: '2026-03-01T08:00:00' },
          { code: 'PICK', at: '2026-03-09T08:00:00' },
        ],
      }),
    });
    expect(await publicTrack('N9')).toMatchObject({ status: 'picked_up' });
    const old = await viewShipment(hub.deps, hub.tenant, first.shipment.id);
    expect(old?.shipment.state.status).toBe('delivered');
  });
});

describe('the inbox worker', () => {
  it('is not idle before messages stored during a drain are visible', async () => {
    await hub.register({ carrier: 'acme', trackingNumber: 'W1' });
    for (let minute = 10; minute < 40; minute += 1) {
      // A drain that has already read its partitions is running when the next message arrives.
      hub.worker.wake();
      await hub.receive({
        carrier: 'acme',
        body: body({ number: 'W1', events: [{ code: 'HUB', at: `2026-03-09T08:${minute}:00` }] }),
      });
      expect((await publicTrack('W1'))?.['events']).toHaveLength(minute - 9);
    }
  });
});

describe('commands and changes by the merchant', () => {
  it('refuses a forbidden move with the allowed ones, and logs the attempt', async () => {
    const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'C1' });
    const outcome = await commandShipment(hub.deps, hub.tenant, shipment.id, {
      status: 'delivered',
      subStatus: null,
      occurredAtMs: null,
      note: null,
      apiKeyId: null,
    });
    expect(outcome).toEqual({
      kind: 'forbidden',
      current: 'created',
      allowed: ['picked_up', 'cancelled', 'exception'],
    });
    const { rows } = await hub.db.pipeline.query(
      'select accepted from command_attempts where shipment_id = $1',
      [shipment.id],
    );
    expect(rows).toEqual([{ accepted: false }]);
  });

  it('records an accepted command as a fact, and a certainly later scan changes the status', async () => {
    const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'C2' });
    const outcome = await commandShipment(hub.deps, hub.tenant, shipment.id, {
      status: 'picked_up',
      subStatus: null,
      occurredAtMs: Date.parse('2026-03-10T10:00:00Z'),
      note: null,
      apiKeyId: null,
    });
    expect(outcome).toMatchObject({ kind: 'done', shipment: { state: { status: 'picked_up' } } });
    await hub.receive({
      carrier: 'acme',
      body: body({ number: 'C2', events: [{ code: 'HUB', at: '2026-03-10T06:00:00' }] }),
    });
    expect(await publicTrack('C2')).toMatchObject({ status: 'at_facility' });
    const explained = await explainShipment(hub.deps, hub.tenant, shipment.id);
    expect(explained?.explanation.facts.map(({ source, verdict }) => [source, verdict])).toEqual([
      ['command', 'standing'],
      ['carrier', 'steering'],
    ]);
  });

  it('executes commands one after the other however fast they come', async () => {
    const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'C6' });
    const moves = ['picked_up', 'at_facility', 'in_transit', 'at_facility'] as const;
    for (const status of moves) {
      const outcome = await commandShipment(hub.deps, hub.tenant, shipment.id, {
        status,
        subStatus: null,
        occurredAtMs: null,
        note: null,
        apiKeyId: null,
      });
      expect(outcome).toMatchObject({ kind: 'done', shipment: { state: { status } } });
    }
  });

  it('leaves no trace of a command overtaken by a later event', async () => {
    const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'C3' });
    await hub.receive({
      carrier: 'acme',
      body: body({ number: 'C3', events: [{ code: 'HUB', at: '2026-03-10T06:00:00' }] }),
    });
    const outcome = await commandShipment(hub.deps, hub.tenant, shipment.id, {
      status: 'in_transit',
      subStatus: null,
      occurredAtMs: Date.parse('2026-03-09T00:00:00Z'),
      note: null,
      apiKeyId: null,
    });
    expect(outcome.kind).toBe('overtaken');
    const explained = await explainShipment(hub.deps, hub.tenant, shipment.id);
    expect(explained?.explanation.facts).toHaveLength(1);
  });

  it('logs the value before a change', async () => {
    const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'C4', tags: ['a'] });
    const patched = await patchShipment(hub.deps, hub.tenant, shipment.id, { tags: ['b'] });
    expect(patched?.tags).toEqual(['b']);
    const entries = await readLog(hub.db.pipeline, shardOf('acme', 'C4'), 0n, 1_000);
    expect(entries.find(({ type }) => type === 'shipment.updated')).toMatchObject({
      sequence: 2,
      data: { tags: ['b'] },
      previousAttributes: { tags: ['a'] },
    });
  });

  it('removes a deleted shipment from every page and destroys its personal data', async () => {
    const { shipment } = await hub.register({
      carrier: 'acme',
      trackingNumber: 'C5',
      personal: { recipient: { name: 'Test Person' }, origin: null, destination: null },
    });
    expect(await deleteShipment(hub.deps, hub.tenant, shipment.id)).toBe(true);
    expect(await publicTrack('C5')).toBeNull();
    expect(await viewShipment(hub.deps, hub.tenant, shipment.id)).toBeNull();
    const { rows } = await hub.db.pipeline.query(
      'select personal, data_key from shipments where id = $1',
      [shipment.id],
    );
    expect(rows).toEqual([{ personal: null, data_key: null }]);
    const log = await hub.db.pipeline.query(
      `select sequence || ' ' || type as entry, data, previous_attributes as was from event_log
       where subject_id = $1 order by sequence`,
      [shipment.id],
    );
    const left = { data: { id: shipment.id, deleted: true }, was: {} };
    expect(log.rows).toEqual([
      { entry: '1 shipment.created', ...left },
      { entry: '2 shipment.deleted', ...left },
    ]);
  });
});
