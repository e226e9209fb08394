import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliveredParcels } from '../../../../test/support/parcels/delivered-parcels.ts';
import { isTerminal, READ_STATUSES, STATUSES } from '../../../kernel/status.ts';
import { runs } from '../../../kernel/test-runs.ts';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';
import { openTerms, readPredictionPolicy, trainModel } from '../../../prediction/index.ts';
import { type ParcelSnapshot, shownEstimate } from '../../../tracking/ports/predictions.ts';
import { type PredictionContext, workOut } from './work-out.ts';

fc.configureGlobal({ seed: 20_261_121 });

const NOW_MS = Date.parse('2026-11-20T12:00:00Z');
const HOUR_MS = 3_600_000;
const { policy, calendarOf } = await openTerms(
  await readPredictionPolicy(`${PROJECT_ROOT}config/prediction.yaml`),
)();
const { learner } = trainModel(deliveredParcels({ days: 100, parcelsADay: 8, seed: 3 }), 1);

const oddText = fc.constantFrom(
  '',
  'soon',
  '2026-02-30',
  '9999-12-31T23:59',
  '0000-00-00',
  '\u0000',
);
const local = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .integer({ min: -3_000, max: 400 })
      .map((hours) => new Date(NOW_MS + hours * HOUR_MS).toISOString().slice(0, 19)),
  },
  { weight: 1, arbitrary: oddText },
);
const country = fc.constantFrom('US', 'DE', 'SA', 'XX', '', 'us', '__proto__');
const address = fc.option(
  fc.record({
    country: fc.oneof(country, fc.constant(7)),
    postal_code: fc.constantFrom('60601', '1', '', null, 'x'.repeat(300)),
    region: fc.constantFrom('IL', '', null),
  }),
);
const event = fc.record({
  identity: fc.string(),
  source: fc.constantFrom('carrier', 'internal'),
  code: fc.constant('X'),
  status: fc.constantFrom(...READ_STATUSES),
  reason: fc.constant(null),
  milestone: fc.constant(null),
  occurredAt: fc.option(
    fc
      .integer({ min: -3_000, max: 400 })
      .map((hours) => new Date(NOW_MS + hours * HOUR_MS).toISOString()),
  ),
  occurredLocal: fc.option(local),
  timeZone: fc.constantFrom('America/Chicago', '-05:00', null),
  zoneSource: fc.constant('none'),
  place: fc.option(
    fc.record({
      country: fc.option(country),
      city: fc.constant('Omaha'),
      region: fc.constant(null),
      postalCode: fc.constant('1'),
      facility: fc.option(fc.string()),
    }),
  ),
  verdict: fc.constant('steers'),
});
const day = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .integer({ min: -40, max: 90 })
      .map((days) => new Date(NOW_MS + days * 24 * HOUR_MS).toISOString().slice(0, 10)),
  },
  { weight: 1, arbitrary: oddText },
);
const estimate = fc.option(
  fc.record({
    date: day,
    from: fc.option(fc.oneof(day, local)),
    to: fc.option(fc.oneof(day, local)),
    source: fc.constant('carrier'),
    confidence: fc.constant(null),
  }),
);
const snapshot = fc.record({
  shipment: fc.record({
    id: fc.constant('s'),
    merchantId: fc.constant('m'),
    mode: fc.constantFrom('live', 'test'),
    carrier: fc.constantFrom('acme', 'constructor'),
    trackingNumber: fc.constant('N'),
    sequence: fc.nat(),
    serviceLevel: fc.option(fc.constantFrom('ground', 'express', '__proto__')),
    senderId: fc.option(fc.string()),
    weightG: fc.option(fc.double()),
    promisedDate: fc.option(day),
    predicted: fc.constant(null),
    destinationZone: fc.constantFrom('America/Chicago', 'Europe/Berlin', null, 'Odd/Zone'),
    state: fc.record({
      status: fc.constantFrom(...STATUSES),
      subStatus: fc.option(fc.constantFrom('lost', 'weather_delay', '')),
      confirmed: fc.boolean(),
      expired: fc.boolean(),
      estimatedDelivery: estimate,
      eventZone: fc.constantFrom('Etc/GMT+5', null),
    }),
  }),
  personal: fc.record({ recipient: fc.constant(null), origin: address, destination: address }),
  events: fc.array(event, { maxLength: 8 }),
}) as fc.Arbitrary<unknown> as fc.Arbitrary<ParcelSnapshot>;
const before = fc.option(
  fc.record({
    warning: fc.constantFrom(null, {}, 'x', { promise: null, isAtRisk: false, warned: [] }),
    moved: fc.constant(null),
    announced: fc.constantFrom(null, undefined),
    weather: fc.constantFrom(null, 0.5),
    carrierFirst: fc.option(day),
    stops: fc.constantFrom(null, [], 'x', [{}]),
  }),
);

const context = (withModel: boolean): PredictionContext => ({
  policy,
  calendarOf,
  nowMs: NOW_MS,
  modelVersion: withModel ? 1 : null,
  learner: withModel ? learner : null,
  cohort: { records: () => ({ carrier: null, rule: null }), profiles: () => ({}) },
});

describe('any history of a parcel', () => {
  it('its date can be worked out, is none that is over, and can be stored', () => {
    fc.assert(
      fc.property(snapshot, before, fc.boolean(), (parcel, known, withModel) => {
        const { made, row } = workOut(context(withModel), parcel, known);
        const { predicted } = made;
        expect(row.confidence).toBeGreaterThanOrEqual(0);
        expect(row.confidence).toBeLessThanOrEqual(1);
        if (row.missProbability !== null) {
          expect(row.missProbability).toBeGreaterThanOrEqual(0);
          expect(row.missProbability).toBeLessThanOrEqual(1);
        }
        if (row.dueAtMs !== null) expect(row.dueAtMs).toBeGreaterThan(NOW_MS);
        expect(JSON.stringify(row)).not.toContain('NaN');
        const shown = shownEstimate({ ...parcel.shipment, predicted });
        if (shown === null || isTerminal(parcel.shipment.state.status)) return;
        // The day lasts longest twelve hours behind UTC.
        const last = [shown.date, shown.to?.slice(0, 10) ?? ''].toSorted().at(-1) ?? '';
        expect(last >= '2026-11-20' || !/^\d{4}-\d{2}-\d{2}$/.test(last)).toBe(true);
        if (predicted?.date == null) return;
        expect(predicted.date).toMatch(/^20\d\d-\d\d-\d\d$/);
        expect(predicted.date >= '2026-11-20').toBe(true);
      }),
      { numRuns: runs(2_000) },
    );
  });
});
