import { DateTime } from 'luxon';
import { beforeAll, describe, expect, it } from 'vitest';
import { someOf } from '../../kernel/test-runs.ts';
import { readFact } from '../../normalization/index.ts';
import type { DemoParcel } from './demo-parcel.ts';
import { HISTORY_DAYS, planHistory, START_TAG } from './plan-history.ts';
import { stepsOf } from './play-history.ts';
import { testHistoryParts } from './test-demo.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const NOON = Date.parse('2026-11-25T12:00:00Z');

let made: Awaited<ReturnType<typeof testHistoryParts>>;
let parcels: readonly DemoParcel[];
beforeAll(async () => {
  made = await testHistoryParts();
  parcels = planHistory(made.parts, NOON);
});

const endOf = ({ scans }: DemoParcel) => scans.at(-1)?.status;
const isException = ({ status }: { readonly status: string }) => status === 'exception';
const deliveries = () => parcels.filter((parcel) => endOf(parcel) === 'delivered');

describe('the planned history', () => {
  it('is the same for the same time', () => {
    expect(planHistory(made.parts, NOON)).toEqual(parcels);
  });

  it('fills 90 days with a bounded number of parcels, and reaches no further than now', () => {
    expect(parcels.length).toBeGreaterThan(700);
    expect(parcels.length).toBeLessThan(1_300);
    const times = parcels.flatMap(({ createdAtMs, scans }) => [
      createdAtMs,
      ...scans.map(({ atMs }) => atMs),
    ]);
    expect(Math.max(...times)).toBeLessThanOrEqual(NOON);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(NOON - HISTORY_DAYS * DAY_MS);
    expect(Math.min(...times)).toBeLessThan(NOON - (HISTORY_DAYS - 3) * DAY_MS);
  });

  it('has times in order for each parcel, from its label on', () => {
    for (const { createdAtMs, scans } of parcels) {
      const times = scans.map(({ atMs }) => atMs);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
      expect(times[0] ?? createdAtMs).toBe(createdAtMs);
    }
  });

  it('passes no hub that is out of the way', () => {
    const passed = (city: string) =>
      parcels
        .filter(({ origin, destination }) => {
          return origin.country === destination.country && destination.city === city;
        })
        .flatMap(({ scans }) => scans.map(({ place }) => place.city));
    expect(new Set(passed('Montréal'))).toEqual(
      new Set(['Mississauga', 'Scarborough', 'Saint-Laurent', 'Montréal']),
    );
    expect(passed('Vancouver')).toContain('Winnipeg');
    const { countries } = made.parts.world;
    for (const { hubs, cities } of Object.values(countries)) {
      const names = hubs.map(({ city }) => city);
      expect(names).toEqual(expect.arrayContaining(cities.flatMap(({ via }) => via)));
    }
  });

  it('uses the carriers’ own codes, which their mappings read as planned', () => {
    for (const { service, scans } of parcels) {
      const mapping = made.mapping(service.carrier);
      if (mapping === null) throw new Error(`no mapping of ${service.carrier}`);
      for (const { codes, status, reason } of scans) {
        const reading = readFact(mapping, { codes, logical: false });
        expect([reading.status, reading.known, reading.reviewed]).toEqual([status, true, true]);
        expect([reason, null]).toContain(reading.reason);
      }
    }
  });

  it('uses every service, with valid numbers that occur once', () => {
    const used = new Set(parcels.map(({ service }) => service));
    expect(used).toEqual(new Set(made.parts.services));
    expect(new Set(parcels.map(({ trackingNumber }) => trackingNumber)).size).toBe(parcels.length);
    for (const { service, trackingNumber } of parcels) {
      const numbers = made.registry.get(service.carrier)?.numbers;
      expect(numbers?.normalize(trackingNumber)).toBe(trackingNumber);
      const found = numbers?.recognise(trackingNumber).map(({ checkDigit }) => checkDigit);
      expect(found?.some((checkDigit) => checkDigit !== 'invalid')).toBe(true);
    }
  });

  it('invents people nobody can be: reserved addresses and numbers, many languages', () => {
    for (const { recipient } of parcels) {
      expect(recipient.email).toMatch(/^[a-z.]+\d\d@example\.com$/);
      expect(recipient.phone).toMatch(/^\+1 212 555 01\d\d$/);
    }
    expect(new Set(parcels.map(({ recipient }) => recipient.locale)).size).toBeGreaterThan(9);
  });

  it('rests on Sundays, and orders come on weekdays', () => {
    const weekday = ({ createdAtMs, origin }: DemoParcel) =>
      DateTime.fromMillis(createdAtMs, { zone: origin.zone }).weekday;
    const on = (day: number) => parcels.filter((parcel) => weekday(parcel) === day).length;
    expect(on(7)).toBeLessThan(on(1) / 2);
    for (const parcel of deliveries()) {
      const { atMs, place } = parcel.scans.at(-1) ?? { atMs: 0, place: parcel.destination };
      expect(DateTime.fromMillis(atMs, { zone: place.zone }).weekday).not.toBe(7);
    }
  });

  it('delivers most parcels on time, and some lanes much less', () => {
    const isLate = (parcel: DemoParcel) => {
      const { zone } = parcel.destination;
      const atMs = parcel.scans.at(-1)?.atMs ?? 0;
      return DateTime.fromMillis(atMs, { zone }).toFormat('yyyy-MM-dd') > parcel.promisedOn;
    };
    const share = (some: readonly DemoParcel[]) => some.filter(isLate).length / some.length;
    expect(share(deliveries())).toBeGreaterThan(0.05);
    expect(share(deliveries())).toBeLessThan(0.25);
    const cities = new Set(deliveries().map(({ destination }) => destination.city));
    const worst = [...cities]
      .map((city) => deliveries().filter(({ destination }) => destination.city === city))
      .filter((some) => some.length > 8)
      .map(share);
    expect(Math.max(...worst)).toBeGreaterThan(0.3);
  });

  it('has problems of many kinds, and parcels that come back', () => {
    const reasons = new Set(parcels.flatMap(({ scans }) => scans.map(({ reason }) => reason)));
    expect([...reasons]).toEqual(
      expect.arrayContaining(['weather_delay', 'carrier_delay', 'customs_hold', 'damaged', 'lost']),
    );
    expect(parcels.some((parcel) => endOf(parcel) === 'returned_to_sender')).toBe(true);
  });

  // Hours of a Wednesday, Saturday night, Sunday and Monday's dawn.
  const times = ['25T00', '25T05', '25T12', '25T18', '25T23', '28T23', '29T09', '29T20', '30T05'];
  it.each(someOf(times, 3))(
    'has open cases and vehicles by day when the hub is started on November %s',
    (time) => {
      const nowMs = Date.parse(`2026-11-${time}:10:00Z`);
      const all = planHistory(made.parts, nowMs);
      expect(all.filter(({ tags }) => tags.includes(START_TAG))).toHaveLength(3);
      const open = all.flatMap(({ scans }) => scans.at(-1) ?? []).filter(isException);
      expect(open.length).toBeLessThan(9);
      const hoursOf = (reason: string) =>
        (nowMs - (open.findLast((scan) => scan.reason === reason)?.atMs ?? Number.NaN)) / HOUR_MS;
      // The deadlines of config/exception-policy.yaml: 72, 72, 48 and 72 hours.
      expect(hoursOf('customs_hold')).toBeGreaterThan(80);
      expect(hoursOf('damaged')).toBeLessThan(72);
      expect(hoursOf('address_not_found')).toBeLessThan(48);
      expect(hoursOf('carrier_delay')).toBeLessThan(72);
      const outFor: number[] = [];
      for (const { scans, promisedOn } of all) {
        const { status, place, atMs, expectedOn } = scans.at(-1) ?? {};
        if (status !== 'out_for_delivery' || place === undefined) continue;
        outFor.push((nowMs - (atMs ?? 0)) / HOUR_MS);
        const left = DateTime.fromMillis(atMs ?? 0, { zone: place.zone });
        expect(left.hour).toBeGreaterThan(6);
        expect(left.hour).toBeLessThan(14);
        expect([expectedOn, promisedOn <= `${expectedOn}`]).toEqual([left.toISODate(), true]);
      }
      // On Sunday it is too early in the countries where carriers deliver.
      if (time !== '29T09') expect(outFor.length).toBeGreaterThan(2);
      // A carrier may miss the scan that tells how a day ended.
      expect(outFor.filter((hours) => hours > 16).length).toBeLessThan(2);
    },
  );
});

it('plays it in small steps, each of which ends for a parcel with its trouble', () => {
  const steps = stepsOf(parcels);
  expect(steps.flat()).toHaveLength(parcels.length + parcels.flatMap(({ scans }) => scans).length);
  expect(steps.length).toBeLessThan(450);
  for (const step of steps) {
    expect(step.length).toBeLessThanOrEqual(60);
    for (const [index, { parcel, scan }] of step.entries()) {
      if (scan?.status !== 'exception') continue;
      expect(step.slice(index + 1).some((later) => later.parcel === parcel)).toBe(false);
    }
  }
});
