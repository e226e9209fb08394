import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { STATUSES } from '../../kernel/status.ts';
import { NEVER_PULLED, type PollTarget, type TargetGroup } from './target.ts';

const HOUR_MS = 3_600_000;
/** A Tuesday at noon. */
export const NOW_MS = Date.UTC(2026, 2, 10, 12);
export const GROUP: TargetGroup = {
  merchantId: '0190f000-0000-7000-8000-000000000001',
  mode: 'live',
  carrier: 'acme',
};

/** A parcel in transit that was polled two hours ago and is due now. */
export function target(changes: Partial<PollTarget> = {}): PollTarget {
  return {
    ...GROUP,
    ...NEVER_PULLED,
    trackingNumber: 'T1',
    parcelCarrier: null,
    shipmentId: randomUUID(),
    sequence: 1,
    status: 'in_transit',
    subStatus: null,
    confirmed: true,
    service: null,
    timeZone: 'UTC',
    edd: null,
    createdAtMs: NOW_MS - 48 * HOUR_MS,
    trackedSinceMs: NOW_MS - 48 * HOUR_MS,
    lastFactAtMs: NOW_MS - 5 * HOUR_MS,
    lastUpdateAtMs: NOW_MS - 4 * HOUR_MS,
    unconfirmedSinceMs: null,
    history: [],
    known: true,
    lastPolledAtMs: NOW_MS - 2 * HOUR_MS,
    dueAtMs: NOW_MS,
    value: 0.07,
    urgency: 0.05,
    valueClass: 4,
    reason: 'hazard',
    why: 'test',
    timerAtMs: null,
    endedAtMs: null,
    endReason: null,
    refreshRequestedAtMs: null,
    leaseUntilMs: null,
    leaseToken: '0',
    ...changes,
  };
}

const thousandths = (most: number) =>
  fc.integer({ min: 0, max: most * 1_000 }).map((value) => value / 1_000);

/** Due numbers of every kind, late by up to a week. */
export const dueTarget: fc.Arbitrary<PollTarget> = fc
  .record({
    status: fc.constantFrom(...STATUSES),
    confirmed: fc.boolean(),
    push: fc.constantFrom('healthy', 'silent', 'none'),
    known: fc.boolean(),
    value: thousandths(1_000),
    urgency: thousandths(50),
    valueClass: fc.integer({ min: 0, max: 15 }),
    lateMin: fc.integer({ min: 0, max: 10_000 }),
    waitedMin: fc.option(fc.integer({ min: 0, max: 10_000 })),
    ageMin: fc.integer({ min: 0, max: 40_000 }),
    trackedMin: fc.option(fc.integer({ min: 0, max: 40_000 })),
  })
  .map(({ lateMin, waitedMin, ageMin, trackedMin, ...rest }) => {
    const dueAtMs = NOW_MS - lateMin * 60_000;
    return target({
      ...rest,
      dueAtMs,
      lastPolledAtMs: waitedMin === null ? null : dueAtMs - waitedMin * 60_000,
      createdAtMs: dueAtMs - ((waitedMin ?? 0) + ageMin) * 60_000,
      trackedSinceMs: trackedMin === null ? null : dueAtMs - trackedMin * 60_000,
    });
  });
