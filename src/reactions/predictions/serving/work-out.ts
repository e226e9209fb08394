import { hash } from 'node:crypto';
import { definedOnly } from '../../../kernel/defined-only.ts';
import type { PostalCodes } from '../../../kernel/places/postal-codes.ts';
import { zonesOfPlace } from '../../../kernel/places/zones-of-place.ts';
import { isTerminal } from '../../../kernel/status.ts';
import { wallClockAt } from '../../../kernel/time/zoned-time.ts';
import {
  dayOverMs,
  type Forecast,
  NO_WARNING,
  type ParcelPredictor,
  type ParcelUnderWay,
  type Place,
  predictParcel,
  type Reason,
  type WarningState,
  warningState,
} from '../../../prediction/index.ts';
import {
  type EstimateOverride,
  lastDayOf,
  type ParcelSnapshot,
  type PredictionMade,
  passedEstimate,
  type ShownEstimate,
  shownEstimate,
} from '../../../tracking/ports/predictions.ts';
import type { Cohort } from './cohort.ts';
import { type Journey, journeyOf } from './journey.ts';
import type { PredictionRow, PriorPrediction } from './rows.ts';

/** The dependencies of computing the dates of many parcels. */
export interface PredictionContext
  extends Pick<ParcelPredictor, 'policy' | 'calendarOf' | 'learner' | 'nowMs'> {
  /** The version of the active model; null while there is none. */
  readonly modelVersion: number | null;
  readonly cohort: Cohort;
  /** The locations of postal codes; absent: they are unknown. */
  readonly postalCodes?: Pick<PostalCodes, 'find'>;
}

/** Everything to show, announce and store for one parcel. */
export interface PredictionResult {
  readonly snapshot: ParcelSnapshot;
  readonly journey: Journey | null;
  /** The predicted date; null: it is not predictable, or the parcel has ended. */
  readonly forecast: Forecast | null;
  readonly made: PredictionMade;
  /** The calendar day at the destination; null: its zone is unknown. */
  readonly today: string | null;
  readonly row: PredictionRow;
}

/** Computes everything to show, announce and store for one parcel. Pure. */
export function workOut(
  context: PredictionContext,
  snapshot: ParcelSnapshot,
  before: PriorPrediction | null,
): PredictionResult {
  const { shipment } = snapshot;
  const { nowMs } = context;
  const journey = journeyOf(snapshot, nowMs, before, context.postalCodes);
  const parcel = toPredictionInput(snapshot, journey, before);
  const way = journey?.parcel ?? null;
  const by: ParcelPredictor = {
    ...context,
    records: context.cohort.records(shipment.carrier),
    profiles: way === null ? {} : context.cohort.profiles(way.origin, way.destination),
    arrival: before?.arrival ?? null,
  };
  const forecast = predictParcel(by, parcel);
  const hasEnded = isTerminal(shipment.state.status);
  const passed = passedEstimate(shipment, parcel.zone, nowMs);
  const predicted = hasEnded ? finalEstimate(snapshot) : estimateToShow(forecast, passed);
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
      ...explanationColumns(forecast, predicted),
      dueAtMs:
        forecast?.dueAtMs ?? (hasEnded ? null : estimateOverAtMs(snapshot, parcel.zone, nowMs)),
      modelVersion: forecast?.predicted == null ? null : context.modelVersion,
      featuresHash: hashInputs(parcel, forecast),
      warning: forecast?.warning.state ?? parcel.before.warning,
      moved: forecast === null ? parcel.before.moved : forecast.moved,
      announced: shownEstimate({ ...shipment, predicted }),
    },
  };
}

/**
 * The estimate shown for a parcel that has ended. A delivered parcel keeps its last estimate. For
 * any other, our estimate is removed, and a carrier's date that was no longer shown stays hidden.
 */
function finalEstimate({
  shipment: { state, predicted },
}: ParcelSnapshot): EstimateOverride | null {
  if (state.status === 'delivered' || predicted === null) return predicted;
  return predicted.passed === undefined ? null : { date: null, passed: predicted.passed };
}

/**
 * The estimate to show: ours; if there is none and the carrier's date has passed, an override that
 * hides that date.
 */
function estimateToShow(forecast: Forecast | null, passed: string | null): EstimateOverride | null {
  const withPassedDay = passed === null ? {} : { passed };
  const withdrawn = passed === null ? null : { date: null, passed };
  if (forecast === null) return withdrawn;
  const { date, from, to, source, confidence, late, stopsBefore, arriving } = forecast.prediction;
  if (date === null || source === 'none') return withdrawn;
  const courier = {
    ...definedOnly({ stopsBefore }),
    ...(arriving ? { arriving } : {}),
  };
  return {
    date,
    from,
    to,
    source,
    confidence,
    late,
    moved: forecast.moved,
    ...courier,
    ...withPassedDay,
  };
}

function dayAt(nowMs: number, zone: string | null): string | null {
  if (zone === null) return null;
  return wallClockAt(nowMs, zone)?.slice(0, 10) ?? null;
}

/**
 * When the carrier's estimated day ends, for a parcel without a prediction of ours; null if it has
 * ended or the carrier gave none.
 */
function estimateOverAtMs(
  { shipment }: ParcelSnapshot,
  zone: string | null,
  nowMs: number,
): number | null {
  const estimate = shipment.state.estimatedDelivery;
  const overMs = estimate === null ? null : dayOverMs(lastDayOf(estimate), zone);
  return overMs !== null && overMs > nowMs ? overMs : null;
}

/** The columns of the row that explain the date. */
function explanationColumns(forecast: Forecast | null, shown: EstimateOverride | null) {
  const prediction = forecast?.prediction;
  return {
    source: prediction?.source ?? 'none',
    date: prediction?.date ?? null,
    from: prediction?.from ?? null,
    to: prediction?.to ?? null,
    confidence: prediction?.confidence ?? 0,
    late: prediction?.late ?? false,
    reasons: {
      chain: withPassedReason(prediction?.reasons ?? [], shown),
      drivers: forecast?.predicted?.drivers ?? [],
    },
    missProbability: forecast?.missProbability ?? null,
  };
}

/**
 * Adds the reason why no date is shown, even if there was no prediction: the carrier's date has
 * passed.
 */
function withPassedReason(
  reasons: readonly Reason[],
  shown: EstimateOverride | null,
): readonly Reason[] {
  if (shown?.date !== null || reasons.some(({ code }) => code === 'carrier_passed')) return reasons;
  return [...reasons, { code: 'carrier_passed', date: shown.passed }];
}

/**
 * A hash of all inputs but the time and the earlier dates: predictions with the same hash had the
 * same inputs.
 */
function hashInputs(
  { before: _, ...parcel }: ReturnType<typeof toPredictionInput>,
  forecast: Forecast | null,
) {
  const row = forecast?.predicted?.row ?? [];
  const text = JSON.stringify([parcel, [...row].map((value) => String(value))]);
  return hash('sha256', text, 'base64url').slice(0, 22);
}

/** A parcel snapshot in the form that prediction uses. Pure. */
function toPredictionInput(
  { shipment, personal, events }: ParcelSnapshot,
  journey: Journey | null,
  before: PriorPrediction | null,
): ParcelUnderWay {
  const { state, predicted } = shipment;
  const newestPlace = events.find(({ place }) => place?.country)?.place ?? null;
  const destination = placeOf(personal.destination);
  const origin = placeOf(personal.origin);
  const isInDestinationCountry =
    destination.country === null || destination.country === newestPlace?.country;
  const carrierFirst = before?.carrierFirst ?? state.estimatedDelivery?.date ?? null;
  return {
    status: state.status,
    reason: state.subStatus,
    isExpired: state.expired,
    carrier: shipment.carrier,
    serviceLevel: shipment.serviceLevel,
    way: journey && {
      parcel: journey.parcel,
      acceptance: journey.acceptance,
      newest: journey.newest,
    },
    estimate: state.estimatedDelivery,
    promised: shipment.promisedDate ?? carrierFirst,
    // If the destination is unknown, the country of the last scan is the likeliest.
    destination:
      destination.country === null
        ? { country: newestPlace?.country ?? null, region: null }
        : destination,
    origin,
    zone: shipment.destinationZone ?? (isInDestinationCountry ? state.eventZone : null),
    originZone: originZone(personal.origin),
    before: {
      ...(dateToCompare(shipment, before) ?? { date: null, source: null }),
      moved: predicted === null || predicted.date === null ? null : (before?.moved ?? null),
      warning: readWarning(before?.warning),
    },
  };
}

/**
 * The date with which the next prediction is compared: the one shown when the date was last
 * weighed, because a page may already show the carrier's new one; or the one withdrawn since.
 */
function dateToCompare(
  shipment: ParcelSnapshot['shipment'],
  before: PriorPrediction | null,
): Pick<ShownEstimate, 'date' | 'source'> | null {
  const { predicted, state } = shipment;
  const withdrawn = predicted?.date === null ? state.estimatedDelivery : null;
  if (before?.announced === undefined) return shownEstimate(shipment) ?? withdrawn;
  return before.announced ?? withdrawn;
}

function placeOf(address: Readonly<Record<string, unknown>> | null): Place {
  return { country: textOf(address?.['country']), region: textOf(address?.['region']) };
}

/** The time zone of the sender's address; null: unknown, or the place has several. */
function originZone(address: Readonly<Record<string, unknown>> | null): string | null {
  const country = textOf(address?.['country']);
  if (country === null) return null;
  const postalCode = textOf(address?.['postal_code']);
  const zones = zonesOfPlace({ country, region: textOf(address?.['region']), postalCode });
  return zones.length === 1 ? (zones[0] ?? null) : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** Reads a stored warning state; an unreadable one starts over. */
function readWarning(stored: unknown): WarningState {
  const read = warningState.safeParse(stored);
  return read.success ? read.data : NO_WARNING;
}
