import { uuidV7 } from '../../../kernel/ids.ts';
import type { LatLng } from '../../../kernel/places/distance.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant, withTransaction } from '../../../platform/database/database.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { wakeMatcher } from '../store/deliveries.sql.ts';
import {
  activePauses,
  dropPausesBefore,
  insertPause,
  markPauseEnded,
  type PauseRow,
  pauseById,
  visiblePauses,
} from './pauses.sql.ts';

export type { PauseRow as PausedArea } from './pauses.sql.ts';

type Deps = Pick<DeliveriesDeps, 'db' | 'clock' | 'randomBytes'>;

export interface AreaToPause {
  readonly where:
    | { readonly cells: readonly string[] }
    | {
        readonly center: LatLng;
        readonly radiusM: number;
        /** The facility at the center; null: a custom place. */
        readonly facilityCode: string | null;
      };
  /** Null: open-ended. */
  readonly untilMs: number | null;
  readonly reason: string | null;
  /** Who paused it: a key's id, `operator` or similar. */
  readonly by: string;
}

/** More would no longer be areas but everything. */
const ACTIVE_MAX = 100;
/** How long an ended pause can still be looked up. */
const RETENTION_MS = 90 * 86_400_000;

/** Stops new offers for pickups in the area. Null: the maximum number of pauses is reached. */
export async function pauseArea(
  { db, clock, randomBytes }: Deps,
  tenant: Tenant,
  { where, untilMs, reason, by }: AreaToPause,
): Promise<PauseRow | null> {
  const nowMs = clock.nowMs();
  const circle = 'center' in where ? where : null;
  const row = {
    id: uuidV7(nowMs, randomBytes(10)),
    cells: 'cells' in where ? [...new Set(where.cells)] : [],
    lat: circle?.center.lat ?? null,
    lng: circle?.center.lng ?? null,
    radius_m: circle?.radiusM ?? null,
    facility_code: circle?.facilityCode ?? null,
    reason,
    created_at: new Date(nowMs),
    created_by: by,
    until: untilMs === null ? null : new Date(untilMs),
  };
  const isDone = await withTenant(db.app, tenant, async (tx) => {
    await dropPausesBefore(tx, new Date(nowMs - RETENTION_MS));
    if ((await activePauses(tx)).length >= ACTIVE_MAX) return false;
    await insertPause(tx, tenant, row);
    return true;
  });
  if (!isDone) return null;
  const { merchantId: merchant_id, mode } = tenant;
  return { ...row, merchant_id, mode, ended_at: null, ended_by: null };
}

export type EndPauseOutcome =
  | { readonly kind: 'ended'; readonly pause: PauseRow; readonly isRepeated: boolean }
  | { readonly kind: 'not_found' };

/** Offers resume immediately. Idempotent. */
export async function endPause(
  { db, clock }: Deps,
  tenant: Tenant,
  id: string,
  by: string,
): Promise<EndPauseOutcome> {
  const outcome = await withTenant(db.app, tenant, async (tx): Promise<EndPauseOutcome> => {
    const isEnded = await markPauseEnded(tx, id, { at: new Date(clock.nowMs()), by });
    const pause = await pauseById(tx, id);
    if (pause === null) return { kind: 'not_found' };
    return { kind: 'ended', pause, isRepeated: !isEnded };
  });
  if (outcome.kind === 'ended') await wakeMatcher(db.pipeline);
  return outcome;
}

/** A tenant's pauses, newest first; `before` is the last id of the previous page. */
export function listPauses(
  { db }: Pick<Deps, 'db'>,
  tenant: Tenant,
  page: { readonly before: string | null; readonly limit: number },
): Promise<PauseRow[]> {
  return withTenant(db.app, tenant, (tx) => visiblePauses(tx, page));
}

/** The tenant of a pause, for operators; null: none. */
export async function tenantOfPause({ db }: Pick<Deps, 'db'>, id: string): Promise<Tenant | null> {
  const row = await pauseById(db.pipeline, id);
  return row === null ? null : { merchantId: row.merchant_id, mode: row.mode };
}

/** A pause past its end is over, even if nothing has ended it yet. Pure. */
export function stillPaused(pauses: readonly PauseRow[], nowMs: number): PauseRow[] {
  return pauses.filter(({ until }) => until === null || until.getTime() > nowMs);
}

/** Ends pauses that are over, and returns the active ones of all merchants. Pipeline's role. */
export async function maintainPauses({ db, clock }: Deps): Promise<readonly PauseRow[]> {
  const nowMs = clock.nowMs();
  const all = await activePauses(db.pipeline);
  const active = stillPaused(all, nowMs);
  for (const { id, until } of all) {
    if (until === null || until.getTime() > nowMs) continue;
    const end = { at: until, by: 'time' };
    await withTransaction(db.pipeline, (tx) => markPauseEnded(tx, id, end));
  }
  return active;
}
