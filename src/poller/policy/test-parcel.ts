import fc from 'fast-check';
import { STATUSES } from '../../kernel/status.ts';
import type { ParcelView, Spend } from './policy.ts';

/** Monday, 12:00 UTC. */
export const NOON_MS = Date.UTC(2026, 0, 5, 12);
const HOUR_MS = 3_600_000;

export const SPEND: Spend = { price: 0.07, ceilingS: 21_600, floorS: 300 };

/** A parcel in transit, just polled, without an EDD. */
export function parcel(changes: Partial<ParcelView> = {}): ParcelView {
  return {
    trackingNumber: 'T1',
    carrier: 'acme',
    service: 'ground',
    status: 'in_transit',
    timeZone: 'UTC',
    createdAtMs: NOON_MS - 48 * HOUR_MS,
    lastFactAtMs: NOON_MS - 3 * HOUR_MS,
    lastUpdateAtMs: NOON_MS - 2 * HOUR_MS,
    lastPolledAtMs: NOON_MS,
    edd: null,
    push: 'none',
    known: true,
    missesInARow: 0,
    ...changes,
  };
}

/** Parcels in progress, known to the carrier, without push: those a policy has to decide about. */
export const underWay: fc.Arbitrary<ParcelView> = fc
  .record({
    trackingNumber: fc.string({ minLength: 1, maxLength: 20 }),
    service: fc.constantFrom(null, 'ground', 'express'),
    status: fc.constantFrom(...STATUSES.slice(0, 9)),
    timeZone: fc.constantFrom(null, 'UTC', 'America/Chicago', 'Australia/Lord_Howe', 'Nowhere/At'),
    ageH: fc.integer({ min: 0, max: 900 }),
    receivedH: fc.integer({ min: 0, max: 60 }),
    eddInDays: fc.option(fc.integer({ min: -20, max: 20 })),
    nowH: fc.integer({ min: 0, max: 24 * 400 }),
  })
  .map(({ ageH, receivedH, eddInDays, nowH, ...rest }) => {
    const nowMs = NOON_MS + nowH * HOUR_MS;
    const date = new Date(nowMs + (eddInDays ?? 0) * 24 * HOUR_MS).toISOString().slice(0, 10);
    return parcel({
      ...rest,
      createdAtMs: nowMs - (ageH + receivedH + 24) * HOUR_MS,
      lastFactAtMs: nowMs - (ageH + receivedH) * HOUR_MS,
      lastUpdateAtMs: nowMs - receivedH * HOUR_MS,
      lastPolledAtMs: nowMs,
      edd: eddInDays === null ? null : { date },
    });
  });
