import { nextRound } from '../../dispatch/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { withTransaction } from '../../platform/database/database.ts';
import { type AtWork, couriersAtWork } from '../couriers-at-work.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { holdPaused } from '../pauses/hold-paused.ts';
import { lookAfterPauses } from '../pauses/pauses.ts';
import {
  claimDue,
  type DeliveryRow,
  lockDelivery,
  noteRound,
  settingOf,
} from '../store/deliveries.sql.ts';
import { insertOffers, insertStep, type OfferRow, offersOf } from '../store/offers.sql.ts';
import { assignOpen } from './assign-open.ts';
import { type CourierIndex, createCourierIndex } from './courier-index.ts';
import { tellUnassignable, wantedOf } from './wanted.ts';

/** Looked at in one turn: what is more waits for the next, the oldest first. */
const BATCH_MAX = 500;
/** Nobody else looks at what was taken until then; who took it and died loses that long. */
const LEASE_MS = 4_000;

export interface Matched {
  readonly looked: number;
  readonly offers: number;
  readonly assigned: number;
}

/**
 * Asks couriers for the deliveries that are due, or assigns them where the merchant wants that. What goes
 * wrong with one merchant's holds up no other's. Rejects after all have had their turn.
 *
 * @param index couriers as they are kept between looks; absent: they are read.
 */
export async function matchOpen(
  deps: DeliveriesDeps,
  index: Pick<CourierIndex, 'freeOf'> = createCourierIndex(deps, null),
): Promise<Matched> {
  const nowMs = deps.clock.nowMs();
  const paused = await lookAfterPauses(deps);
  const claim = { nowMs, untilMs: nowMs + LEASE_MS, limit: BATCH_MAX };
  const rows = await holdPaused(deps, await claimDue(deps.db.pipeline, claim), paused);
  let offers = 0;
  let assigned = 0;
  const failures: unknown[] = [];
  for (const { tenant, mine } of byTenant(rows)) {
    try {
      if ((await settingOf(deps.db.pipeline, tenant)) === 'auto') {
        assigned += await assignOpen(deps, tenant, mine, await index.freeOf(tenant));
      } else {
        offers += await offerOpen(deps, tenant, mine, await couriersAtWork(deps, tenant));
      }
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return { looked: rows.length, offers, assigned };
}

function byTenant(rows: readonly DeliveryRow[]) {
  const groups = new Map<string, { readonly tenant: Tenant; readonly mine: DeliveryRow[] }>();
  for (const row of rows) {
    const key = `${row.merchant_id} ${row.mode}`;
    const tenant = { merchantId: row.merchant_id, mode: row.mode };
    const group = groups.get(key) ?? { tenant, mine: [] };
    group.mine.push(row);
    groups.set(key, group);
  }
  return groups.values();
}

async function offerOpen(
  deps: DeliveriesDeps,
  tenant: Tenant,
  rows: readonly DeliveryRow[],
  { couriers, busy }: AtWork,
): Promise<number> {
  const ids = rows.map(({ shipment_id: id }) => id);
  const offers = await offersOf(deps.db.pipeline, ids);
  const busyNow = new Map(busy);
  let made = 0;
  const oldestFirst = [...rows].sort((a, b) => a.opened_at.getTime() - b.opened_at.getTime());
  for (const row of oldestFirst) {
    const asked = offers.filter((offer) => offer.shipment_id === row.shipment_id);
    const next = nextRound(wantedOf(deps, row), stateOf(row, asked), {
      ...{ couriers, busy: busyNow },
      nowMs: deps.clock.nowMs(),
    });
    for (const { courier } of next.asks) {
      busyNow.set(courier.courierId, (busyNow.get(courier.courierId) ?? 0) + 1);
    }
    made += next.asks.length;
    await writeRound(deps, tenant, row, next);
    if (next.isQueued && row.queued_at === null) {
      await tellUnassignable(deps, tenant, row, asked.length);
    }
  }
  return made;
}

function stateOf(row: DeliveryRow, asked: readonly OfferRow[]) {
  return {
    rounds: row.rounds,
    asked: new Set(asked.map(({ courier_id: id }) => id)),
    isQueued: row.queued_at !== null,
  };
}

async function writeRound(
  { db, clock }: DeliveriesDeps,
  tenant: Tenant,
  { shipment_id: shipmentId }: DeliveryRow,
  next: ReturnType<typeof nextRound>,
): Promise<void> {
  await withTransaction(db.pipeline, async (tx) => {
    // Somebody may have taken it, or it was cancelled, since it was read.
    const row = await lockDelivery(tx, shipmentId);
    if (row?.state !== 'open') return;
    const atMs = clock.nowMs();
    const lookAtMs = atMs + next.lookInMs;
    if (next.asks.length > 0) {
      const offers = next.asks.map(({ courier, terms }) => ({
        courierId: courier.courierId,
        terms,
      }));
      await insertOffers(tx, tenant, shipmentId, {
        ...{ round: next.rounds, atMs, aloneUntilMs: lookAtMs, offers },
      });
      const detail = { round: next.rounds, asked: offers.length };
      await insertStep(tx, tenant, { shipmentId, atMs, what: 'offered', detail });
    }
    const queuedAtMs = next.isQueued ? atMs : null;
    await noteRound(tx, shipmentId, { rounds: next.rounds, lookAtMs, queuedAtMs });
  });
}
