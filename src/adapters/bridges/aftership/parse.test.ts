import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from './parse.ts';

const read = (value: unknown, kind: 'track' | 'webhook' = 'track') =>
  parse({ text: JSON.stringify(value), kind });

function reportOf(tracking: object) {
  const checkpoints = [{ tag: 'InTransit', subtag: 'InTransit_001' }];
  const data = { tracking_number: 'AB123', slug: 'fedex', checkpoints, ...tracking };
  const outcome = read({ meta: { code: 200 }, data });
  return outcome.outcome === 'reports' ? outcome.reports[0] : undefined;
}

it('a checkpoint of the merchant’s own is no fact of the carrier', () => {
  const checkpoints = [
    { tag: 'InTransit', subtag: 'InTransit_001', source: 'carrier' },
    { tag: 'Delivered', subtag: 'Delivered_001', source: 'user' },
  ];
  expect(reportOf({ checkpoints })?.facts.map(({ codes }) => codes)).toEqual([
    { tag: 'InTransit', subtag: 'InTransit_001' },
  ]);
});

it('times are as exact as the carrier gives them', () => {
  const timeOf = (checkpoint_time: string) =>
    reportOf({ checkpoints: [{ tag: 'InTransit', checkpoint_time }] })?.facts[0]?.time;
  expect(timeOf('2026-03-02')).toMatchObject({ precision: 'date', offsetMin: null });
  expect(timeOf('2026-03-02T10:12:00')).toMatchObject({ precision: 'second', offsetMin: null });
  expect(timeOf('2026-03-02T10:12:00-05:00')).toMatchObject({ offsetMin: -300 });
  expect(timeOf('tomorrow')).toMatchObject({ precision: 'none' });
});

it('the same checkpoint is one fact, whatever else AfterShip says about it', () => {
  const at = { tag: 'InTransit', subtag: 'InTransit_003', checkpoint_time: '2026-03-02T10:12:00' };
  const identityWith = (more: object) =>
    reportOf({ checkpoints: [{ ...at, ...more }] })?.facts[0]?.identity;
  expect(identityWith({ message: 'Arrived', city: 'Berlin', hash: 'a1', raw_tag: 'AR' })).toEqual(
    identityWith({ message: 'Angekommen', checkpoint_time: '2026-03-02T10:12:00+01:00' }),
  );
});

it('only a true return flag says anything', () => {
  expect(reportOf({ return_to_sender: true })?.snapshot.returnFlag).toBe(true);
  expect(reportOf({ return_to_sender: false })?.snapshot.returnFlag).toBeNull();
});

it('AfterShip’s own prediction is no estimate of the carrier', () => {
  const predicted = { estimated_delivery_date: '2026-03-09' };
  expect(
    reportOf({ aftership_estimated_delivery_date: predicted })?.snapshot.estimatedDelivery,
  ).toBeNull();
  expect(
    reportOf({ courier_estimated_delivery_date: predicted })?.snapshot.estimatedDelivery,
  ).toEqual({ date: '2026-03-09', from: null, to: null });
});

it('people are nowhere in a report', () => {
  const people = { signed_by: 'SOMEBODY', customers: [{ name: 'SOMEBODY' }] };
  expect(JSON.stringify(reportOf(people))).not.toContain('SOMEBODY');
});

it('any document has an outcome, and its reports are about its own numbers', () => {
  const tracking = fc.record(
    {
      tracking_number: fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
      slug: fc.string(),
      checkpoints: fc.array(fc.oneof(fc.anything(), fc.record({ tag: fc.string() }))),
      shipment_weight: fc.anything(),
      last_mile: fc.anything(),
    },
    { requiredKeys: [] },
  );
  const document = fc.oneof(
    fc.record({ meta: fc.record({ code: fc.integer() }), data: tracking }),
    fc.record({ data: fc.record({ trackings: fc.array(tracking) }) }),
    fc.record({ event: fc.string(), msg: tracking }),
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
