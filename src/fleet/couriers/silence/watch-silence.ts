import { createHash } from 'node:crypto';
import type { CourierEvent } from '../../../events/event.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Clock, RandomBytes } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import { appendToLog, SHARDS, withShard } from '../../../platform/event-log/event-log.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { type Loop, startLoop } from '../../../platform/work/loop.ts';
import {
  type AtWork,
  couriersWithParcels,
  endSilences,
  insertSilence,
  markSilencePublished,
  nextCourierSequence,
  nextParcel,
  silencesBut,
  unpublishedSilences,
} from './silences.sql.ts';

interface SilenceDeps {
  readonly db: Pick<Database, 'pipeline'>;
  /** How long a courier may be out of contact before somebody should look into it. */
  readonly silentAfterMs: (tenant: Tenant) => Promise<number>;
  /**
   * When these couriers last sent a position, even one too inaccurate to show; epoch ms. Couriers
   * without a position since then are left out.
   */
  readonly lastPositions: (
    courierIds: readonly string[],
    sinceMs: number,
  ) => Promise<ReadonlyMap<string, number>>;
  /** Updates the cases of this parcel to the current silences. */
  readonly applyCases: (tenant: Tenant, shipmentId: string) => Promise<void>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
}

const CHECK_EVERY_MS = 60_000;
const UNNOTIFIED_MAX = 200;

/**
 * Detects couriers who fall silent on their route and who make contact again. Each change is
 * recorded once, even if several processes detect it. Call `now` to check immediately.
 */
export function startWatchingSilence(deps: SilenceDeps): Loop {
  return startLoop({
    run: () => updateSilences(deps),
    everyMs: CHECK_EVERY_MS,
    onFailure: (err) => deps.log.warn({ err }, 'the check for silent couriers failed'),
  });
}

async function updateSilences(deps: SilenceDeps): Promise<void> {
  const { db, clock, log } = deps;
  const nowMs = clock.nowMs();
  const couriers = await couriersWithParcels(db.pipeline, nowMs);
  const quiet = await withPositions(deps, await selectQuiet(deps, couriers, nowMs), nowMs);
  const lastContactOf = new Map(quiet.map((courier) => [courier.courierId, courier.lastContactMs]));
  const endedIds = couriers.flatMap(({ courierId, lastContactMs, silence }) => {
    const contactMs = Math.max(lastContactMs, lastContactOf.get(courierId) ?? 0);
    return silence !== null && contactMs > silence.sinceMs ? [silence.id] : [];
  });
  const idleIds = await silencesBut(
    db.pipeline,
    couriers.map(({ courierId }) => courierId),
  );
  await endSilences(db.pipeline, [...endedIds, ...idleIds], nowMs);
  for (const courier of quiet) {
    if (courier.silence !== null && !endedIds.includes(courier.silence.id)) continue;
    if (nowMs - courier.lastContactMs < (await deps.silentAfterMs(courier.tenant))) continue;
    if (await recordSilence(deps, courier, nowMs)) {
      const since = new Date(courier.lastContactMs).toISOString();
      log.warn({ courier_id: wireId('courier', courier.courierId), since }, 'a courier is silent');
    }
  }
  await updateCases(deps);
}

/**
 * The couriers whose known contacts are too old, and those already silent. Their positions are
 * checked next.
 */
async function selectQuiet(
  { silentAfterMs }: SilenceDeps,
  couriers: readonly AtWork[],
  nowMs: number,
): Promise<AtWork[]> {
  const quiet: AtWork[] = [];
  for (const courier of couriers) {
    const isQuiet = nowMs - courier.lastContactMs >= (await silentAfterMs(courier.tenant));
    if (isQuiet || courier.silence !== null) quiet.push(courier);
  }
  return quiet;
}

/**
 * Updates the last contact by positions. A phone that sends positions too inaccurate to show is not
 * silent.
 */
async function withPositions(
  { lastPositions }: SilenceDeps,
  quiet: readonly AtWork[],
  nowMs: number,
): Promise<AtWork[]> {
  if (quiet.length === 0) return [];
  const earliestMs = Math.min(nowMs, ...quiet.map(({ lastContactMs }) => lastContactMs));
  const positions = await lastPositions(
    quiet.map(({ courierId }) => courierId),
    earliestMs,
  );
  return quiet.map((courier) => ({
    ...courier,
    lastContactMs: Math.max(courier.lastContactMs, positions.get(courier.courierId) ?? 0),
  }));
}

const TYPE: CourierEvent['type'] = 'courier.silent';

/**
 * Records a silence and publishes it to the log, in one transaction. Returns false if another
 * process did so first.
 */
async function recordSilence(
  { db, randomBytes }: SilenceDeps,
  { courierId, tenant, lastContactMs }: AtWork,
  nowMs: number,
): Promise<boolean> {
  const shard = createHash('sha256').update(courierId).digest().readUInt8(0) % SHARDS;
  return withShard(db.pipeline, shard, async (tx) => {
    const shipmentId = await nextParcel(tx, courierId);
    const id = uuidV7(nowMs, randomBytes(10));
    const silence = { id, courierId, sinceMs: lastContactMs, shipmentId, nowMs };
    if (!(await insertSilence(tx, tenant, silence))) return false;
    const entry = {
      id: uuidV7(nowMs, randomBytes(10)),
      tenant,
      subjectId: courierId,
      sequence: await nextCourierSequence(tx, courierId),
      type: TYPE,
      occurredAtMs: nowMs,
      data: {
        id: courierId,
        courier_id: wireId('courier', courierId),
        silent_since: new Date(lastContactMs).toISOString(),
        shipment_id: shipmentId,
      } satisfies CourierEvent['data'],
      previousAttributes: {},
    };
    await appendToLog(tx, shard, [entry], nowMs);
    return true;
  });
}

/**
 * Updates the cases of silences that changed. It is repeated until it succeeds: even if a process
 * is killed between the two steps, no case stays open forever.
 */
async function updateCases({ db, applyCases }: SilenceDeps): Promise<void> {
  for (const { id, tenant, shipmentId, lasts } of await unpublishedSilences(
    db.pipeline,
    UNNOTIFIED_MAX,
  )) {
    if (shipmentId !== null) await applyCases(tenant, shipmentId);
    await markSilencePublished(db.pipeline, id, lasts);
  }
}
