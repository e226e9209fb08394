import { estimateLocals } from '../../events/estimate.ts';
import { type Event, isDeletion, type ShipmentEvent } from '../../events/event.ts';
import { readEntry } from '../../events/read-entry.ts';
import { withTransaction } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { type Consumer, startConsumer } from '../../platform/event-log/log-consumer.ts';
import type { Platforms } from '../load-platforms.ts';
import { eraseShopParcels } from '../orders/orders.sql.ts';
import type { ShopWorkDeps } from '../shop-deps.ts';
import { type Milestone, planWrite } from './plan-write.ts';
import { type FoundParcel, insertWrite, parcelsOfShipments } from './writes.sql.ts';

/** The consumer's name in the log. */
const CONSUMER = 'shops';

interface LogDeps extends Pick<ShopWorkDeps, 'db' | 'clock' | 'log'> {
  readonly platforms: Platforms;
  readonly listener: Pick<Listener, 'on'>;
  readonly givesWay?: () => boolean;
  /** Called when something waits to be sent. */
  readonly onWrites: () => void;
}

/** Queues each milestone and estimate for the shops, and erases what is deleted. */
export function consumeForShops(deps: LogDeps): Consumer {
  return startConsumer<Event>({
    name: CONSUMER,
    ...deps,
    beginsAt: 'newest',
    read: readEntry,
    handle: (events) => handle(deps, events),
  });
}

async function handle(deps: LogDeps, events: readonly Event[]): Promise<void> {
  for (const event of events) {
    if (isDeletion(event)) await eraseShopParcels(deps.db.pipeline, event.subjectId);
  }
  const changes = events.filter((event) => event.about === 'shipment');
  const ids = new Set(changes.map(({ subjectId }) => subjectId));
  if (ids.size === 0) return;
  const parcels = await parcelsOfShipments(deps.db.pipeline, [...ids]);
  /** What was last written of each parcel, this batch included. */
  const last = new Map(parcels.map((parcel) => [parcel, lastOf(parcel)]));
  for (const event of changes) {
    for (const parcel of parcels.filter(({ shipmentId }) => shipmentId === event.subjectId)) {
      const written = await queueWrite(deps, parcel, last.get(parcel) ?? null, event);
      if (written !== null) last.set(parcel, written);
    }
  }
}

function lastOf({ lastStatus, lastEstimate }: FoundParcel): Milestone | null {
  return lastStatus === null ? null : { status: lastStatus, estimatedDelivery: lastEstimate };
}

/** Queues what an entry says about a parcel; returns it, or null if the shop has it already. */
async function queueWrite(
  deps: LogDeps,
  parcel: FoundParcel,
  last: Milestone | null,
  event: ShipmentEvent,
): Promise<Milestone | null> {
  const { status, estimated_delivery: estimate } = event.data;
  const milestone = { status, estimatedDelivery: estimateLocals(estimate).date };
  const canWrite = deps.platforms.get(parcel.platform)?.api !== undefined;
  const plan = planWrite({ ...parcel, canWrite, last }, milestone, event.sequence);
  if (plan.kind === 'nothing') return null;
  const write = {
    ...parcel,
    ...milestone,
    eventId: event.id,
    sequence: event.sequence,
    occurredAtMs: event.occurredAtMs,
    notSent: plan.kind === 'not_sent' ? plan.reason : null,
  };
  await withTransaction(deps.db.pipeline, (tx) => insertWrite(tx, write, deps.clock.nowMs()));
  deps.onWrites();
  return milestone;
}
