import { DateTime } from 'luxon';
import type { Status } from '../../kernel/status.ts';
import type { DemoParcel, HistoryParts } from './demo-parcel.ts';
import { type DemoService, drawNumber } from './demo-service.ts';
import { createDraws, type Draws } from './draws.ts';
import { planJourney, type Trouble } from './plan-journey.ts';
import { stageToday } from './stage-today.ts';
import type { Place, World } from './world.ts';

/** Marks the parcels that the start page shows. */
export const START_TAG = 'start-page';

export const HISTORY_DAYS = 90;
/** A small shop's working day; about a thousand parcels in all, which take some 20 s to record. */
const PARCELS_A_DAY = 13;
/** The share of orders, from Monday to Sunday. */
const WEEKDAYS = [1.3, 1.15, 1.05, 1, 1.1, 0.6, 0.4];
/** How many times there is snow or a strike for some days. */
const BAD_SPELLS = 3;
const SEED = 20_260;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** In this time one service gets worse, so that exceptions rise. */
const DECLINE_MS = 14 * DAY_MS;

const TROUBLES: readonly (readonly [trouble: Trouble, weight: number])[] = [
  ['none', 780],
  ['slow', 55],
  ['absent', 60],
  ['delayed', 30],
  ['address', 14],
  ['refused', 8],
  ['damaged', 7],
  ['lost', 4],
];

/** Plans 90 days of a shop's parcels up to now. Pure: the same for the same time. */
export function planHistory(parts: HistoryParts, nowMs: number): readonly DemoParcel[] {
  const draws = createDraws(SEED);
  const conditions = drawConditions(draws, parts, nowMs);
  const numbers = new Set<string>();
  const parcels: DemoParcel[] = [];
  for (let day = -HISTORY_DAYS; day <= 0; day += 1) {
    const date = DateTime.fromMillis(nowMs, { zone: 'utc' }).plus({ days: day });
    const growth = 1 + (day / HISTORY_DAYS) * 0.25;
    const usual = PARCELS_A_DAY * growth * (WEEKDAYS[date.weekday - 1] ?? 1);
    for (let left = Math.round(usual * (0.85 + draws.next() * 0.3)); left > 0; left -= 1) {
      const parcel = planParcel(draws, parts, conditions, date, numbers, parcels.length);
      const isPast = parcel.createdAtMs <= nowMs - MINUTE_MS;
      if (isPast && parcel.createdAtMs >= nowMs - HISTORY_DAYS * DAY_MS) parcels.push(parcel);
    }
  }
  return tagShownParcels(stageToday(parcels, parts.codes, nowMs));
}

/** What makes some parcels worse than others. */
interface Conditions {
  readonly nowMs: number;
  readonly spells: readonly {
    readonly fromMs: number;
    readonly days: number;
    readonly country: string;
  }[];
  /** Cities that are often reached late. */
  readonly slowCities: ReadonlySet<string>;
  readonly declining: DemoService;
}

function drawConditions(
  draws: Draws,
  { services, world }: HistoryParts,
  nowMs: number,
): Conditions {
  const cities = Object.values(world.countries).flatMap((country) => country.cities);
  return {
    nowMs,
    spells: Array.from({ length: BAD_SPELLS }, (_, index) => ({
      fromMs: nowMs - draws.int(8 + index * 25, 30 + index * 25) * DAY_MS,
      days: draws.int(2, 3),
      country: draws.pick(['US', 'US', 'DE', 'CA']),
    })),
    slowCities: new Set([
      draws.pick(cities).city,
      draws.pick(cities).city,
      draws.pick(cities).city,
    ]),
    declining: draws.weighted(services, ({ share }) => share),
  };
}

function planParcel(
  draws: Draws,
  { world, services, codes, fits }: HistoryParts,
  conditions: Conditions,
  date: DateTime,
  numbers: Set<string>,
  index: number,
): DemoParcel {
  const service = draws.weighted(services, ({ share }) => share);
  const [fromCode = '', toCode = ''] = draws.pick(service.lanes).split('-');
  const [from, to] = [countryOf(world, fromCode), countryOf(world, toCode)];
  const { via, ...city } = draws.pick(to.cities);
  const door = { ...city, country: toCode };
  const hour = service.days === 0 ? draws.int(8, 13) : draws.int(7, 19);
  const ordered = date
    // West of Greenwich it may still be yesterday, but the date and its weekday are the same.
    .setZone(from.depot.zone, { keepLocalTime: true })
    .startOf('day')
    .set({ hour, minute: draws.int(0, 59) });
  // Own couriers have Sundays off.
  const isSundayOrder = service.days === 0 && ordered.weekday === 7;
  const createdAtMs = (isSundayOrder ? ordered.minus({ days: 1 }) : ordered).toMillis();
  const trouble = drawTrouble(draws, conditions, service, { createdAtMs, fromCode, toCode, door });
  const lostDays = draws.int(1, 3);
  const trip = { createdAtMs, days: service.days, from, to, door, via, trouble, lostDays };
  const { promisedOn, scans } = planJourney(draws, trip);
  let trackingNumber = drawNumber(draws, service, (number) => fits(service, number));
  while (numbers.has(trackingNumber))
    trackingNumber = drawNumber(draws, service, (number) => fits(service, number));
  numbers.add(trackingNumber);
  return {
    service,
    trackingNumber,
    orderId: `D-${10_001 + index}`,
    createdAtMs,
    recipient: drawRecipient(draws, world),
    origin: { ...from.depot, country: fromCode },
    destination: { ...door, line1: drawAddressLine(draws, to.streets, toCode) },
    promisedOn,
    weightG: draws.int(2, 60) * 100,
    tags: draws.chance(0.08) ? ['gift'] : [],
    scans: scans.flatMap((scan) => {
      const match = codes(service, scan);
      return match === null ? [] : [{ ...scan, codes: match }];
    }),
  };
}

function countryOf(world: World, code: string) {
  const country = world.countries[code];
  if (country === undefined) throw new Error(`the demo's world has no country ${code}`);
  return { ...country, code };
}

function drawTrouble(
  draws: Draws,
  { nowMs, spells, slowCities, declining }: Conditions,
  service: DemoService,
  {
    createdAtMs,
    fromCode,
    toCode,
    door,
  }: {
    readonly createdAtMs: number;
    readonly fromCode: string;
    readonly toCode: string;
    readonly door: Place;
  },
): Trouble {
  const dueMs = createdAtMs + service.days * 1.3 * DAY_MS;
  const isBadDay = spells.some(
    ({ fromMs, days, country }) =>
      country === toCode && dueMs >= fromMs && dueMs < fromMs + days * DAY_MS,
  );
  if (isBadDay && draws.chance(0.6)) return 'weather';
  if (fromCode !== toCode && draws.chance(0.08)) return 'customs';
  if (slowCities.has(door.city) && draws.chance(0.35)) return 'slow';
  const isDeclining = service === declining && createdAtMs > nowMs - DECLINE_MS;
  return draws.weighted(TROUBLES, ([trouble, weight]) =>
    isDeclining && trouble === 'delayed' ? weight * 8 : weight,
  )[0];
}

function drawRecipient(draws: Draws, { people }: World): DemoParcel['recipient'] {
  const { locale, given, family } = draws.pick(people);
  const name = `${draws.pick(given)} ${draws.pick(family)}`;
  const latin = name
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[^a-z ]/g, '')
    .trim()
    .replaceAll(/ +/g, '.');
  const user = latin.length > 3 ? latin : `${locale}.reader`;
  const suffix = String(draws.int(0, 99)).padStart(2, '0');
  return { name, email: `${user}${suffix}@example.com`, phone: `+1 212 555 01${suffix}`, locale };
}

function drawAddressLine(draws: Draws, streets: readonly string[], country: string): string {
  const [street, house] = [draws.pick(streets), draws.int(1, 180)];
  return ['DE', 'ES', 'LI'].includes(country) ? `${street} ${house}` : `${house} ${street}`;
}

/**
 * What the start page shows: a parcel on its vehicle or soon to be, one with a problem, one just
 * delivered.
 */
const SHOWN: readonly (readonly Status[])[] = [
  ['out_for_delivery', 'at_facility', 'in_transit'],
  ['exception', 'delivery_attempted', 'available_for_pickup', 'returning'],
  ['delivered'],
];

/** Adds {@link START_TAG} to the newest parcel of each kind that the start page shows. */
function tagShownParcels(parcels: readonly DemoParcel[]): readonly DemoParcel[] {
  const shown = new Set(
    SHOWN.map(([best, ...others]) => {
      const lastIn = (...statuses: readonly (Status | undefined)[]) =>
        parcels.findLast(({ scans }) => statuses.includes(scans.at(-1)?.status ?? 'created'));
      return lastIn(best) ?? lastIn(...others);
    }),
  );
  return parcels.map((parcel) =>
    shown.has(parcel) ? { ...parcel, tags: [...parcel.tags, START_TAG] } : parcel,
  );
}
