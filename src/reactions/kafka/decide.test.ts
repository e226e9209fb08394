import { describe, expect, it } from 'vitest';
import { readEntry, type StoredEntry } from '../../events/read-entry.ts';
import { aShipment } from '../../events/test-events.ts';
import { eventBody } from '../merchant-webhooks/index.ts';
import { RELAYED_TYPES, recordsOf, relayedValue } from './decide.ts';

const TOPICS = { status: 'status-events', events: 'shipment-events' };
const MERCHANT = '0195a000-0000-7000-8000-000000000001';
const shipment = aShipment();

function entry(more: Partial<StoredEntry> = {}) {
  return readEntry({
    id: '01930000-0000-7000-8000-0000000000ee',
    tenant: { merchantId: MERCHANT, mode: 'test' },
    subjectId: shipment.id,
    sequence: 4,
    occurredAtMs: Date.parse('2026-03-10T12:00:00.000Z'),
    recordedAtMs: Date.parse('2026-03-10T12:00:05.000Z'),
    shard: 3,
    position: 17n,
    type: 'shipment.status_changed',
    data: { ...shipment },
    previousAttributes: { status: 'created' },
    ...more,
  });
}
const topicsOf = (more: Partial<StoredEntry>) =>
  recordsOf(entry(more), TOPICS).map(({ topic }) => topic);

describe('an event about a parcel', () => {
  it('is written under its parcel as merchants’ webhooks tell it, with whose it is', () => {
    const event = entry();
    const [record] = recordsOf(event, TOPICS);
    expect(record).toMatchObject({
      topic: 'shipment-events',
      key: shipment.id,
      headers: { type: 'shipment.status_changed', merchant_id: MERCHANT, mode: 'test' },
      timestampMs: Date.parse('2026-03-10T12:00:05.000Z'),
    });
    const { merchant_id, mode, ...rest } = JSON.parse(record?.value ?? '');
    expect({ merchant_id, mode }).toEqual({ merchant_id: MERCHANT, mode: 'test' });
    const { previous_sequence: _, ...posted } = eventBody(event, event.id, 3);
    expect(rest).toEqual(posted);
  });

  it('keeps to the published schema', () => {
    for (const type of RELAYED_TYPES.events) {
      for (const { value } of recordsOf(entry({ type }), TOPICS)) {
        expect(relayedValue.safeParse(JSON.parse(value)).error).toBeUndefined();
      }
    }
  });

  it('is in both topics if it is about where the parcel is, else in that of all', () => {
    expect(topicsOf({})).toEqual(['shipment-events', 'status-events']);
    expect(topicsOf({ type: 'shipment.edd_changed' })).toEqual(['shipment-events']);
    expect(RELAYED_TYPES.events).toEqual(expect.arrayContaining([...RELAYED_TYPES.status]));
  });

  it('tells no more than that it was there, once it is erased', () => {
    const data = { id: shipment.id, deleted: true };
    const records = recordsOf(entry({ data, previousAttributes: {} }), TOPICS);
    expect(records.map(({ value }) => JSON.parse(value).data)).toEqual([data, data]);
    expect(relayedValue.safeParse(JSON.parse(records[0]?.value ?? '')).success).toBe(true);
  });

  it('is passed on if a newer version wrote it', () => {
    expect(topicsOf({ type: 'shipment.teleported' })).toEqual(['shipment-events']);
  });

  it('is not written to a topic that is off', () => {
    expect(recordsOf(entry(), { status: 'only', events: null })).toMatchObject([{ topic: 'only' }]);
    expect(recordsOf(entry(), { status: null, events: null })).toEqual([]);
  });
});

it('what is about no parcel is written nowhere', () => {
  const data = { id: shipment.id, carrier: 'acme' };
  expect(topicsOf({ type: 'carrier_account.health_changed', data })).toEqual([]);
  expect(topicsOf({ type: 'courier.silent', data: { ...data, courier_id: 'c' } })).toEqual([]);
});
