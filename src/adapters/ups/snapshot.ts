import { NO_TIME, type PlaceTime } from '../../kernel/time/place-time.ts';
import {
  EMPTY_SNAPSHOT,
  type ReportedEstimate,
  type ReportedPlace,
  type ReportSnapshot,
} from '../contract/contract.ts';
import { type CodeList, clockOf, codesOf, codesOrWords, dateOf, placeOf, timeOf } from './facts.ts';
import type { Parcel } from './schema.ts';

const GRAMS: ReadonlyMap<string, number> = new Map([
  ['LBS', 453.592_37],
  ['KGS', 1_000],
]);
/** Limit of a weight, a thousand tonnes: a larger figure is not a parcel's. */
const WEIGHT_G_MAX = 1e9;
const PIECES_MAX = 100_000;

/** The types of `deliveryTime` that are a window; others are only a latest time. */
const WINDOW_TYPES = ['EDW', 'CDW', 'IDW'];
const DEADLINE_TYPES = ['CMT'];

/** Reads the part of an answer about the package as a whole. */
export function snapshotOf(parcel: Parcel, list: CodeList): ReportSnapshot {
  const destination = addressOf(parcel, 'DESTINATION');
  return {
    ...EMPTY_SNAPSHOT,
    estimatedDelivery: estimateOf(parcel),
    summary: summaryOf(parcel, list, destination),
    serviceLevel: parcel.service?.description ?? parcel.service?.code ?? null,
    weightG: weightOf(parcel),
    piecesTotal: piecesOf(parcel),
    destination,
    origin: addressOf(parcel, 'ORIGIN'),
    proofs: proofsOf(parcel),
  };
}

/**
 * Reads the estimated delivery. A rescheduled day takes precedence over the scheduled one; times
 * are local to the destination and come without an offset.
 */
function estimateOf(parcel: Parcel): ReportedEstimate | null {
  for (const type of ['RDD', 'SDD']) {
    const given = parcel.deliveryDate.find((item) => item?.type === type)?.date;
    const date = dateOf(given);
    if (date === null) continue;
    const { type: kind = '', startTime, endTime } = parcel.deliveryTime ?? {};
    const isWindow = WINDOW_TYPES.includes(kind);
    return {
      date,
      from: isWindow ? hourOn(given, startTime) : null,
      to: isWindow || DEADLINE_TYPES.includes(kind) ? hourOn(given, endTime) : null,
    };
  }
  return null;
}

function hourOn(date: string | undefined, time: string | undefined): string | null {
  const clock = clockOf(date, time);
  return clock !== null && clock.length > 10 ? clock : null;
}

/**
 * Reads the current status; for a delivered parcel UPS also gives the local time. Three digits as
 * the `code` of freight may be of either list, and 011 is "Delivered" in one and on the road in the
 * other: they are not read.
 */
function summaryOf(
  parcel: Parcel,
  list: CodeList,
  destination: ReportedPlace | null,
): ReportSnapshot['summary'] {
  const status = parcel.currentStatus;
  const isEither = list === 'freight' && /^\d{3}$/.test(status?.code ?? '');
  const { type, code, statusCode, description } = status ?? {};
  const codes = isEither
    ? codesOf(type, undefined, statusCode, list)
    : codesOrWords(type, code, statusCode, description, list);
  return codes === null ? null : { codes, time: deliveredAt(parcel, destination) };
}

function deliveredAt(parcel: Parcel, destination: ReportedPlace | null): PlaceTime {
  const date = parcel.deliveryDate.find((item) => item?.type === 'DEL')?.date;
  if (date === undefined) return NO_TIME;
  const time = parcel.deliveryTime?.type === 'DEL' ? parcel.deliveryTime.endTime : undefined;
  return timeOf({ date, time }, destination);
}

function addressOf(parcel: Parcel, type: string): ReportedPlace | null {
  const address = parcel.packageAddress.find((item) => item?.type === type)?.address;
  return placeOf({
    city: address?.city,
    region: address?.stateProvince,
    postalCode: address?.postalCode,
    country: address?.countryCode ?? address?.country,
    facility: undefined,
  });
}

function weightOf(parcel: Parcel): number | null {
  const grams = GRAMS.get(parcel.weight?.unitOfMeasurement?.toUpperCase() ?? '') ?? 0;
  const weightG = Math.round((parcel.weight?.weight ?? 0) * grams);
  return weightG > 0 && weightG < WEIGHT_G_MAX ? weightG : null;
}

function piecesOf(parcel: Parcel): number | null {
  const count = parcel.packageCount ?? 0;
  return Number.isInteger(count) && count > 0 && count <= PIECES_MAX ? count : null;
}

/** The kinds of proof that have content, not just flags about one; the images themselves are not read here. */
function proofsOf(parcel: Parcel): readonly string[] {
  const { signature, deliveryPhoto, pod } = parcel.deliveryInformation ?? {};
  return [
    ...(signature?.image ? ['signature'] : []),
    ...(deliveryPhoto?.photo ? ['photo'] : []),
    ...(pod?.content ? ['document'] : []),
  ];
}
