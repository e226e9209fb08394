import { describe, expect, it } from 'vitest';
import { compileTables } from '../hazard/compile.ts';
import { SHIPPED_PRIOR } from '../hazard/shipped-prior.ts';
import { adaptivePolicy } from '../policy/adaptive.ts';
import { bestOf } from './choose.ts';
import { rankOf } from './rank.ts';
import type { Plan } from './schedule.ts';
import type { PollTarget } from './target.ts';
import type { Candidate } from './targets.sql.ts';
import { NOW_MS, target } from './test-target.ts';

const HOUR_MS = 3_600_000;
const tables = compileTables(SHIPPED_PRIOR);
const spend = { price: 0.07, ceilingS: 6 * 3_600, floorS: 300 };
const plan: Plan = { policy: adaptivePolicy(tables), tables, spend };

/**
 * Candidates as the database returns them: ranked, best first, requests by people before all
 * others.
 */
function candidates(...targets: readonly Partial<PollTarget>[]): Candidate[] {
  return targets
    .map((changes) => target(changes))
    .map((each) => ({ ...each, rank: rankOf(each, NOW_MS, spend) }))
    .sort((one, other) => other.rank - one.rank);
}

const chosen = (found: readonly Candidate[], wanted = found.length) =>
  bestOf(found, wanted, NOW_MS, plan).map(
    ({ trackingNumber, purpose }) => `${trackingNumber} ${purpose}`,
  );

describe('choosing among due numbers', () => {
  it('takes requests by people first, then by rank, and audits last of all', () => {
    const found = candidates(
      { trackingNumber: 'audit', status: 'delivered', value: 5, dueAtMs: NOW_MS - 90 * HOUR_MS },
      { trackingNumber: 'due' },
      { trackingNumber: 'requested', value: 0, refreshRequestedAtMs: NOW_MS },
      { trackingNumber: 'late', lastPolledAtMs: NOW_MS - 7 * HOUR_MS },
    );
    expect(chosen(found)).toEqual([
      'requested refresh',
      'late owed',
      'due planned',
      'audit planned',
    ]);
  });

  it('omits an audit before a parcel under way when there are not enough calls', () => {
    const found = candidates(
      { trackingNumber: 'audit', status: 'delivered', value: 0.3 },
      { trackingNumber: 'live', value: 0.07 },
    );
    expect(chosen(found, 1)).toEqual(['live planned']);
  });

  it('revalues what has waited since it was planned, near the cut', () => {
    // This parcel was not expected to bring an update, and has waited five hours with the van on
    // its way.
    const waited = {
      trackingNumber: 'waited',
      ...({ status: 'out_for_delivery', value: 0.06, urgency: 0 } as const),
      lastPolledAtMs: NOW_MS - 5 * HOUR_MS,
      dueAtMs: NOW_MS - 4 * HOUR_MS,
      lastFactAtMs: NOW_MS - 6 * HOUR_MS,
    };
    const found = candidates({ trackingNumber: 'fresh', value: 0.5 }, waited);
    expect(found[0]?.trackingNumber).toBe('fresh');
    expect(chosen(found, 1)).toEqual(['waited planned']);
    expect(chosen(found)).toEqual(['fresh planned', 'waited planned']);
  });
});
