import { describe, expect, it } from 'vitest';
import { compileTables } from '../hazard/compile.ts';
import { SHIPPED_PRIOR } from '../hazard/shipped-prior.ts';
import { adaptivePolicy } from '../policy/adaptive.ts';
import { valueAt } from '../policy/value.ts';
import { type Plan, REFRESH_CLASS, type ScheduleOptions, scheduleOf } from './schedule.ts';
import { type PollTarget, toParcelView } from './target.ts';
import { NOW_MS, target } from './test-target.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const tables = compileTables(SHIPPED_PRIOR);
const spend = { price: 0.07, ceilingS: 6 * 3_600, floorS: 300 };
const plan: Plan = { policy: adaptivePolicy(tables), tables, spend };
const polledNow = { lastPolledAtMs: NOW_MS };
const scheduled = (changes: Partial<PollTarget>, options?: ScheduleOptions) =>
  scheduleOf(target({ ...polledNow, ...changes }), NOW_MS, plan, options);

const endedSince = (hours: number) => ({
  ...({ status: 'delivered', lastUpdateAtMs: NOW_MS - hours * HOUR_MS } as const),
});

describe('the next poll of a number', () => {
  it('is when the policy says, with the value of a call then', () => {
    const next = plan.policy.next(toParcelView(target(polledNow)), NOW_MS, spend);
    expect(scheduled({})).toMatchObject({
      dueAtMs: Math.round(next.atMs),
      value: next.value,
      reason: next.reason,
      end: null,
    });
  });

  it('is later after failures, each time twice as long up to six hours', () => {
    const pauses = [2, 6, 9].map((failures) => scheduled({ failures }));
    expect(pauses.map(({ reason }) => reason)).toContain('retry');
    const [, , last] = pauses;
    expect(last?.dueAtMs).toBe(NOW_MS + 6 * HOUR_MS);
    expect(scheduled({ failures: 8 }).dueAtMs).toBe(NOW_MS + 6 * HOUR_MS);
  });

  it('is sooner when an answer omitted known facts, also after all audits', () => {
    const recheckAtMs = NOW_MS + MINUTE_MS;
    expect(scheduled({}, { recheckAtMs })).toMatchObject({
      dueAtMs: recheckAtMs,
      reason: 'recheck',
    });
    expect(scheduled(endedSince(100)).end).toBe('finished');
    expect(scheduled(endedSince(100), { recheckAtMs })).toMatchObject({
      dueAtMs: recheckAtMs,
      reason: 'recheck',
      end: null,
    });
  });

  it('is never for a number that no carrier knew for three weeks', () => {
    const createdAtMs = NOW_MS - 22 * 24 * HOUR_MS;
    const unknown = { known: false, misses: 60, createdAtMs, lastUpdateAtMs: null };
    expect(scheduled(unknown)).toMatchObject({ end: 'expired', value: 0, valueClass: 0 });
  });

  it('has the value that is expected by then where the policy names none', () => {
    const audit = scheduled({ push: 'healthy' });
    expect(audit.reason).toBe('audit');
    const view = toParcelView(target({ ...polledNow, push: 'healthy' }));
    expect(audit.value).toBe(valueAt(view, audit.dueAtMs, tables));
  });

  it('keeps audits and looks behind push in classes where no parcel under way is', () => {
    expect(scheduled(endedSince(1)).valueClass).toBe(0);
    expect(scheduled({ push: 'healthy' }).valueClass).toBe(1);
    for (const status of ['created', 'in_transit', 'out_for_delivery', 'exception'] as const) {
      expect(scheduled({ status }).valueClass).toBeGreaterThan(1);
    }
    expect(scheduled({ ...endedSince(1), confirmed: false }).valueClass).toBe(REFRESH_CLASS);
  });
});
