import { LRUCache } from 'lru-cache';
import { type Event, isDeletion, isQuiet, type ShipmentEvent } from '../../../events/event.ts';
import { entriesMax } from '../../../kernel/entries-max.ts';
import { previousPublished } from '../../../kernel/sequence-jump.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Queryable } from '../../../platform/database/database.ts';
import { bodyWriter, deliveryIdOf } from '../deliveries/body.ts';
import { wants, wantsType } from '../deliveries/decide.ts';
import type { ForeignFormat, FormatWriters } from '../deliveries/format.ts';
import { eraseDeliveries } from '../deliveries/retention.sql.ts';
import { endpointsOf, generationsOf, type WantedEndpoint } from '../endpoints/endpoints.sql.ts';
import { LEASE_MS, type QueueKey, queueName, type Sendable } from '../sending/queue.ts';
import { insertMade, lastSequences, type QueueToMake } from './make.sql.ts';

/** The sender: takes new deliveries directly if it has capacity, which saves a look-up. */
export interface Sender {
  /** How many queues of an endpoint it would take now. */
  room(endpointId: string): number;
  /** A new unique name for a set of claimed queues. */
  newToken(): string;
  /** Queues held by that token until then, each with its deliveries in order. */
  take(token: string, heldUntilMs: number, queues: ReadonlyMap<string, readonly Sendable[]>): void;
  /**
   * Passes on new deliveries of a queue that some process holds, perhaps this sender; or of a queue
   * that is due and unclaimed.
   */
  tell(queue: QueueKey, deliveries: readonly Sendable[]): void;
}

interface MakerDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly sender: Sender;
  readonly formats?: FormatWriters;
  readonly leaseMs?: number;
}

/**
 * The maximum number of rows per statement: an event may go to a thousand endpoints, and bodies
 * have some KiB.
 */
const ROWS_MAX = 1_000;
/**
 * How long a disabled endpoint gets deliveries for later. One that stays disabled for longer is
 * abandoned, and misses events.
 */
const DISABLED_RETENTION_MS = 30 * 86_400_000;

interface EventForEndpoints {
  readonly event: Event;
  readonly endpoints: readonly WantedEndpoint[];
}

/**
 * Creates deliveries of events, those of a shard in order, for each endpoint that wants them, and
 * erases those of a deleted subject. Idempotent: events that a queue has already had are skipped.
 */
export function createMaker(deps: MakerDeps): (events: readonly Event[]) => Promise<void> {
  const { pipeline } = deps.db;
  const endpointLookup = createEndpointLookup(pipeline);
  return async (events) => {
    await createDeliveries(events.filter((event) => !isQuiet(event)));
    for (const { type, subjectId, tenant } of events.filter(isDeletion)) {
      await eraseDeliveries(pipeline, subjectId, tenant, type);
    }
  };

  async function createDeliveries(announced: readonly Event[]): Promise<void> {
    if (announced.length === 0) return;
    const tenants = new Map(announced.map(({ tenant }) => [tenantName(tenant), tenant]));
    const byTenant = await endpointLookup.of([...tenants.values()]);
    const nowMs = deps.clock.nowMs();
    let batch: EventForEndpoints[] = [];
    let rows = 0;
    for (const event of announced) {
      const endpoints = (byTenant.get(tenantName(event.tenant)) ?? []).filter((endpoint) =>
        isWantedBy(endpoint, event, nowMs, deps.formats),
      );
      if (endpoints.length === 0) continue;
      if (rows > 0 && rows + endpoints.length > ROWS_MAX) {
        await insertDeliveries(deps, batch);
        batch = [];
        rows = 0;
      }
      batch.push({ event, endpoints });
      rows += endpoints.length;
    }
    if (rows > 0) await insertDeliveries(deps, batch);
  }
}

/**
 * Whether the endpoint receives the event. An endpoint that has been disabled for too long receives
 * none.
 */
function isWantedBy(
  endpoint: WantedEndpoint,
  event: Event,
  nowMs: number,
  formats: FormatWriters | undefined,
): boolean {
  const { disabledAtMs, format } = endpoint;
  if (disabledAtMs !== null && nowMs - disabledAtMs > DISABLED_RETENTION_MS) return false;
  if (format !== 'waybill') {
    const isTheirs = event.about === 'shipment' && formats?.[format].types.has(event.type) === true;
    return isTheirs && wants(endpoint, event);
  }
  // Nobody knows any more what an erased event was about: an endpoint with filters receives only
  // the deletion, and only if it had received events of the subject before (`deliveriesByQueue`).
  return event.about === 'erased' && hasFilters(endpoint)
    ? isDeletion(event) && wantsType(endpoint.events, event.type)
    : wants(endpoint, event);
}

function hasFilters({ filters }: Pick<WantedEndpoint, 'filters'>): boolean {
  return Object.values(filters).some((filter) => filter !== undefined);
}

/**
 * Writes the deliveries of some events, and passes them to the sender: queues that it now holds,
 * and others that have got something new.
 */
async function insertDeliveries(
  { db, clock, sender, formats, leaseMs }: MakerDeps,
  found: readonly EventForEndpoints[],
) {
  const keys = new Map<string, QueueKey>();
  for (const { event, endpoints } of found) {
    for (const { id } of endpoints) {
      const key = { endpointId: id, subjectId: event.subjectId };
      keys.set(queueName(key), key);
    }
  }
  const lastByQueue = await lastSequences(db.pipeline, [...keys.values()]);
  const foreign = await foreignBodies(formats, found);
  const byQueue = deliveriesByQueue(found, lastByQueue, clock.nowMs(), foreign);
  if (byQueue.size === 0) return;
  const queues = queuesOf(byQueue, sender);
  const nowMs = clock.nowMs();
  const untilMs = nowMs + (leaseMs ?? LEASE_MS);
  const token = sender.newToken();
  const deliveries = [...byQueue.values()].flat();
  const made = await insertMade(db.pipeline, deliveries, queues, { nowMs, untilMs, token });
  const held = new Set(made.held.map(queueName));
  // Another process created some of them meanwhile; only the table knows their state.
  const areOurs = made.many === deliveries.length;
  const accepted = new Map<string, readonly Sendable[]>();
  for (const [name, rows] of byQueue) {
    if (held.has(name)) accepted.set(name, areOurs ? rows : []);
    else if (areOurs && rows[0]) sender.tell(rows[0], rows);
  }
  sender.take(token, untilMs, accepted);
}

type ForeignBodies = ReadonlyMap<ForeignFormat, ReadonlyMap<string, Buffer>>;

/** The bodies in other services' formats that these endpoints need, by format and event id. */
async function foreignBodies(
  formats: FormatWriters | undefined,
  found: readonly EventForEndpoints[],
): Promise<ForeignBodies> {
  const events = new Map<ForeignFormat, Set<ShipmentEvent>>();
  for (const { event, endpoints } of found) {
    for (const { format } of endpoints) {
      if (format === 'waybill' || event.about !== 'shipment') continue;
      events.set(format, (events.get(format) ?? new Set()).add(event));
    }
  }
  const bodies = new Map<ForeignFormat, ReadonlyMap<string, Buffer>>();
  for (const [format, all] of events) {
    const written = await formats?.[format].write([...all]);
    if (written !== undefined) bodies.set(format, written);
  }
  return bodies;
}

/**
 * Numbers each queue's events and writes their bodies. Events that the queue has already had are
 * left out.
 */
function deliveriesByQueue(
  found: readonly EventForEndpoints[],
  lastByQueue: Map<string, number>,
  nowMs: number,
  foreign: ForeignBodies,
): Map<string, (Sendable & { readonly eventId: string })[]> {
  const byQueue = new Map<string, (Sendable & { readonly eventId: string })[]>();
  for (const { event, endpoints } of found) {
    const { subjectId, sequence, tenant } = event;
    const write = bodyWriter(event);
    for (const { id: endpointId, filters, format } of endpoints) {
      const name = queueName({ endpointId, subjectId });
      const lastMade = lastByQueue.get(name) ?? null;
      if (lastMade === null && event.about === 'erased' && hasFilters({ filters })) continue;
      if (lastMade !== null && sequence <= lastMade) continue;
      const previousSequence = previousPublished(lastMade, sequence);
      const id = deliveryIdOf(endpointId, event.id);
      const body =
        format === 'waybill' ? write(id, previousSequence) : foreign.get(format)?.get(event.id);
      if (body === undefined) continue;
      lastByQueue.set(name, sequence);
      // Some thousand are made per second: an object literal costs a tenth of spreading other
      // objects.
      const made = {
        id,
        endpointId,
        subjectId,
        merchantId: tenant.merchantId,
        mode: tenant.mode,
        eventId: event.id,
        type: event.type,
        sequence,
        previousSequence,
        body,
        tries: 0,
        recordedAtMs: event.recordedAtMs,
        requestedAtMs: nowMs,
      };
      const rows = byQueue.get(name);
      if (rows === undefined) byQueue.set(name, [made]);
      else rows.push(made);
    }
  }
  return byQueue;
}

/**
 * Returns the queues to write; each is to be held by this process as long as the sender has room
 * for more queues of its endpoint.
 */
function queuesOf(
  byQueue: ReadonlyMap<string, readonly Sendable[]>,
  sender: Sender,
): QueueToMake[] {
  const roomByEndpoint = new Map<string, number>();
  return [...byQueue.values()].flatMap((rows) => {
    const newest = rows.at(-1);
    if (newest === undefined) return [];
    const { endpointId, subjectId, merchantId, mode, sequence } = newest;
    const roomLeft = roomByEndpoint.get(endpointId) ?? sender.room(endpointId);
    roomByEndpoint.set(endpointId, roomLeft - 1);
    return [
      { endpointId, subjectId, merchantId, mode, lastSequence: sequence, hold: roomLeft > 0 },
    ];
  });
}

/** Looks up endpoints by tenant, as they are in the database at the moment of the call. */
interface EndpointLookup {
  of(tenants: readonly Tenant[]): Promise<ReadonlyMap<string, readonly WantedEndpoint[]>>;
}

/** Tenants whose endpoints are cached; beyond that, the least recently used are read again. */
const TENANTS_MAX = 5_000;

/**
 * Reads a tenant's endpoints only when their generation has changed. The generation itself is read
 * each time: an endpoint created before an event must receive it.
 */
function createEndpointLookup(db: Queryable): EndpointLookup {
  const cached = new LRUCache<string, { generation: string; endpoints: readonly WantedEndpoint[] }>(
    {
      ...entriesMax(TENANTS_MAX),
    },
  );
  return {
    async of(tenants) {
      const found = new Map<string, readonly WantedEndpoint[]>();
      for (const { generation, ...tenant } of await generationsOf(db, tenants)) {
        const name = tenantName(tenant);
        const last = cached.get(name);
        if (last?.generation === generation) {
          found.set(name, last.endpoints);
          continue;
        }
        // Read after its generation: newer data only cause one more read, which does no harm.
        const endpoints = await endpointsOf(db, tenant);
        cached.set(name, { generation, endpoints });
        found.set(name, endpoints);
      }
      return found;
    },
  };
}

function tenantName({ merchantId, mode }: Tenant): string {
  return `${merchantId} ${mode}`;
}
