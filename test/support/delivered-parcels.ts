import { seededRandom } from '../../src/prediction/gbdt/seeded-random.ts';
import type { Parcel, ParcelPlace } from '../../src/prediction/sample/parcel.ts';
import { PARCEL_COLUMNS } from '../../src/prediction/sample/read-parcels.ts';

/** Parcels of a land that never was: six regions in a row, far ones take longer. */
export interface Land {
  readonly days: number;
  readonly parcelsADay: number;
  readonly seed: number;
  /** Times in transit are so many times as long for what is handed over on that day; none: 1. */
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
  return Array.from({ length: days * parcelsADay }, (_, nr): Parcel => {
    const day = Math.floor(nr / parcelsADay);
    const from = Math.floor(uniform() ** 2 * REGIONS.length);
    const to = Math.floor(uniform() * REGIONS.length);
    const handedOverMs = FIRST_MS + (day + 0.4 + 0.4 * uniform()) * DAY_MS;
    const usual = (2 + 1.2 * Math.abs(from - to)) * drift(day);
    const deliveredMs = handedOverMs + usual * Math.exp(SPREAD * normal()) * DAY_MS;
    const moment = (ms: number) => ({ instantMs: Math.floor(ms), wallMs: Math.floor(ms) });
    return {
      id: `P${seed}-${nr}`,
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

function placeOf(nr: number, suffix: string): ParcelPlace {
  const region = REGIONS[nr] ?? '';
  return { country: 'XX', region, postal: `${nr}${suffix}`, lat: nr * 2, lng: 10 };
}

function placeCells({ country, region, postal, lat, lng }: ParcelPlace) {
  return [country, region, postal, lat ?? '', lng ?? ''];
}
