import type { Queryable } from '../../../platform/database/database.ts';
import {
  type ParcelPlace,
  type Profiles,
  type PunctualityRecord,
  SLOT_MINUTES,
  SLOTS,
} from '../../../prediction/index.ts';
import { deliveryHours, punctuality } from './cohort.sql.ts';

/**
 * Statistics of comparable parcels: how reliable the carrier's dates are, and at which hours
 * parcels arrive.
 */
export interface Cohort {
  records(carrier: string): {
    readonly carrier: PunctualityRecord | null;
    readonly rule: PunctualityRecord | null;
  };
  profiles(origin: ParcelPlace, destination: ParcelPlace): Profiles;
}

const DAY_MS = 86_400_000;
const RECORD_DAYS = 60;
const HOURS_DAYS = 180;
const HOUR_ROWS_MAX = 50_000;
/** The number of characters of a postal code that form an area. */
const POSTAL_CHARS = 2;

export async function loadCohort(db: Queryable, nowMs: number): Promise<Cohort> {
  const records = new Map<string, PunctualityRecord>();
  for (const { carrier, whose, due, onTime: count } of await punctuality(
    db,
    nowMs - RECORD_DAYS * DAY_MS,
  )) {
    records.set(`${whose} ${carrier}`, { due, onTime: count });
  }
  const hours = new Map<string, number[]>();
  const add = (key: string, slot: number, count: number) => {
    const slots = hours.get(key) ?? Array.from({ length: SLOTS }, () => 0);
    slots[slot] = (slots[slot] ?? 0) + count;
    hours.set(key, slots);
  };
  const hoursQuery = {
    sinceMs: nowMs - HOURS_DAYS * DAY_MS,
    postalChars: POSTAL_CHARS,
    slotMinutes: SLOT_MINUTES,
    limit: HOUR_ROWS_MAX,
  };
  for (const row of await deliveryHours(db, hoursQuery)) {
    const { toCountry: country, slot, count } = row;
    const from = areaOf({ country: row.fromCountry, postal: row.fromPostal });
    const to = areaOf({ country, postal: row.toPostal });
    add(`lane ${from} ${to}`, slot, count);
    add(`region ${to}`, slot, count);
    add(`country ${country}`, slot, count);
    add('all', slot, count);
  }
  return {
    records: (carrier) => ({
      carrier: records.get(`carrier ${carrier}`) ?? null,
      rule: records.get(`rule ${carrier}`) ?? null,
    }),
    profiles: (origin, destination) => {
      const to = areaOf(destination);
      return {
        lane: hours.get(`lane ${areaOf(origin)} ${to}`),
        region: hours.get(`region ${to}`),
        country: hours.get(`country ${destination.country}`),
        all: hours.get('all'),
      };
    },
  };
}

function areaOf({ country, postal }: Pick<ParcelPlace, 'country' | 'postal'>): string {
  return `${country}-${postal.slice(0, POSTAL_CHARS)}`;
}
