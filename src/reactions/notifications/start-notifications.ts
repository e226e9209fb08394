import { type Event, isDeletion, isQuiet, type ShipmentEvent } from '../../events/event.ts';
import { groupEventTypes } from '../../events/event-types.ts';
import { readEntry } from '../../events/read-entry.ts';
import { definedOnly } from '../../kernel/defined-only.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Clock, RandomBytes } from '../../platform/clock.ts';
import { type Database, withTransaction } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { LOG_CHANNEL } from '../../platform/event-log/event-log.ts';
import { startConsumer } from '../../platform/event-log/log-consumer.ts';
import { shipmentsOfNobody } from '../../tracking/ports/shipments.ts';
import { CHANNEL_KINDS, type ChannelsOf, type Render } from './contract.ts';
import type { DispatchDeps } from './deliver/dispatch-deps.ts';
import { startOutbox } from './deliver/outbox.ts';
import type { Notifications, NotificationsDeps } from './notifications.ts';
import type { RuleSet } from './rules/rule-set.ts';
import type { RulesInForce } from './rules/rules-in-force.ts';
import { activeSubscriptions, deleteSubscriptions } from './subscribing/subscriptions.sql.ts';
import { milestonesOf } from './triggers/milestones-of.ts';
import {
  forgetShipment,
  insertNotifications,
  type MovedOn,
  makeWaitingDue,
} from './triggers/queue.sql.ts';
import { audiencesOf, notificationsFor, type Subscriber } from './triggers/route.ts';

interface StartNotificationsOptions
  extends Omit<NotificationsDeps, 'installationRules' | 'channelsOf'>,
    Pick<DispatchDeps, 'predictCaseOutcome' | 'handedOver'> {
  readonly notifications: Notifications;
  readonly listener: Pick<Listener, 'on'>;
  readonly channelsOf: ChannelsOf;
  /** Erases what channels that are no longer in use store about a deleted shipment. */
  readonly eraseMailbox: (shipmentId: string) => Promise<void>;
  readonly render: Render;
  /** Whether work that people wait for is pending; absent: never. */
  readonly givesWay?: () => boolean;
  /** The hub's public URL, without a slash at the end. */
  readonly publicUrl: () => string;
  /**
   * The database session that shows that this process is alive. Absent: its leases end by time
   * alone.
   */
  readonly holder?: number;
}

/** The running consumer of the log and the senders of notifications. */
export interface RunningNotifications {
  /** Resolves when everything in the log is queued, and everything due is decided and tried. */
  idle(): Promise<void>;
  stop(): Promise<void>;
  /** The number of log entries that are not queued yet. */
  lag(): Promise<number>;
}

export const NOTIFICATIONS_CONSUMER = 'notifications';
/**
 * The number of shards whose messages are written in one statement; a shard that fails is tried by
 * itself.
 */
const SHARDS_TOGETHER = 64;
const ENTRIES_MAX = 1_000;
const GATHERS_MS = 50;

/**
 * Starts to read the log from its newest entry, and to decide and send the notifications that
 * follow from it.
 */
export function startNotifications(options: StartNotificationsOptions): RunningNotifications {
  const { notifications, db, log, clock, randomBytes } = options;
  const { rules, addressKey } = notifications;
  const outbox = startOutbox({ ...options, rules, addressKey, holder: options.holder ?? null });
  const deps = {
    db,
    rules,
    clock,
    randomBytes,
    eraseStored: (event: ErasedShipment) => eraseStored(options, event),
  };
  const consumer = startConsumer({
    name: NOTIFICATIONS_CONSUMER,
    db,
    log,
    beginsAt: 'newest',
    passesOver: true,
    batchMax: ENTRIES_MAX,
    shardsTogether: SHARDS_TOGETHER,
    gathersMs: GATHERS_MS,
    ...definedOnly({ givesWay: options.givesWay }),
    skips: TYPES.skipped,
    read: readEntry,
    handle: async (events) => {
      if ((await queueForEvents(deps, events)) > 0) outbox.wake();
    },
  });
  const unsubscribe = options.listener.on(LOG_CHANNEL, (shard) =>
    consumer.wake(shard === null ? null : Number(shard)),
  );
  return {
    async idle() {
      await consumer.idle();
      await outbox.idle();
    },
    async stop() {
      unsubscribe();
      await consumer.stop();
      await outbox.stop();
    },
    lag: () => consumer.lag(),
  };
}

interface ErasedShipment {
  readonly tenant: Tenant;
  readonly subjectId: string;
}

/** Erases what any channel of the merchant or of the installation stores about a shipment. */
async function eraseStored(
  { channelsOf, eraseMailbox }: StartNotificationsOptions,
  { tenant, subjectId }: ErasedShipment,
): Promise<void> {
  await eraseMailbox(subjectId);
  for (const kind of CHANNEL_KINDS) {
    for (const whose of ['own', 'installation'] as const) {
      for (const channel of await channelsOf(tenant, kind, whose)) {
        await channel.erase?.(subjectId);
      }
    }
  }
}

interface QueueDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly rules: Pick<RulesInForce, 'readOf'>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** Erases what channels themselves store about a shipment's messages. */
  readonly eraseStored: (event: Pick<Event, 'tenant' | 'subjectId'>) => Promise<void>;
}

/**
 * Processes the events of one shard of the log, in their order: queues the notifications that they
 * may lead to. Whether one is sent is decided when it is due (policy/decide.ts). The exception is the
 * recipient of a shipment without any people: it is decided at once that there is no address. An
 * event that is read twice is queued once.
 *
 * @returns how many messages are to be decided.
 */
async function queueForEvents(deps: QueueDeps, events: readonly Event[]): Promise<number> {
  const queued = await queueNotifications(deps, events.flatMap(relevantEvents));
  const madeDue = await makeWaitingDue(
    deps.db.pipeline,
    outdatingEvents(events),
    deps.clock.nowMs(),
  );
  for (const event of events.filter(isDeletion)) await eraseNotifications(deps, event);
  return queued + madeDue;
}

/**
 * Event types, by whether they may make a waiting message wrong. Those that do not have no
 * milestone either (`milestonesOf`).
 */
const TYPES = groupEventTypes({
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
    'shop.disabled',
    'shipment.delivery_withdrawn',
    'courier.silent',
  ],
  skipped: ['shipment.tracking_updated'],
});

/**
 * The latest event of each shipment after which a message about it may be wrong. Quiet events
 * count, too.
 */
function outdatingEvents(events: readonly Event[]): readonly MovedOn[] {
  const latest = new Map<string, bigint>();
  for (const event of events) {
    if (event.about !== 'shipment' || !TYPES.outdateMessages.has(event.type)) continue;
    latest.set(event.subjectId, event.position);
  }
  return [...latest].map(([shipmentId, position]) => ({ shipmentId, position }));
}

function relevantEvents(event: Event): ShipmentEvent[] {
  if (event.about !== 'shipment' || isQuiet(event) || milestonesOf(event).length === 0) return [];
  return [event];
}

async function queueNotifications(
  deps: QueueDeps,
  events: readonly ShipmentEvent[],
): Promise<number> {
  const { db, rules, clock, randomBytes } = deps;
  if (events.length === 0) return 0;
  const tenants = new Map(
    events.map(({ tenant }) => [`${tenant.merchantId} ${tenant.mode}`, tenant]),
  );
  const rulesOf = await rules.readOf(db.pipeline, [...tenants.values()]);
  const subscribers = await subscribersOf(db, events, rulesOf);
  const all = events.flatMap((event) =>
    notificationsFor(event, rulesOf(event.tenant), subscribers.get(event.subjectId) ?? []).map(
      (each) => ({
        ...each,
        event,
      }),
    ),
  );
  const nowMs = clock.nowMs();
  // Ids begin with the time, which is the same for all of them here, so they are sorted to follow
  // the order of the notifications.
  const ids = all.map(() => uuidV7(nowMs, randomBytes(10))).sort();
  const nobodys = await shipmentsOfNobody(
    db.pipeline,
    all.flatMap(({ audience, event }) => (audience === 'recipient' ? [event.subjectId] : [])),
  );
  // Such a notification could only end without an address, and deciding on it would cost as much
  // as everything else about the event.
  const isNobodys = ({ audience, event }: (typeof all)[number]) =>
    audience === 'recipient' && nobodys.has(event.subjectId);
  const notifications = all.map((each, index) => ({
    ...each,
    id: ids[index] as string,
    notSent: isNobodys(each) ? ('no_address' as const) : null,
  }));
  return insertNotifications(db.pipeline, notifications, nowMs);
}

async function subscribersOf(
  db: QueueDeps['db'],
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

/** Erases everything stored for the notifications of a deleted shipment. */
async function eraseNotifications(
  deps: QueueDeps,
  event: Pick<Event, 'tenant' | 'subjectId'>,
): Promise<void> {
  await withTransaction(deps.db.pipeline, async (tx) => {
    await forgetShipment(tx, event.subjectId, deps.clock.nowMs());
    await deleteSubscriptions(tx, event.subjectId);
  });
  await deps.eraseStored(event);
}
