import { seededRandom } from '../../../src/kernel/seeded-random.ts';
import type { Parcel, ParcelPlace, ParcelStop } from '../../../src/prediction/sample/parcel.ts';

import { PARCEL_COLUMNS } from '../../../src/prediction/sample/read-open.ts';

/** Parcels of a synthetic land: six regions in a row; farther ones take longer. */
export interface Land {
  readonly days: number;
  readonly parcelsADay: number;
  readonly seed: number;
  /** Factor on transit times for hand-overs on that day; absent: 1. */
  readonly drift?: (day: number) => number;
}

const DAY_MS = 86_400_000;
const FIRST_MS = Date.UTC(2026, 0, 5);
const REGIONS = ['AA', 'BB', 'CC', 'DD', 'EE', 'FF'];
/** Of the logarithm of a time in transit. */
const SPREAD = 0.45;

/** The same land gives the same parcels; all are delivered in the end. */
export function deliveredParcels({ days, parcelsADay, seed, drift = () => 1 }: Land): Parcel[] {
  const random = seededRandom(seed);
  const uniform = () => (random() + 0.5) / 2 ** 32;
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return Array.from({ length: days * parcelsADay }, (_, index): Parcel => {
    const day = Math.floor(index / parcelsADay);
    const from = Math.floor(uniform() ** 2 * REGIONS.length);
    const to = Math.floor(uniform() * REGIONS.length);
    const handedOverMs = FIRST_MS + (day + 0.4 + 0.4 * uniform()) * DAY_MS;
    const usual = (2 + 1.2 * Math.abs(from - to)) * drift(day);
    const deliveredMs = handedOverMs + usual * Math.exp(SPREAD * normal()) * DAY_MS;
    const moment = (ms: number) => ({ instantMs: Math.floor(ms), wallMs: Math.floor(ms) });
    return {
      id: `P${seed}-${index}`,
      carrier: 'acme',
      serviceLevel: uniform() < 0.3 ? 'express' : 'ground',
      sender: `S${Math.floor(uniform() * 20)}`,
      origin: placeOf(from, '000'),
      destination: placeOf(to, String(Math.floor(uniform() * 4)).padStart(3, '1')),
      weightG: Math.round(200 + 3_000 * uniform()),
      labelAt: moment(handedOverMs - uniform() * DAY_MS),
      handedOverAt: moment(handedOverMs),
      deliveredAt: moment(deliveredMs),
      promisedDay: Math.floor(handedOverMs / DAY_MS) + 15,
    };
  });
}

/**
 * The same parcels with what was scanned of them: at a hub of the origin, at one between, at the
 * depot a day before or so, and on the vehicle some hours before; one in twenty, or whatever part is
 * `failing`, is brought a day before or two for nothing. The same seed gives the same stops.
 */
export function withStops(parcels: readonly Parcel[], seed: number, failing = 0.05): Parcel[] {
  const random = seededRandom(seed);
  const uniform = () => (random() + 0.5) / 2 ** 32;
  return parcels.map((parcel): Parcel => {
    const fromMs = parcel.handedOverAt.instantMs;
    const toMs = parcel.deliveredAt?.instantMs ?? fromMs;
    const days = (toMs - fromMs) / DAY_MS;
    const atEnd = (daysBefore: number) => Math.max(0, days - Math.min(daysBefore, 0.6 * days));
    const atDepot = 0.6 + 0.9 * uniform();
    const onVehicle = 0.05 + 0.3 * uniform();
    const { origin, destination } = parcel;
    const stop = (status: ParcelStop['status'], atDays: number, facility: string): ParcelStop => {
      const ms = Math.floor(fromMs + atDays * DAY_MS);
      const at = { instantMs: ms, wallMs: ms };
      return { at, status, country: 'XX', facility, estimateDay: null };
    };
    const here = `DEPOT ${destination.region}`;
    const failed = uniform() < failing && days > 4;
    const attempt = days - 0.6 - 1.5 * uniform();
    const depot = failed ? attempt - atDepot : atEnd(atDepot);
    const vehicle = failed ? days - onVehicle : Math.max(depot, atEnd(onVehicle));
    const stops = [
      stop('in_transit', days * (0.1 + 0.1 * uniform()), `HUB ${origin.region}`),
      stop('in_transit', Math.min(depot, days * (0.35 + 0.2 * uniform())), 'MIDDLE'),
      stop('at_facility', depot, here),
      ...(failed ? [stop('out_for_delivery', attempt - onVehicle, here)] : []),
      ...(failed ? [stop('delivery_attempted', attempt, here)] : []),
      stop('out_for_delivery', vehicle, here),
    ];
    return { ...parcel, stops };
  });
}

/** As the commands read them. */
export function toParcelCsv(parcels: readonly Parcel[]): string {
  const time = (ms: number | undefined) => (ms === undefined ? '' : new Date(ms).toISOString());
  const lines = parcels.map((parcel) =>
    [
      parcel.id,
      parcel.carrier,
      parcel.serviceLevel,
      parcel.sender,
      ...placeCells(parcel.origin),
      ...placeCells(parcel.destination),
      parcel.weightG ?? '',
      time(parcel.labelAt?.instantMs),
      time(parcel.handedOverAt.instantMs),
      time(parcel.deliveredAt?.instantMs),
      parcel.promisedDay === null ? '' : time(parcel.promisedDay * DAY_MS).slice(0, 10),
    ].join(','),
  );
  return [PARCEL_COLUMNS.join(','), ...lines, ''].join('\n');
}

function placeOf(index: number, suffix: string): ParcelPlace {
  const region = REGIONS[index] ?? '';
  return { country: 'XX', region, postal: `${index}${suffix}`, lat: index * 2, lng: 10 };
}

function placeCells({ country, region, postal, lat, lng }: ParcelPlace) {
  return [country, region, postal, lat ?? '', lng ?? ''];
}
