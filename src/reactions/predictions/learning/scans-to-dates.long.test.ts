import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliveredParcels, withStops } from '../../../../test/support/parcels/delivered-parcels.ts';
import { createLog } from '../../../platform/observability/log.ts';
import type { Moment, Parcel, ParcelStop } from '../../../prediction/index.ts';
import { registerShipment } from '../../../tracking/ports/shipments.ts';
import { body, type TestReport } from '../../../tracking/test-acme.ts';
import { openActiveModel } from '../models/active-model.ts';
import { startTestServing, type TestServing } from '../serving/test-serving.ts';
import { learn } from './learn.ts';
import { learnOnce } from './learning.ts';
import { TERMS } from './test-journeys.ts';

const DAY_MS = 86_400_000;
/** The offset of Chicago from UTC in summer. */
const OFFSET_MIN = -300;
const STATES: Readonly<Record<string, string>> = {
  AA: 'WA',
  BB: 'MT',
  CC: 'CO',
  DD: 'MN',
  EE: 'IA',
  FF: 'IL',
};
const CODES: Readonly<Record<string, string>> = {
  in_transit: 'MOVE',
  at_facility: 'HUB',
  out_for_delivery: 'OFD',
  delivery_attempted: 'MISS',
};
/** The test's clock begins on 10 March; what is older than a registration by weeks is another's. */
const LATER_MS = 66 * DAY_MS;
const LAND = withStops(deliveredParcels({ days: 92, parcelsADay: 8, seed: 71 }), 72).map(later);
/** When somebody was known. */
const REPORTED_DAYS_MS = ['2026-04-10', '2026-05-11', '2026-08-20'].map((day) => Date.parse(day));
const PUSHED_TOGETHER = 60;

const address = ({ region }: Parcel['origin']) => ({
  country: 'US',
  region: STATES[region] ?? '',
  postal_code: '',
});

function later(parcel: Parcel): Parcel {
  const moved = ({ instantMs, wallMs }: Moment) => ({
    instantMs: instantMs + LATER_MS,
    wallMs: wallMs + LATER_MS,
  });
  return {
    ...parcel,
    handedOverAt: moved(parcel.handedOverAt),
    deliveredAt: parcel.deliveredAt && moved(parcel.deliveredAt),
    stops: (parcel.stops ?? []).map((stop) => ({ ...stop, at: moved(stop.at) })),
  };
}

/** The carrier's report about a parcel by then. */
function reportBy(parcel: Parcel, nowMs: number): Omit<TestReport, 'number'> {
  const event = (code: string, ms: number, facility: string) => ({
    at: new Date(ms + OFFSET_MIN * 60_000).toISOString().slice(0, 19),
    code,
    offsetMin: OFFSET_MIN,
    place: { facility, country: 'US' },
  });
  const { handedOverAt, deliveredAt, stops = [], destination } = parcel;
  const scans = stops.map(({ status, at, facility }) => ({
    ms: at.instantMs,
    event: event(CODES[status] ?? 'MOVE', at.instantMs, facility),
  }));
  const ends = deliveredAt === null ? [] : [deliveredAt.instantMs];
  return {
    events: [
      { ms: handedOverAt.instantMs, event: event('PICK', handedOverAt.instantMs, 'SHOP') },
      ...scans,
      ...ends.map((ms) => ({ ms, event: event('DEL', ms, `DOOR ${destination.region}`) })),
    ]
      .filter(({ ms }) => ms <= nowMs)
      .map((each) => each.event),
  };
}

let test: TestServing;
const register = async (parcel: Parcel) => {
  const { deps, tenant } = test.hub;
  const { shipment } = await registerShipment(
    deps,
    { ...tenant, mode: 'live' },
    {
      carrier: 'acme',
      trackingNumber: parcel.id,
      serviceLevel: parcel.serviceLevel,
      senderId: parcel.sender,
      weightG: parcel.weightG,
      personal: {
        recipient: null,
        origin: address(parcel.origin),
        destination: address(parcel.destination),
      },
    },
  );
  return shipment.id;
};

beforeAll(async () => {
  test = await startTestServing();
  for (const parcel of LAND) await register(parcel);
  let beforeMs = Number.NEGATIVE_INFINITY;
  for (const nowMs of REPORTED_DAYS_MS) {
    test.hub.clock.advance(nowMs - test.hub.clock.nowMs());
    const reported = LAND.flatMap((parcel) => {
      const { events } = reportBy(parcel, nowMs);
      const isUpdate = events.length > reportBy(parcel, beforeMs).events.length;
      return isUpdate ? [{ number: parcel.id, events }] : [];
    });
    for (let from = 0; from < reported.length; from += PUSHED_TOGETHER) {
      const some = reported.slice(from, from + PUSHED_TOGETHER);
      await test.hub.receive({ carrier: 'acme', body: body(...some) });
    }
    beforeMs = nowMs;
  }
  await test.idle();
});
afterAll(() => test.close());

/** Learns from what is stored, and activates the result, as the hub does. */
async function learnAll(): Promise<string> {
  const { db, clock } = test.hub;
  const log = createLog({ level: 'silent' });
  const { outcome } = await learnOnce(
    {
      db,
      databaseUrl: '',
      clock,
      log,
      terms: TERMS,
      learn: (task) => learn(db.pipeline, task),
    },
    { kind: 'duel', dueMs: null, signal: new AbortController().signal },
  );
  const inForce = await openActiveModel({ db, log, clock });
  test.model = inForce.current();
  await inForce.close();
  return outcome;
}

interface StoredPrediction {
  readonly source: string;
  readonly date: string;
  readonly model_version: number;
  readonly features_hash: string;
  readonly reasons: { readonly drivers: readonly unknown[] };
}

/** The prediction that the hub made for a parcel that has got this far. */
async function madeOf(parcel: Parcel, id: string, nowMs: number): Promise<StoredPrediction> {
  const { clock } = test.hub;
  clock.advance(nowMs - clock.nowMs());
  await test.tell(parcel.id, reportBy(parcel, nowMs));
  const [prediction] = await test.rows<StoredPrediction>(
    'select *, date::text as date from edd_predictions where shipment_id = $1',
    [id],
  );
  if (prediction === undefined) throw new Error('nothing was worked out');
  return prediction;
}

describe('what is scanned on the way', () => {
  it('is stored with each live parcel that comes', async () => {
    const [sum] = await test.rows<{ parcels: number; delivered: number; stops: number }>(
      `select count(*)::int as parcels, count(delivered_at)::int as delivered,
              sum(jsonb_array_length(stops))::int as stops from edd_journeys`,
    );
    const stops = LAND.reduce((count, parcel) => count + (parcel.stops ?? []).length, 0);
    expect(sum).toMatchObject({ parcels: LAND.length, delivered: LAND.length });
    expect(sum?.stops).toBeGreaterThan(0.98 * stops);
  });

  it('makes a model that gives dates by it to parcels under way', async () => {
    expect(await learnAll()).toBe('first');
    expect(test.model?.learner.learned().stage.isGrown).toBe(true);

    // Over half of the land, which takes five or six days, and this one only one to the depot.
    const far = LAND.find(
      ({ origin, destination }) => origin.region + destination.region === 'AADD',
    );
    if (far === undefined) throw new Error('no parcels');
    const handedOverMs = Date.parse('2026-08-24T15:00:00Z');
    const stop = (status: 'at_facility' | 'out_for_delivery', hours: number): ParcelStop => {
      const ms = handedOverMs + hours * 3_600_000;
      const at = { instantMs: ms, wallMs: ms };
      return { at, status, country: 'US', facility: 'DEPOT DD', estimateDay: null };
    };
    const parcel: Parcel = {
      ...far,
      id: 'UNDER-WAY',
      handedOverAt: { instantMs: handedOverMs, wallMs: handedOverMs },
      deliveredAt: null,
      stops: [stop('at_facility', 20), stop('out_for_delivery', 46)],
    };
    const id = await register(parcel);
    const atAcceptance = await madeOf(parcel, id, handedOverMs + 60_000);
    const atDepot = await madeOf(parcel, id, handedOverMs + 21 * 3_600_000);
    const onVehicle = await madeOf(parcel, id, handedOverMs + 46.1 * 3_600_000);
    for (const prediction of [atAcceptance, atDepot, onVehicle]) {
      expect(prediction).toMatchObject({ source: 'model', model_version: test.model?.version });
      expect(prediction.reasons.drivers.length).toBeGreaterThan(0);
    }
    expect(atAcceptance.date >= '2026-08-28').toBe(true);
    expect(atDepot.date <= '2026-08-27').toBe(true);
    expect(onVehicle.date).toBe('2026-08-26');
    expect(
      new Set([atAcceptance, atDepot, onVehicle].map((prediction) => prediction.features_hash))
        .size,
    ).toBe(3);
  });
});
