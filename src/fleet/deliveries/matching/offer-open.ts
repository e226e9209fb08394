import type { Tenant } from '../../../kernel/tenant.ts';
import { together, withTransaction } from '../../../platform/database/database.ts';
import { type NextRound, nextRound, type OnShift } from '../../dispatch/index.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { type DeliveryRow, lockDeliveries, noteRounds } from '../store/deliveries.sql.ts';
import {
  insertOffers,
  insertSteps,
  type OfferRow,
  offersOf,
  openOfferCounts,
} from '../store/offers.sql.ts';
import type { AsKnown } from './known-couriers.ts';
import { announceAllUnassignable, RecentOffers, wantedOf } from './pass.ts';

/**
 * Maximum of deliveries written in one transaction, so that a request for one of them waits no
 * longer than for a few.
 */
const TOGETHER_MAX = 25;
/**
 * An offer unanswered for this long stays open but no longer blocks other offers to that courier.
 */
const ATTEMPT_MS_MAX = 30_000;

interface Round {
  readonly row: DeliveryRow;
  /** How many couriers got an offer before. */
  readonly couriersOffered: number;
  readonly next: NextRound;
}

/** Couriers who may get offers, and the current state of offering. */
interface KnownToAsk extends AsKnown<OnShift> {
  readonly isRush: boolean;
  readonly lately?: RecentOffers | undefined;
}

/** Offers the due deliveries to couriers, oldest first; returns how many offers were made. */
export async function offerOpen(
  deps: DeliveriesDeps,
  tenant: Tenant,
  rows: readonly DeliveryRow[],
  { couriers, isWhole, isRush, lately = new RecentOffers() }: KnownToAsk,
): Promise<number> {
  const { db, clock } = deps;
  const ids = rows.map(({ shipmentId: id }) => id);
  const [openOffers, offered] = await Promise.all([
    openOfferCounts(db.pipeline, tenant, clock.nowMs() - ATTEMPT_MS_MAX),
    offersOf(db.pipeline, ids),
  ]);
  const busy = new Map(openOffers);
  const offers = new Map<string, OfferRow[]>();
  for (const offer of offered) {
    offers.set(offer.shipmentId, [...(offers.get(offer.shipmentId) ?? []), offer]);
  }
  const oldestFirst = [...rows].sort((a, b) => a.openedAtMs - b.openedAtMs);
  let made = 0;
  const failures: unknown[] = [];
  for (let from = 0; from < oldestFirst.length; from += TOGETHER_MAX) {
    const rounds = oldestFirst.slice(from, from + TOGETHER_MAX).map((row): Round => {
      const offered = offers.get(row.shipmentId) ?? [];
      const nowMs = clock.nowMs();
      const next = nextRound(wantedOf(deps, row), toOfferState(row, offered), {
        couriers,
        isWhole,
        busy,
        isRush,
        isReading: (courierId) => lately.has(courierId, nowMs),
        nowMs,
      });
      for (const { courier } of next.asks) {
        busy.set(courier.courierId, (busy.get(courier.courierId) ?? 0) + 1);
      }
      lately.note(
        next.asks.map(({ courier }) => courier.courierId),
        nowMs,
      );
      return { row, couriersOffered: offered.length, next };
    });
    const written = await writeRounds(deps, tenant, rounds);
    made += written.made;
    failures.push(...written.failures);
    const queued = written.stillOpen.filter(
      ({ row, next }) => next.isQueued && row.queuedAtMs === null,
    );
    await announceAllUnassignable(deps, tenant, queued).catch((error: unknown) => {
      failures.push(error);
    });
  }
  // Failed ones are matched again when their lease is over; the others had their turn.
  if (failures.length > 0) throw failures[0];
  return made;
}

function toOfferState(row: DeliveryRow, offered: readonly OfferRow[]) {
  return {
    rounds: row.rounds,
    offered: new Set(offered.map(({ courierId: id }) => id)),
    isQueued: row.queuedAtMs !== null,
  };
}

interface Written {
  /** The number of offers made. */
  readonly made: number;
  /** The deliveries that were still open, and so decided by this pass. */
  readonly stillOpen: readonly Round[];
}

/**
 * Writes the offers of these deliveries in one transaction. If it fails, for example because a
 * shipment is gone, writes them one by one. Never rejects.
 */
async function writeRounds(
  deps: DeliveriesDeps,
  tenant: Tenant,
  rounds: readonly Round[],
): Promise<Written & { readonly failures: readonly unknown[] }> {
  try {
    return { ...(await writeTogether(deps, tenant, rounds)), failures: [] };
  } catch (error) {
    if (rounds.length === 1) return { made: 0, stillOpen: [], failures: [error] };
  }
  let made = 0;
  const stillOpen: Round[] = [];
  const failures: unknown[] = [];
  for (const round of rounds) {
    try {
      const written = await writeTogether(deps, tenant, [round]);
      made += written.made;
      stillOpen.push(...written.stillOpen);
    } catch (error) {
      failures.push(error);
    }
  }
  return { made, stillOpen, failures };
}

function writeTogether(
  { db, clock }: DeliveriesDeps,
  tenant: Tenant,
  rounds: readonly Round[],
): Promise<Written> {
  return withTransaction(db.pipeline, async (tx) => {
    // Some may have been taken or cancelled since they were read, or the lease ran out and another
    // process matches them.
    const locked = await lockDeliveries(
      tx,
      rounds.map(({ row }) => row.shipmentId),
    );
    const currentRows = new Map(locked.map((row) => [row.shipmentId, row]));
    const stillOpen = rounds.filter(({ row }) => {
      const current = currentRows.get(row.shipmentId);
      return current?.state === 'open' && current.matchAtMs === row.matchAtMs;
    });
    const atMs = clock.nowMs();
    const offers = stillOpen.flatMap(({ row, next }) =>
      next.asks.map(({ courier, terms }) => ({
        shipmentId: row.shipmentId,
        courierId: courier.courierId,
        terms,
        round: next.rounds,
        atMs,
        aloneUntilMs: atMs + next.passInMs,
      })),
    );
    const offered = new Map<string, number>();
    const made = await insertOffers(tx, tenant, offers);
    for (const id of made) offered.set(id, (offered.get(id) ?? 0) + 1);
    const offeredRounds = stillOpen.filter(({ row }) => offered.has(row.shipmentId));
    const steps = offeredRounds.map(({ row, next }) => ({
      shipmentId: row.shipmentId,
      atMs,
      what: 'offered',
      courierId: null,
      detail: { round: next.rounds, offered: offered.get(row.shipmentId) ?? 0 },
    }));
    const passes = stillOpen.map(({ row, next }) => ({
      shipmentId: row.shipmentId,
      rounds: next.rounds,
      nextPassAtMs: atMs + next.passInMs,
    }));
    // Pipelined: sent together, run one after the other.
    await together([insertSteps(tx, tenant, steps), noteRounds(tx, passes)]);
    return { made: made.length, stillOpen };
  });
}
