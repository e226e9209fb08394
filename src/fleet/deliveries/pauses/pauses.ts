import { uuidV7 } from '../../../kernel/ids.ts';
import { distanceM, type LatLng } from '../../../kernel/places/distance.ts';
import { geohashBox, geohashOf } from '../../../kernel/places/geohash.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant, withTransaction } from '../../../platform/database/database.ts';
import { openDetails } from '../addresses.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { type DeliveryRow, wakeMatcher } from '../store/deliveries.sql.ts';
import {
  activePauses,
  dropPausesBefore,
  insertPause,
  markPauseEnded,
  notePaused,
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
  /** When the pause ends, epoch ms; null: open-ended. */
  readonly untilMs: number | null;
  readonly reason: string | null;
  /** Who paused it: a key's id, `operator` or similar. */
  readonly by: string;
}

/** Maximum of active pauses: with more, the paused areas would be everything. */
const ACTIVE_MAX = 100;
/** How long an ended pause can still be looked up. */
const RETENTION_MS = 90 * 86_400_000;

/**
 * Stops new offers for pickups in the area. Returns null if the maximum number of pauses is
 * reached.
 */
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
    radiusM: circle?.radiusM ?? null,
    facilityCode: circle?.facilityCode ?? null,
    reason,
    createdAtMs: nowMs,
    createdBy: by,
    untilMs,
  };
  const isPaused = await withTenant(db.app, tenant, async (tx) => {
    await dropPausesBefore(tx, nowMs - RETENTION_MS);
    if ((await activePauses(tx)).length >= ACTIVE_MAX) return false;
    await insertPause(tx, tenant, row);
    return true;
  });
  if (!isPaused) return null;
  return { ...row, ...tenant, endedAtMs: null, endedBy: null };
}

type EndPauseOutcome =
  | { readonly kind: 'ended'; readonly pause: PauseRow; readonly isRepeated: boolean }
  | { readonly kind: 'not_found' };

/** Ends a pause; offers resume immediately. Idempotent. */
export async function endPause(
  { db, clock }: Deps,
  tenant: Tenant,
  id: string,
  by: string,
): Promise<EndPauseOutcome> {
  const outcome = await withTenant(db.app, tenant, async (tx): Promise<EndPauseOutcome> => {
    const isEnded = await markPauseEnded(tx, id, { atMs: clock.nowMs(), by });
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
  return row === null ? null : { merchantId: row.merchantId, mode: row.mode };
}

/**
 * Those of these pauses that have not ended. One past its end time is over, even if it is not
 * marked as ended yet. Pure.
 */
export function stillPaused(pauses: readonly PauseRow[], nowMs: number): PauseRow[] {
  return pauses.filter(({ untilMs }) => untilMs === null || untilMs > nowMs);
}

/**
 * Marks pauses that are over as ended, and returns the active ones of all merchants. Needs the
 * pipeline's role.
 */
export async function maintainPauses({ db, clock }: Deps): Promise<readonly PauseRow[]> {
  const nowMs = clock.nowMs();
  const all = await activePauses(db.pipeline);
  const active = stillPaused(all, nowMs);
  for (const { id, untilMs } of all) {
    if (untilMs === null || untilMs > nowMs) continue;
    const end = { atMs: untilMs, by: 'time' };
    await withTransaction(db.pipeline, (tx) => markPauseEnded(tx, id, end));
  }
  return active;
}

type Area = Pick<PauseRow, 'cells' | 'lat' | 'lng' | 'radiusM'>;

/** Whether a place is in an area, including its edges. Pure. */
function isInArea({ cells, lat, lng, radiusM }: Area, place: LatLng): boolean {
  if (lat !== null && lng !== null && radiusM !== null) {
    return distanceM({ lat, lng }, place) <= radiusM;
  }
  return cells.some((cell) => geohashOf(place, cell.length) === cell);
}

const CORNERS = 36;

/** The outlines of an area, each a ring of `[lng, lat]`, for maps. Pure. */
export function outlinesOf({ cells, lat, lng, radiusM }: Area): [number, number][][] {
  if (lat !== null && lng !== null && radiusM !== null) {
    const high = radiusM / 111_195;
    const wide = high / Math.max(0.01, Math.cos((lat * Math.PI) / 180));
    const corner = (index: number): [number, number] => {
      const angle = (2 * Math.PI * index) / CORNERS;
      return [lng + wide * Math.cos(angle), lat + high * Math.sin(angle)];
    };
    return [Array.from({ length: CORNERS }, (_, index) => corner(index))];
  }
  return cells.map((cell) => {
    const { south, west, north, east } = geohashBox(cell);
    return [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
    ];
  });
}

/**
 * The interval at which waiting deliveries are checked again, in case a pause ends without a
 * notification.
 */
const CHECK_MS = 15_000;

/**
 * Returns the deliveries that may be offered. The others wait until their pause ends, and a step of
 * their explanation says since when.
 * @param active the active pauses of all merchants.
 */
export async function holdPaused<Row extends DeliveryRow>(
  { db, keyring, clock }: Pick<DeliveriesDeps, 'db' | 'keyring' | 'clock'>,
  rows: readonly Row[],
  active: readonly PauseRow[],
): Promise<readonly Row[]> {
  if (active.length === 0 && rows.every(({ pauseId: id }) => id === null)) return rows;
  const nowMs = clock.nowMs();
  const marks: Parameters<typeof notePaused>[2][number][] = [];
  const free: Row[] = [];
  for (const row of rows) {
    const pause = pauseOf({ keyring }, row, active);
    if (pause === null) free.push(row);
    if (pause === null && row.pauseId === null) continue;
    const untilMs = pause?.untilMs ?? Number.POSITIVE_INFINITY;
    const nextPassAtMs = Math.min(untilMs, nowMs + CHECK_MS);
    marks.push({
      shipmentId: row.shipmentId,
      pauseId: pause?.id ?? null,
      // Deliveries that are free again keep their schedule.
      nextPassAtMs: pause === null ? row.matchAtMs : nextPassAtMs,
    });
  }
  if (marks.length > 0) await notePaused(db.pipeline, nowMs, marks);
  return free;
}

/**
 * The pause that covers a delivery's pickup; null: none. Of several, the one that lasts longest.
 * Pure.
 */
export function pauseOf(
  { keyring }: Pick<DeliveriesDeps, 'keyring'>,
  row: DeliveryRow,
  active: readonly PauseRow[],
): PauseRow | null {
  if (row.state !== 'open') return null;
  const ofTenant = active.filter((p) => p.merchantId === row.merchantId && p.mode === row.mode);
  if (ofTenant.length === 0) return null;
  const { origin } = openDetails(keyring, row);
  const endMsOf = ({ untilMs }: PauseRow) => untilMs ?? Number.POSITIVE_INFINITY;
  return ofTenant
    .filter((pause) => isInArea(pause, origin))
    .reduce<PauseRow | null>(
      (longest, each) => (longest === null || endMsOf(each) > endMsOf(longest) ? each : longest),
      null,
    );
}
