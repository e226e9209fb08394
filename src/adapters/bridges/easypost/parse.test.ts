import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from './parse.ts';

const read = (value: unknown, kind: 'track' | 'webhook' = 'track') =>
  parse({ text: JSON.stringify(value), kind });

function reportOf(tracker: object) {
  const detail = { status: 'in_transit', datetime: '2026-03-02T10:00:00Z' };
  const outcome = read({
    object: 'Tracker',
    tracking_code: 'EZ1',
    carrier: 'USPS',
    tracking_details: [detail],
    ...tracker,
  });
  return outcome.outcome === 'reports' ? outcome.reports[0] : undefined;
}

describe('the time of an event', () => {
  const offsetAt = (place: object | null) => {
    const datetime = '2026-03-02T10:00:00Z';
    const details = [{ status: 'in_transit', datetime, tracking_location: place }];
    const time = reportOf({ tracking_details: details })?.facts[0]?.time;
    expect(time?.local).toBe('2026-03-02T10:00:00');
    return time?.offsetMin;
  };

  it('is UTC where the place is known well enough for a zone', () => {
    expect(offsetAt({ zip: '77063' })).toBe(0);
    expect(offsetAt({ city: 'HOUSTON', state: 'TX' })).toBe(0);
    expect(offsetAt({ city: 'TOKYO', country: 'JP' })).toBe(0);
  });

  it('has an unknown zone elsewhere', () => {
    for (const place of [null, {}, { country: 'US' }, { city: 'HOUSTON' }, { state: 'TX' }]) {
      expect(offsetAt(place)).toBeNull();
    }
  });
});

// EasyPost/easypost-node issue 411: details that the client's own list does not have.
it('keeps a detail that no list has', () => {
  const detail = { status: 'in_transit', status_detail: 'carried_by_stork', datetime: '' };
  expect(reportOf({ tracking_details: [detail] })?.facts).toMatchObject([
    { codes: { status: 'in_transit', status_detail: 'carried_by_stork' } },
  ]);
});

it('the day of delivery is that of the destination', () => {
  const dateOf = (est_delivery_date: string | null, local: string | null) =>
    reportOf({ est_delivery_date, carrier_detail: { est_delivery_date_local: local } })?.snapshot
      .estimatedDelivery?.date;
  expect(dateOf('2026-03-07T03:59:00Z', '2026-03-06')).toBe('2026-03-06');
  expect(dateOf('2026-03-07T00:00:00Z', null)).toBe('2026-03-07');
  expect(dateOf('2026-03-07T03:59:00Z', null)).toBeUndefined();
  expect(dateOf(null, 'soon')).toBeUndefined();
});

it('weights are in grams', () => {
  expect(reportOf({ weight: 16 })?.snapshot.weightG).toBe(454);
  for (const weight of [0, -1, null, 'heavy', 1e12]) {
    expect(reportOf({ weight })?.snapshot.weightG).toBeNull();
  }
});

it('the person who signed is nowhere in a report', () => {
  expect(JSON.stringify(reportOf({ signed_by: 'SOMEBODY' }))).not.toContain('SOMEBODY');
});

it('any document has an outcome, and its reports are about its own numbers', () => {
  const tracker = fc.record(
    {
      object: fc.constantFrom('Tracker', 'Event', 'Batch'),
      tracking_code: fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
      carrier: fc.string(),
      tracking_details: fc.array(fc.oneof(fc.anything(), fc.record({ status: fc.string() }))),
      weight: fc.anything(),
    },
    { requiredKeys: [] },
  );
  const document = fc.oneof(
    tracker,
    fc.record({ trackers: fc.array(tracker) }),
    fc.record({ object: fc.constant('Event'), result: tracker }),
    fc.json().map((text) => JSON.parse(text) as unknown),
  );
  fc.assert(
    fc.property(document, fc.constantFrom('track', 'webhook'), (value, kind) => {
      const outcome = read(value, kind);
      if (outcome.outcome !== 'reports') return;
      for (const { facts, trackingNumber, fullHistory } of outcome.reports) {
        expect([facts.length > 0, trackingNumber !== '', fullHistory]).toEqual([true, true, false]);
      }
    }),
  );
});
