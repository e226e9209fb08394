import { hash } from 'node:crypto';
import { definedOnly } from '../../../kernel/defined-only.ts';
import type { PostalCodes } from '../../../kernel/places/postal-codes.ts';
import { isTerminal } from '../../../kernel/status.ts';
import { wallClockAt } from '../../../kernel/time/zoned-time.ts';
import {
  dayOverMs,
  type Forecast,
  type ParcelPredictor,
  predictParcel,
  type Reason,
} from '../../../prediction/index.ts';
import {
  type EstimateOverride,
  lastDayOf,
  type ParcelSnapshot,
  type PredictionMade,
  passedEstimate,
  shownEstimate,
} from '../../../tracking/index.ts';
import type { Cohort } from './cohort.ts';
import { type Journey, journeyOf } from './journey.ts';
import { parcelOf } from './parcel-of.ts';
import type { KnownBefore, PredictionRow } from './rows.ts';

/** What dates are worked out with, for many parcels. */
export interface PredictionContext
  extends Pick<ParcelPredictor, 'policy' | 'calendarOf' | 'learner' | 'nowMs'> {
  /** Null while no model is active. */
  readonly modelVersion: number | null;
  readonly cohort: Cohort;
  /** Absent: nobody knows where postal codes lie. */
  readonly postalCodes?: Pick<PostalCodes, 'find'>;
}

/** Everything to show, announce and store for one parcel. */
export interface PredictionResult {
  readonly snapshot: ParcelSnapshot;
  readonly journey: Journey | null;
  /** Null: nobody can say when it comes, or it has come. */
  readonly forecast: Forecast | null;
  readonly made: PredictionMade;
  /** What the calendar at the destination shows; null: nobody knows which. */
  readonly today: string | null;
  readonly row: PredictionRow;
}

/** Pure. */
export function workOut(
  context: PredictionContext,
  snapshot: ParcelSnapshot,
  before: KnownBefore | null,
): PredictionResult {
  const { shipment } = snapshot;
  const { nowMs } = context;
  const journey = journeyOf(snapshot, nowMs, before, context.postalCodes);
  const parcel = parcelOf(snapshot, journey, before);
  const way = journey?.parcel ?? null;
  const by: ParcelPredictor = {
    ...context,
    records: context.cohort.records(shipment.carrier),
    profiles: way === null ? {} : context.cohort.profiles(way.origin, way.destination),
    drive: null,
    arrival: before?.arrival ?? null,
  };
  const forecast = predictParcel(by, parcel);
  const hasEnded = isTerminal(shipment.state.status);
  const passed = passedEstimate(shipment, parcel.zone, nowMs);
  const predicted = hasEnded ? lastWord(snapshot) : overrideOf(forecast, passed);
  return {
    snapshot,
    journey,
    forecast,
    today: dayAt(nowMs, parcel.zone),
    made: {
      shipment,
      predicted,
      announced: before === null ? null : before.announced,
      updates:
        forecast?.warning.step === 'delay_predicted'
          ? [{ type: 'shipment.delay_predicted', also: {} }]
          : [],
    },
    row: {
      shipmentId: shipment.id,
      tenant: { merchantId: shipment.merchantId, mode: shipment.mode },
      isDelivered: shipment.state.status === 'delivered',
      ...storedOf(forecast, predicted),
      dueAtMs: forecast?.dueAtMs ?? (hasEnded ? null : overAtMs(snapshot, parcel.zone, nowMs)),
      modelVersion: forecast?.predicted == null ? null : context.modelVersion,
      featuresHash: hashOf(parcel, forecast),
      warning: forecast?.warning.state ?? parcel.before.warning,
      moved: forecast === null ? parcel.before.moved : forecast.moved,
      announced: shownEstimate({ ...shipment, predicted }),
    },
  };
}

/**
 * What was expected of one that has come stays to be seen; of one that turned back nothing of ours
 * is, and a carrier's day that was not shown any more is not shown again.
 */
function lastWord({ shipment: { state, predicted } }: ParcelSnapshot): EstimateOverride | null {
  if (state.status === 'delivered' || predicted === null) return predicted;
  return predicted.passed === undefined ? null : { date: null, passed: predicted.passed };
}

/** Ours; where there is none, nothing in place of a carrier's day that is over. */
function overrideOf(forecast: Forecast | null, passed: string | null): EstimateOverride | null {
  const over = passed === null ? {} : { passed };
  const withdrawn = passed === null ? null : { date: null, passed };
  if (forecast === null) return withdrawn;
  const { date, from, to, source, confidence, late, stopsBefore, arriving } = forecast.prediction;
  if (date === null || source === 'none') return withdrawn;
  const courier = {
    ...definedOnly({ stopsBefore }),
    ...(arriving ? { arriving } : {}),
  };
  return { date, from, to, source, confidence, late, moved: forecast.moved, ...courier, ...over };
}

function dayAt(nowMs: number, zone: string | null): string | null {
  if (zone === null) return null;
  return wallClockAt(new Date(nowMs).toISOString(), zone)?.slice(0, 10) ?? null;
}

/** When the carrier's day, of a parcel that has no date of ours, is over; null: it is, or never. */
function overAtMs({ shipment }: ParcelSnapshot, zone: string | null, nowMs: number): number | null {
  const estimate = shipment.state.estimatedDelivery;
  const overMs = estimate === null ? null : dayOverMs(lastDayOf(estimate), zone);
  return overMs !== null && overMs > nowMs ? overMs : null;
}

function storedOf(forecast: Forecast | null, shown: EstimateOverride | null) {
  const prediction = forecast?.prediction;
  return {
    source: prediction?.source ?? 'none',
    date: prediction?.date ?? null,
    from: prediction?.from ?? null,
    to: prediction?.to ?? null,
    confidence: prediction?.confidence ?? 0,
    late: prediction?.late ?? false,
    reasons: {
      chain: withPassed(prediction?.reasons ?? [], shown),
      drivers: forecast?.predicted?.drivers ?? [],
    },
    missProbability: forecast?.missProbability ?? null,
  };
}

/** That no date is shown has a reason, also where nothing was to be chosen from. */
function withPassed(reasons: readonly Reason[], shown: EstimateOverride | null): readonly Reason[] {
  if (shown?.date !== null || reasons.some(({ code }) => code === 'carrier_passed')) return reasons;
  return [...reasons, { code: 'carrier_passed', date: shown.passed }];
}

/** Of all that it was worked out from but the time: two alike were made of the same. */
function hashOf({ before: _, ...parcel }: ReturnType<typeof parcelOf>, forecast: Forecast | null) {
  const row = forecast?.predicted?.row ?? [];
  const text = JSON.stringify([parcel, [...row].map((value) => String(value))]);
  return hash('sha256', text, 'base64url').slice(0, 22);
}
