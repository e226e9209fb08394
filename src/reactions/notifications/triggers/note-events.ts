import { type Event, isDeletion, isQuiet, type ShipmentEvent } from '../../../events/event.ts';
import { groupEventTypes } from '../../../events/event-types.ts';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock, RandomBytes } from '../../../platform/clock.ts';
import { type Database, withTransaction } from '../../../platform/database/database.ts';
import { shipmentsOfNobody } from '../../../tracking/index.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import type { RulesInForce } from '../rules/rules-in-force.ts';
import { activeSubscriptions, deleteSubscriptions } from '../subscribing/subscriptions.sql.ts';
import { milestonesOf } from './milestones-of.ts';
import { decideAnew, forgetShipment, insertNotes, type MovedOn } from './notes.sql.ts';
import { audiencesOf, notesOf, type Subscriber } from './route.ts';

interface NoteDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly rules: Pick<RulesInForce, 'readOf'>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** Erases what channels themselves store about a shipment's messages. */
  readonly eraseStored: (event: Pick<Event, 'tenant' | 'subjectId'>) => Promise<void>;
}

/**
 * Processes events of one shard of the log, in their order: notes about which shipments, on what
 * topic and to whom there may be a message. Whether it is sent is decided when the note is due
 * (policy/decide.ts). Only for the recipient of a shipment without any people is it decided at once
 * that there is no address. Repeated events are noted once.
 *
 * @returns how many messages are to be decided.
 */
export async function noteEvents(deps: NoteDeps, events: readonly Event[]): Promise<number> {
  const noted = await note(deps, events.flatMap(noteworthy));
  const anew = await decideAnew(deps.db.pipeline, movedOn(events), deps.clock.nowMs());
  for (const event of events.filter(isDeletion)) await forget(deps, event);
  return noted + anew;
}

/**
 * Event types, by whether they may make a waiting message wrong. Those that do not have no
 * milestone either (`milestonesOf`).
 */
export const TYPES = groupEventTypes({
  outdateMessages: [
    'shipment.status_changed',
    'shipment.corrected',
    'shipment.delivered',
    'shipment.confirmed',
    'shipment.edd_changed',
    'shipment.updated',
    'shipment.expired',
    'shipment.exception_opened',
    'shipment.exception_updated',
    'shipment.exception_resolved',
    'delivery_request.resolved',
    'shipment.delay_predicted',
    'shipment.arriving',
    'shipment.deleted',
  ],
  keepMessages: [
    'shipment.created',
    'shipment.proof_added',
    'shipment.assigned',
    'shipment.unassigned',
    'shipment.unassignable',
    'carrier_account.health_changed',
    'carrier_account.push_changed',
    'carrier_account.verification_changed',
    'webhook_endpoint.disabled',
    'courier.silent',
  ],
  skipped: ['shipment.tracking_updated'],
});

/**
 * The latest event of each shipment after which a message about it may be wrong. Quiet events
 * count, too.
 */
function movedOn(events: readonly Event[]): readonly MovedOn[] {
  const latest = new Map<string, bigint>();
  for (const event of events) {
    if (event.about !== 'shipment' || !TYPES.outdateMessages.has(event.type)) continue;
    latest.set(event.subjectId, event.position);
  }
  return [...latest].map(([shipmentId, position]) => ({ shipmentId, position }));
}

function noteworthy(event: Event): ShipmentEvent[] {
  if (event.about !== 'shipment' || isQuiet(event) || milestonesOf(event).length === 0) return [];
  return [event];
}

async function note(deps: NoteDeps, events: readonly ShipmentEvent[]): Promise<number> {
  const { db, rules, clock, randomBytes } = deps;
  if (events.length === 0) return 0;
  const tenants = new Map(
    events.map(({ tenant }) => [`${tenant.merchantId} ${tenant.mode}`, tenant]),
  );
  const rulesOf = await rules.readOf(db.pipeline, [...tenants.values()]);
  const subscribers = await subscribersOf(db, events, rulesOf);
  const all = events.flatMap((event) =>
    notesOf(event, rulesOf(event.tenant), subscribers.get(event.subjectId) ?? []).map((each) => ({
      ...each,
      event,
    })),
  );
  const nowMs = clock.nowMs();
  // Ids begin with the time, which is the same for all notes here; sorting puts them in the order
  // of the notes.
  const ids = all.map(() => uuidV7(nowMs, randomBytes(10))).sort();
  const nobodys = await shipmentsOfNobody(
    db.pipeline,
    all.flatMap(({ audience, event }) => (audience === 'recipient' ? [event.subjectId] : [])),
  );
  // Such a note could only end without an address, and its decision would cost as much as
  // everything else about the event.
  const isNobodys = ({ audience, event }: (typeof all)[number]) =>
    audience === 'recipient' && nobodys.has(event.subjectId);
  const notes = all.map((each, nr) => ({
    ...each,
    id: ids[nr] as string,
    notSent: isNobodys(each) ? ('no_address' as const) : null,
  }));
  return insertNotes(db.pipeline, notes, nowMs);
}

async function subscribersOf(
  db: NoteDeps['db'],
  events: readonly ShipmentEvent[],
  rulesOf: (tenant: Tenant) => RuleSet,
): Promise<ReadonlyMap<string, readonly Subscriber[]>> {
  const ids = events
    .filter((event) => audiencesOf(event, rulesOf(event.tenant)).has('subscribers'))
    .map(({ subjectId }) => subjectId);
  if (ids.length === 0) return new Map();
  const found = new Map<string, Subscriber[]>();
  for (const each of await activeSubscriptions(db.pipeline, [...new Set(ids)])) {
    found.set(each.shipmentId, [...(found.get(each.shipmentId) ?? []), each]);
  }
  return found;
}

async function forget(deps: NoteDeps, event: Pick<Event, 'tenant' | 'subjectId'>): Promise<void> {
  await withTransaction(deps.db.pipeline, async (tx) => {
    await forgetShipment(tx, event.subjectId, deps.clock.nowMs());
    await deleteSubscriptions(tx, event.subjectId);
  });
  await deps.eraseStored(event);
}
