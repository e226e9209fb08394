import { type NextRound, nextRound, type OnShift } from '../../dispatch/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { withTransaction } from '../../platform/database/database.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { type DeliveryRow, lockDeliveries, noteRounds } from '../store/deliveries.sql.ts';
import {
  insertOffers,
  insertSteps,
  looksOf,
  type OfferRow,
  offersOf,
} from '../store/offers.sql.ts';
import { tellUnassignable, wantedOf } from './wanted.ts';

/** Written in one transaction: whoever takes one of them waits for it no longer than for a few of one each. */
const TOGETHER_MAX = 25;
/**
 * Who has not answered an offer for so long does not look at it: it stays open, and keeps others from that
 * courier no longer.
 */
const LOOKS_MS = 30_000;

interface Round {
  readonly row: DeliveryRow;
  /** How many were asked before. */
  readonly asked: number;
  readonly next: NextRound;
}

/** Asks couriers for the deliveries that are due, the oldest first; answers how many offers were made. */
export async function offerOpen(
  deps: DeliveriesDeps,
  tenant: Tenant,
  rows: readonly DeliveryRow[],
  couriers: readonly OnShift[],
): Promise<number> {
  const { db, clock } = deps;
  const busy = new Map(await looksOf(db.pipeline, tenant, clock.nowMs() - LOOKS_MS));
  const offers = new Map<string, OfferRow[]>();
  const ids = rows.map(({ shipment_id: id }) => id);
  for (const offer of await offersOf(db.pipeline, ids)) {
    offers.set(offer.shipment_id, [...(offers.get(offer.shipment_id) ?? []), offer]);
  }
  const oldestFirst = [...rows].sort((a, b) => a.opened_at.getTime() - b.opened_at.getTime());
  let made = 0;
  for (let from = 0; from < oldestFirst.length; from += TOGETHER_MAX) {
    const rounds = oldestFirst.slice(from, from + TOGETHER_MAX).map((row): Round => {
      const asked = offers.get(row.shipment_id) ?? [];
      const next = nextRound(wantedOf(deps, row), stateOf(row, asked), {
        ...{ couriers, busy },
        nowMs: clock.nowMs(),
      });
      for (const { courier } of next.asks) {
        busy.set(courier.courierId, (busy.get(courier.courierId) ?? 0) + 1);
      }
      return { row, asked: asked.length, next };
    });
    made += await writeRounds(deps, tenant, rounds);
    for (const { row, asked, next } of rounds) {
      if (next.isQueued && row.queued_at === null) await tellUnassignable(deps, tenant, row, asked);
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

/** What stops a whole transaction, such as a courier who is gone, is tried one by one. */
async function writeRounds(
  deps: DeliveriesDeps,
  tenant: Tenant,
  rounds: readonly Round[],
): Promise<number> {
  try {
    return await writeTogether(deps, tenant, rounds);
  } catch (error) {
    if (rounds.length === 1) throw error;
  }
  let made = 0;
  const failures: unknown[] = [];
  for (const round of rounds) {
    try {
      made += await writeTogether(deps, tenant, [round]);
    } catch (error) {
      // It is looked at again when its lease is over; the others go on.
      failures.push(error);
    }
  }
  if (failures.length === rounds.length) throw failures[0];
  return made;
}

function writeTogether(
  { db, clock }: DeliveriesDeps,
  tenant: Tenant,
  rounds: readonly Round[],
): Promise<number> {
  return withTransaction(db.pipeline, async (tx) => {
    // Some may have been taken or cancelled since they were read.
    const locked = await lockDeliveries(
      tx,
      rounds.map(({ row }) => row.shipment_id),
    );
    const open = new Set(
      locked.filter(({ state }) => state === 'open').map(({ shipment_id: id }) => id),
    );
    const still = rounds.filter(({ row }) => open.has(row.shipment_id));
    const atMs = clock.nowMs();
    const offers = still.flatMap(({ row, next }) =>
      next.asks.map(({ courier, terms }) => ({
        ...{ shipmentId: row.shipment_id, courierId: courier.courierId, terms },
        ...{ round: next.rounds, atMs, aloneUntilMs: atMs + next.lookInMs },
      })),
    );
    await insertOffers(tx, tenant, offers);
    const asking = still.filter(({ next }) => next.asks.length > 0);
    await insertSteps(
      tx,
      tenant,
      asking.map(({ row, next }) => ({
        ...{ shipmentId: row.shipment_id, atMs, what: 'offered', courierId: null },
        detail: { round: next.rounds, asked: next.asks.length },
      })),
    );
    await noteRounds(
      tx,
      still.map(({ row, next }) => ({
        ...{ shipmentId: row.shipment_id, rounds: next.rounds, lookAtMs: atMs + next.lookInMs },
        queuedAtMs: next.isQueued ? atMs : null,
      })),
    );
    return offers.length;
  });
}
