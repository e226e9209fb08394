import { LRUCache } from 'lru-cache';
import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { type SourceFigures, sourceFigures, type TrackingDeps } from '../../../tracking/index.ts';

/** Enough for a stable p95, few enough to count in a fraction of a second. */
const SHIPMENTS_MAX = 5_000;
/** Figures over days do not change within a minute. */
const CACHE_MS = 60_000;
const TENANTS_CACHED_MAX = 1_000;

export type FiguresByCarrier = ReadonlyMap<string, SourceFigures>;

/** Figures of pushes and polls by carrier for that tenant; recomputed at most once a minute. */
export function createSourceFigures(
  tracking: Pick<TrackingDeps, 'db' | 'clock'>,
): (tenant: Tenant) => Promise<FiguresByCarrier> {
  const cached = new LRUCache<string, { figures: Promise<FiguresByCarrier>; untilMs: number }>({
    max: TENANTS_CACHED_MAX,
  });

  async function count(tenant: Tenant): Promise<FiguresByCarrier> {
    const all = await withTenant(tracking.db.app, tenant, (tx) => sourceFigures(tx, SHIPMENTS_MAX));
    return new Map(all.map((figures) => [figures.carrier, figures]));
  }

  return async (tenant) => {
    const key = `${tenant.merchantId} ${tenant.mode}`;
    const nowMs = tracking.clock.nowMs();
    const known = cached.get(key);
    if (known !== undefined && known.untilMs > nowMs) return known.figures;
    const figures = count(tenant);
    cached.set(key, { figures, untilMs: nowMs + CACHE_MS });
    figures.catch(() => cached.delete(key));
    return figures;
  };
}

/** Snake case; null when the tenant received nothing from the carrier. */
export function sourceFiguresJson(figures: SourceFigures | undefined) {
  if (figures === undefined) return null;
  const { shipments, pushOnly, pollOnly, both, pushDelay, pollDelay } = figures;
  return {
    shipments,
    push_only: pushOnly,
    poll_only: pollOnly,
    both,
    push_delay: { median_s: pushDelay.medianS, p95_s: pushDelay.p95S },
    poll_delay: { median_s: pollDelay.medianS, p95_s: pollDelay.p95S },
  };
}
