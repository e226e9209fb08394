import { type Event, isDeletion, isQuiet, type ShipmentEvent } from '../../../events/event.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock, RandomBytes } from '../../../platform/clock.ts';
import { type Database, withTransaction } from '../../../platform/database/database.ts';
import { type Shipment, shipmentsByIds, type TrackingDeps } from '../../../tracking/index.ts';
import { peopleOf, recipientOf } from '../people/people.ts';
import { type Decision, decideAll, isToldAtAll } from '../policy/decide.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import type { RulesInForce } from '../rules/rules-in-force.ts';
import { deleteSubscriptions } from '../subscribing/subscriptions.sql.ts';
import { type Foresight, milestonesOf, type News, wantsForesight } from './milestones-of.ts';
import { type Decided, forgetShipment, insertDecisions, toldOf } from './notes.sql.ts';

export interface FollowDeps {
  readonly db: Pick<Database, 'pipeline' | 'app'>;
  readonly tracking: TrackingDeps;
  readonly rules: RulesInForce;
  readonly addressKey: () => Promise<Uint8Array>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** What is about to become of a parcel in trouble; absent: nobody works on that. */
  readonly foresee?: (tenant: Tenant, shipmentId: string) => Promise<Foresight>;
  /** Destroys what channels keep themselves of a shipment's messages. */
  readonly eraseKept: (event: Pick<Event, 'tenant' | 'subjectId'>) => Promise<void>;
}

/**
 * What the consumer does with events of one shard of the log, in their order: decides on all at once
 * and writes the decisions down, with the windows they take, in one transaction. Sending is another's
 * work. Events may come again.
 *
 * @returns how many messages are now to be sent.
 */
export async function tellOf(deps: FollowDeps, events: readonly Event[]): Promise<number> {
  const toSend = await tell(deps, events.flatMap(newsOf));
  for (const event of events.filter(isDeletion)) await forget(deps, event);
  return toSend;
}

function newsOf(event: Event): ShipmentEvent[] {
  const isNews = event.about === 'shipment' && !isQuiet(event) && milestonesOf(event).length > 0;
  return isNews ? [event] : [];
}

/** An event that some rule is about, with the rules and the parcel that it is about. */
interface ToTell {
  readonly event: ShipmentEvent;
  readonly rules: RuleSet;
  readonly shipment: Shipment;
}

async function tell(deps: FollowDeps, events: readonly ShipmentEvent[]): Promise<number> {
  const { db, tracking, clock } = deps;
  const about = await toTell(deps, events);
  if (about.length === 0) return 0;
  const news = await foreseen(deps, about);
  const key = await deps.addressKey();
  const parcels = new Map(about.map(({ shipment }) => [shipment.id, shipment]));
  const known = [...parcels.values()].map((shipment) => ({
    shipment,
    recipient: recipientOf(shipment, tracking.sealer),
  }));
  return withTransaction(db.pipeline, async (tx) => {
    const nowMs = clock.nowMs();
    const people = await peopleOf(tx, known, key);
    const told = await toldOf(tx, [...parcels.keys()]);
    const all = about.map(({ rules, shipment: { id: shipmentId } }, nr) => ({
      ...{ shipmentId, rules, people: people.get(shipmentId) ?? [] },
      news: news[nr] as News,
    }));
    const decisions = decideAll({ all, told, nowMs });
    return insertDecisions(tx, withIds(deps, about, decisions, nowMs), nowMs);
  });
}

async function toTell(
  { db, rules }: FollowDeps,
  events: readonly ShipmentEvent[],
): Promise<ToTell[]> {
  if (events.length === 0) return [];
  const tenants = new Map(
    events.map(({ tenant }) => [`${tenant.merchantId} ${tenant.mode}`, tenant]),
  );
  const rulesOf = await rules.readOf(db.pipeline, [...tenants.values()]);
  const told = events.filter((event) => isToldAtAll(event, rulesOf(event.tenant)));
  if (told.length === 0) return [];
  const ids = new Set(told.map(({ subjectId }) => subjectId));
  const shipments = await shipmentsByIds(db.pipeline, [...ids]);
  const byId = new Map(shipments.map((shipment) => [shipment.id, shipment]));
  return told.flatMap((event) => {
    const shipment = byId.get(event.subjectId);
    // Deleted since: the event that says so comes later in the log.
    if (shipment === undefined || !isOf(shipment, event.tenant)) return [];
    return [{ event, shipment, rules: rulesOf(event.tenant) }];
  });
}

function isOf(shipment: Shipment, { merchantId, mode }: Tenant): boolean {
  return shipment.merchantId === merchantId && shipment.mode === mode;
}

/** Trouble is rare among all that happens, and to foresee what becomes of it reads much. */
async function foreseen({ foresee }: FollowDeps, about: readonly ToTell[]): Promise<News[]> {
  const news: News[] = [];
  for (const { event } of about) {
    const foresight = wantsForesight(event)
      ? await foresee?.(event.tenant, event.subjectId)
      : undefined;
    news.push(foresight === undefined ? event : { ...event, foresight });
  }
  return news;
}

/** Ids begin with the time and are in the order of the decisions, which are all of one moment. */
function withIds(
  { randomBytes }: FollowDeps,
  about: readonly ToTell[],
  decisions: readonly (readonly Decision[])[],
  nowMs: number,
): Decided[] {
  const all = about.flatMap(({ event, shipment }, nr) =>
    (decisions[nr] ?? []).map((decision) => ({
      ...{ decision, tenant: event.tenant, shipmentId: shipment.id, eventId: event.id },
      ...{ shard: event.shard, position: event.position, recordedAtMs: event.recordedAtMs },
    })),
  );
  const ids = all.map(() => uuidV7(nowMs, randomBytes(10))).sort();
  return all.map(({ decision, ...place }, nr) => ({
    ...{ ...decision, ...place, id: ids[nr] as string },
  }));
}

async function forget(deps: FollowDeps, event: Pick<Event, 'tenant' | 'subjectId'>): Promise<void> {
  await withTransaction(deps.db.pipeline, async (tx) => {
    await forgetShipment(tx, event.subjectId, deps.clock.nowMs());
    await deleteSubscriptions(tx, event.subjectId);
  });
  await deps.eraseKept(event);
}
