import { definedOnly } from '../../kernel/defined-only.ts';
import { NO_TIME, type PlaceTime } from '../../kernel/time/place-time.ts';
import { placeTimeFromIso } from '../../kernel/time/zoned-time.ts';
import {
  type CodeMatch,
  EMPTY_SNAPSHOT,
  type ReportedEstimate,
  type ReportedLink,
  type ReportedPlace,
  type ReportSnapshot,
} from '../contract/contract.ts';
import { numbers } from './numbers.ts';
import type { Address, TrackResult } from './schema.ts';
import { eventOfWords, refinedByWords } from './words.ts';

/** The units in order of preference. Answers have both, and kilograms need no conversion. */
const UNITS: readonly (readonly [unit: string, grams: number])[] = [
  ['KG', 1_000],
  ['LB', 453.592_37],
];
/** Limit of a weight, a thousand tonnes: a larger figure is not a parcel's. */
const WEIGHT_G_MAX = 1e9;
const PIECES_MAX = 100_000;

const PROOFS: ReadonlyMap<string, string> = new Map([
  ['SIGNATURE_PROOF_OF_DELIVERY', 'signature'],
  ['BILL_OF_LADING', 'document'],
]);

const LINKS: ReadonlyMap<string, Pick<ReportedLink, 'kind' | 'carrier'>> = new Map([
  ['RETURNED_TO_SHIPPER_TRACKING_NUMBER', { kind: 'return', carrier: 'fedex' }],
  ['REROUTE_TRACKING_NUMBER', { kind: 'reroute', carrier: 'fedex' }],
  ['PARTNER_CARRIER_NUMBER', { kind: 'partner_leg', carrier: null }],
]);

/** Reads the part of a result about the parcel as a whole. */
export function snapshotOf(life: TrackResult): ReportSnapshot {
  return {
    ...EMPTY_SNAPSHOT,
    estimatedDelivery: estimateOf(life),
    summary: summaryOf(life),
    serviceLevel: life.serviceDetail?.type ?? null,
    weightG: weightOf(life),
    piecesTotal: piecesOf(life),
    destination:
      placeOf(life.lastUpdatedDestinationAddress) ??
      placeOf(life.recipientInformation?.address) ??
      placeOf(life.destinationLocation?.locationContactAndAddress?.address),
    origin:
      placeOf(life.shipperInformation?.address) ??
      placeOf(life.originLocation?.locationContactAndAddress?.address),
    proofs: proofsOf(life),
  };
}

/** The links of a parcel: numbers under which it continues, or from which it came. */
export function linksOf(life: TrackResult, own: string): readonly ReportedLink[] {
  const links = new Map<string, ReportedLink>();
  for (const identifier of life.additionalTrackingInfo?.packageIdentifiers ?? []) {
    const link = LINKS.get(identifier?.type ?? '');
    if (link === undefined) continue;
    for (const value of [...(identifier?.values ?? []), ...(identifier?.value ?? [])]) {
      if (value === null) continue;
      const trackingNumber = link.carrier === null ? value : numbers.normalize(value);
      if (trackingNumber !== own)
        links.set(`${link.kind} ${trackingNumber}`, { ...link, trackingNumber });
    }
  }
  return [...links.values()];
}

/**
 * Reads the estimated delivery: ESTIMATED_DELIVERY, otherwise the day on which the estimated window
 * ends. The standard transit window is the service's promise, not an estimate for this parcel (the
 * sandbox gives one that ends years after the delivery), and is not read.
 */
function estimateOf(life: TrackResult): ReportedEstimate | null {
  const window = life.estimatedDeliveryTimeWindow?.window;
  const estimated = life.dateAndTimes.find((item) => item?.type === 'ESTIMATED_DELIVERY')?.dateTime;
  const date = [estimated, window?.ends, window?.begins].map(dateOf).find((day) => day !== null);
  if (date === undefined) return null;
  const to = clockOn(date, window?.ends) ?? clockOn(date, estimated);
  return { date, from: clockOn(date, window?.begins), to };
}

function dateOf(iso: string | undefined): string | null {
  return placeTimeFromIso(iso ?? '')?.local?.slice(0, 10) ?? null;
}

/**
 * The time as written, if it is on `date` and not midnight, which means "no hour"; otherwise null.
 */
function clockOn(date: string, iso: string | undefined): string | null {
  const local = placeTimeFromIso(iso ?? '')?.local ?? null;
  if (iso === undefined || local === null || !hasHour(local)) return null;
  return local.startsWith(date) ? iso : null;
}

function hasHour(local: string): boolean {
  return local.length > 10 && !/T00:00(:00)?$/.test(local);
}

/** Reads the current status. The time of a delivery, if there is one, is ACTUAL_DELIVERY. */
function summaryOf(life: TrackResult): ReportSnapshot['summary'] {
  const status = life.latestStatusDetail;
  const reason = status?.ancillaryDetails.find((detail) => detail?.reason !== undefined)?.reason;
  const { code, derivedCode, description, statusByLocale } = status ?? {};
  const words = description ?? statusByLocale;
  const derived =
    derivedCode === undefined ? undefined : usableDerivedCode(derivedCode, words, life);
  const given = code ?? (derivedCode === undefined ? eventOfWords(words) : derived) ?? undefined;
  const event = refinedByWords(given, eventOfWords(description) === null ? statusByLocale : words);
  const codes = codesOf(event, reason, derivedCode);
  if (codes === null) return null;
  return { codes, time: event === 'DL' ? deliveredAt(life) : NO_TIME };
}

/**
 * The summary code alone, or undefined if it is ambiguous. Only a delivery needs more: its words
 * or, without any, its day, because returns have the same summary code.
 */
function usableDerivedCode(derived: string, words: string | undefined, life: TrackResult) {
  if (derived !== 'DL') return derived;
  const hasDay = life.dateAndTimes.some((item) => item?.type === 'ACTUAL_DELIVERY');
  const isDelivery = words === undefined ? hasDay : eventOfWords(words) === derived;
  return isDelivery ? derived : undefined;
}

/**
 * Reads the time of a delivery. Midnight is a placeholder, as in the API description's own example,
 * and not a time.
 */
function deliveredAt(life: TrackResult): PlaceTime {
  const actual = life.dateAndTimes.find((item) => item?.type === 'ACTUAL_DELIVERY')?.dateTime;
  const time = placeTimeFromIso(actual ?? '');
  return time?.local && hasHour(time.local) ? time : NO_TIME;
}

function weightOf(life: TrackResult): number | null {
  const weights = life.packageDetails?.weightAndDimensions?.weight ?? [];
  for (const [unit, grams] of UNITS) {
    const value = weights.find((weight) => weight?.unit?.toUpperCase() === unit)?.value ?? 0;
    if (value > 0 && value * grams < WEIGHT_G_MAX) return Math.round(value * grams);
  }
  return null;
}

function piecesOf(life: TrackResult): number | null {
  const count = Number(life.packageDetails?.count ?? '');
  return Number.isInteger(count) && count > 0 && count <= PIECES_MAX ? count : null;
}

function proofsOf(life: TrackResult): readonly string[] {
  const proofs = life.availableImages.map((image) => PROOFS.get(image?.type ?? ''));
  return [...new Set(proofs.filter((proof) => proof !== undefined))];
}

/**
 * The codes of an event under the manifest's keys; null when there is none. An exception alone is
 * no event.
 */
export function codesOf(
  event: string | undefined,
  exception: string | undefined,
  derived: string | undefined,
): CodeMatch | null {
  if (event === undefined && derived === undefined) return null;
  return {
    ...definedOnly({ event, exception, derived }),
  };
}

/**
 * Reads a place: only the city and coarser parts, because streets are personal data and nothing
 * needs them.
 */
export function placeOf(
  address: Address,
  facility: string | undefined = undefined,
): ReportedPlace | null {
  const country = address?.countryCode?.toUpperCase();
  const place: ReportedPlace = {
    city: address?.city ?? null,
    region: address?.stateOrProvinceCode ?? null,
    postalCode: postalCode(address?.postalCode, country),
    country: country !== undefined && /^[A-Z]{2}$/.test(country) ? country : null,
    facility: facility ?? null,
  };
  return Object.values(place).some((value) => value !== null) ? place : null;
}

/** Reads a postal code. ZIP+4 comes without its dash (`471307761`, seen in the sandbox). */
function postalCode(code: string | undefined, country: string | undefined): string | null {
  if (code === undefined) return null;
  const zip4 = country === 'US' ? /^(\d{5})(\d{4})$/.exec(code) : null;
  return zip4 === null ? code : `${zip4[1]}-${zip4[2]}`;
}
