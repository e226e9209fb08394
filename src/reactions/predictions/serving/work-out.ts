import { createHash } from 'node:crypto';
import { type Foreteller, type Foretold, foretell } from '../../../prediction/index.ts';
import type { ParcelSeen, PredictedDelivery, PredictionMade } from '../../../tracking/index.ts';
import type { Company } from './company.ts';
import { type Journey, journeyOf } from './journey.ts';
import { parcelOf } from './parcel-of.ts';
import type { KnownBefore, PredictionRow } from './rows.ts';

/** What dates are worked out with, for many parcels. */
export interface Desk extends Pick<Foreteller, 'policy' | 'calendarOf' | 'learner' | 'nowMs'> {
  /** Null while no model is in force. */
  readonly modelVersion: number | null;
  readonly company: Company;
}

/** All that is to be shown, told and kept of one parcel. */
export interface WorkedOut {
  readonly seen: ParcelSeen;
  readonly journey: Journey | null;
  /** Null: nobody can say when it comes, or it has come. */
  readonly foretold: Foretold | null;
  readonly made: PredictionMade;
  readonly row: PredictionRow;
}

/** Pure. */
export function workOut(desk: Desk, seen: ParcelSeen, before: KnownBefore | null): WorkedOut {
  const { shipment } = seen;
  const { nowMs } = desk;
  const journey = journeyOf(seen, nowMs, before?.stops);
  const parcel = parcelOf(seen, journey, before);
  const way = journey?.parcel ?? null;
  const by: Foreteller = {
    ...desk,
    records: desk.company.records(shipment.carrier),
    profiles: way === null ? {} : desk.company.profiles(way.origin, way.destination),
    drive: null,
  };
  const foretold = foretell(by, parcel);
  const predicted = foretold === null ? lastWord(seen) : shownOf(foretold);
  return {
    ...{ seen, journey, foretold },
    made: {
      shipmentId: shipment.id,
      sequence: shipment.sequence,
      predicted,
      news:
        foretold?.warning.step === 'delay_predicted'
          ? [{ type: 'shipment.delay_predicted', also: {} }]
          : [],
    },
    row: {
      shipmentId: shipment.id,
      tenant: { merchantId: shipment.merchantId, mode: shipment.mode },
      ...storedOf(foretold),
      modelVersion: foretold?.foreseen == null ? null : desk.modelVersion,
      featuresHash: hashOf(parcel, foretold),
      warning: foretold?.warning.state ?? parcel.before.warning,
      moved: foretold === null ? parcel.before.moved : foretold.moved,
    },
  };
}

/** What was expected of one that has come stays to be seen; of one that turned back nothing is. */
function lastWord({ shipment }: ParcelSeen): PredictedDelivery | null {
  return shipment.state.status === 'delivered' ? shipment.predicted : null;
}

function shownOf({ prediction, moved }: Foretold): PredictedDelivery | null {
  const { date, from, to, source, confidence, late } = prediction;
  if (date === null || source === 'none') return null;
  return { date, from, to, source, confidence, late, moved };
}

function storedOf(foretold: Foretold | null) {
  const prediction = foretold?.prediction;
  return {
    source: prediction?.source ?? 'none',
    date: prediction?.date ?? null,
    from: prediction?.from ?? null,
    to: prediction?.to ?? null,
    confidence: prediction?.confidence ?? 0,
    late: prediction?.late ?? false,
    reasons: {
      chain: prediction?.reasons ?? [],
      drivers: foretold?.foreseen?.drivers ?? [],
    },
    missProbability: foretold?.missProbability ?? null,
    dueAtMs: foretold?.dueAtMs ?? null,
  };
}

/** Of all that it was worked out from but the time: two alike were made of the same. */
function hashOf({ before: _, ...parcel }: ReturnType<typeof parcelOf>, foretold: Foretold | null) {
  const row = foretold?.foreseen?.row ?? [];
  const text = JSON.stringify([parcel, [...row].map((value) => String(value))]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
