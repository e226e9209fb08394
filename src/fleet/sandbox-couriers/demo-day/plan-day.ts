import { readFileSync } from 'node:fs';
import { DateTime } from 'luxon';
import { parse } from 'yaml';
import { z } from 'zod';
import type { LatLng } from '../../../kernel/places/distance.ts';
import { VEHICLES } from '../../couriers/index.ts';

const at = { lat: z.number(), lng: z.number() };
const address = z.strictObject({
  line1: z.string(),
  postal_code: z.string(),
  city: z.string(),
  ...at,
});

const TOWN = z.strictObject({
  zone: z.string(),
  couriers: z.array(
    z.strictObject({ name: z.string(), vehicle: z.enum(VEHICLES), home: z.strictObject(at) }),
  ),
  shops: z.array(address.extend({ name: z.string() })),
  doors: z.array(address),
  recipients: z.array(z.strictObject({ name: z.string(), phone: z.string() })),
  notes: z.array(z.string().nullable()),
});

/** The couriers of the demo, and the addresses between which they ride. */
export type Town = z.output<typeof TOWN>;

export function readTown(): Town {
  return TOWN.parse(parse(readFileSync(new URL('town.yaml', import.meta.url), 'utf8')));
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** The first shift begins at least this long before the demo is created: some deliveries are done by then. */
const BEFORE_MS = 75 * MINUTE_MS;
/** When shifts begin, by the town's clock. */
const OPENS_AT_HOUR = 8;
/**
 * When those of the first day may begin, the best hour first: as on other days; as a late shift; as
 * one of this evening or of the evening before; as an early one. Only deep in the night none fits.
 */
const FIRST_OPENS_AT_HOURS = [OPENS_AT_HOUR, 13, 18, 18 - 24, 4] as const;
/** They begin then, if the demo is created at most this long after it: orders come for a while yet. */
const OPEN_MS = 6.25 * HOUR_MS;
/** The demo's couriers ride for this many days: nobody tries out a hub longer, and parcels add up. */
export const DAYS = 7;
/** An order every eight minutes keeps two or three to assign and three or four under way. */
const EVERY_MS = 8 * MINUTE_MS;
/** The last order of a day arrives before its courier goes home. */
const ORDERS_A_DAY = 60;
/** Leaves room for the number of a day's order in an order's number. */
const NUMBERS_A_DAY = 100;
/** No order of the demo has a higher number. */
export const LAST_NUMBER = DAYS * NUMBERS_A_DAY - 1;

/** When each step of a delivery comes after the order. */
export const AFTER_MS = {
  ready: 38 * MINUTE_MS,
  offered: 14 * MINUTE_MS,
  assigned: 22 * MINUTE_MS,
  picked_up: 40 * MINUTE_MS,
  out_for_delivery: 41 * MINUTE_MS,
  delivered: 48 * MINUTE_MS,
} as const;

/** Hours of a shift after the day began; each courier has the next one's on the day after. */
const ROTA = [
  { does: 'rides', fromH: 0, toH: 9 },
  { does: 'rides', fromH: 0, toH: 9 },
  { does: 'pauses', fromH: 0, toH: 9 },
  { does: 'waits', fromH: 3, toH: 9 },
  null,
] as const;

/**
 * When one of the demo's days begins, epoch ms. The first is 0; the six days before it have
 * negative numbers. At whatever hour the demo is created, its first day is at noon.
 */
export function dayStartMs({ zone }: Town, madeAtMs: number, day: number): number {
  const midnight = DateTime.fromMillis(madeAtMs, { zone }).startOf('day').plus({ days: day });
  const opensAt = (hour: number) => midnight.set({ hour }).toMillis();
  if (day !== 0) return opensAt(OPENS_AT_HOUR);
  const latestMs = Math.floor((madeAtMs - BEFORE_MS) / (30 * MINUTE_MS)) * 30 * MINUTE_MS;
  const isOpen = (ms: number) => ms <= latestMs && madeAtMs - ms <= OPEN_MS;
  return FIRST_OPENS_AT_HOURS.map(opensAt).find(isOpen) ?? latestMs;
}

/** The demo's day at that time, which lasts until the next one begins. */
export function dayAt(town: Town, madeAtMs: number, nowMs: number): number {
  const next = Array.from({ length: DAYS }, (_, day) => dayStartMs(town, madeAtMs, day + 1));
  return next.filter((startsAtMs) => startsAtMs <= nowMs).length;
}

/** What the demo's recipients were promised after the order: most with time to spare, some hardly. */
const PROMISED_AFTER_MIN = [70, 60, 75, 65, 58] as const;

/** By when an order was promised, epoch ms. Pure. */
export function promiseOf({ number, atMs }: Pick<DemoOrder, 'number' | 'atMs'>): number {
  return atMs + (PROMISED_AFTER_MIN[number % PROMISED_AFTER_MIN.length] ?? 0) * MINUTE_MS;
}

interface DemoShift {
  readonly does: 'rides' | 'pauses' | 'waits';
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

function dutyOf(day: number, courier: number): (typeof ROTA)[number] {
  const turn = (courier - day) % ROTA.length;
  return ROTA[turn < 0 ? turn + ROTA.length : turn] ?? null;
}

/** A courier's shift on a day, which may be before the first; null: a day off. Pure. */
export function shiftOn(
  town: Town,
  madeAtMs: number,
  day: number,
  courier: number,
): DemoShift | null {
  const shift = dutyOf(day, courier);
  if (shift === null) return null;
  const fromMs = dayStartMs(town, madeAtMs, day);
  return {
    does: shift.does,
    startsAtMs: fromMs + shift.fromH * HOUR_MS,
    endsAtMs: fromMs + shift.toH * HOUR_MS,
  };
}

export interface DemoOrder {
  readonly number: number;
  readonly atMs: number;
  /** The index of the courier who delivers it. */
  readonly courier: number;
  readonly shop: Town['shops'][number];
  readonly door: Town['doors'][number];
  readonly recipient: Town['recipients'][number];
  readonly notes: string | null;
}

/** An order by its number. Pure. */
export function orderOf(town: Town, madeAtMs: number, number: number): DemoOrder {
  const [day, nth] = [Math.floor(number / NUMBERS_A_DAY), number % NUMBERS_A_DAY];
  const riders = town.couriers.flatMap((_, courier) =>
    dutyOf(day, courier)?.does === 'rides' ? [courier] : [],
  );
  const pick = <Item>(items: readonly Item[], index: number) => items[index % items.length] as Item;
  return {
    number,
    atMs: dayStartMs(town, madeAtMs, day) + nth * EVERY_MS,
    courier: pick(riders, nth),
    shop: pick(town.shops, nth),
    // Neighbours in the list are far from each other.
    door: pick(town.doors, number),
    recipient: pick(town.recipients, number),
    notes: pick(town.notes, number),
  };
}

/** The day's orders up to now, oldest first. Pure. */
export function ordersUntil(town: Town, madeAtMs: number, nowMs: number): DemoOrder[] {
  const day = dayAt(town, madeAtMs, nowMs);
  if (day === DAYS) return [];
  return Array.from({ length: ORDERS_A_DAY }, (_, nth) =>
    orderOf(town, madeAtMs, day * NUMBERS_A_DAY + nth),
  ).filter(({ atMs }) => atMs <= nowMs);
}

interface DemoLeg {
  readonly from: LatLng;
  readonly to: LatLng;
  /** How much of the way is done, up to 1. */
  readonly share: number;
  readonly lengthMs: number;
}

/** The share of a leg's time in which the courier rides; then somebody opens the door. */
const RIDES_FOR = 0.85;

/** Returns the two places between which a courier is; without deliveries, both are home. Pure. */
export function legAt(town: Town, madeAtMs: number, courier: number, nowMs: number): DemoLeg {
  const home = town.couriers[courier]?.home ?? { lat: 0, lng: 0 };
  const laterMs = AFTER_MS.delivered + 2 * EVERY_MS;
  const visits = ordersUntil(town, madeAtMs, nowMs)
    .filter((order) => order.courier === courier && order.atMs > nowMs - laterMs)
    .flatMap(({ atMs, shop, door }) => [
      { atMs: atMs + AFTER_MS.picked_up, place: shop },
      { atMs: atMs + AFTER_MS.delivered, place: door },
    ])
    .sort((one, other) => one.atMs - other.atMs);
  const last = visits.findLast(({ atMs }) => atMs <= nowMs);
  const next = visits.find(({ atMs }) => atMs > nowMs);
  const from = last?.place ?? home;
  if (next === undefined || last === undefined) return { from, to: from, share: 1, lengthMs: 0 };
  const lengthMs = (next.atMs - last.atMs) * RIDES_FOR;
  const share = Math.min(1, (nowMs - last.atMs) / lengthMs);
  return { from, to: next.place, share, lengthMs };
}
