import {
  type Event,
  isDeletion,
  isQuiet,
  type LoggedShipment,
  type ShipmentEvent,
} from '../../events/event.ts';
import { groupEventTypes } from '../../events/event-types.ts';
import { readEntry } from '../../events/read-entry.ts';
import { definedOnly } from '../../kernel/defined-only.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { type Consumer, startConsumer } from '../../platform/event-log/log-consumer.ts';
import { shipmentsWithTrouble } from '../../tracking/index.ts';
import { shipmentsWithOpenCases } from './cases/cases.sql.ts';
import { attachCourierPhotos } from './claims/evidence-sources.ts';
import { applyFacts } from './decide/apply-facts.ts';
import type { ExceptionsDeps } from './deps.ts';
import { eraseCases } from './erase.sql.ts';

/** The types of events that may change cases. Those that this reaction publishes itself do not. */
const TYPES = groupEventTypes({
  changeCases: [
    'shipment.created',
    'shipment.status_changed',
    'shipment.corrected',
    'shipment.confirmed',
    'shipment.tracking_updated',
    'shipment.proof_added',
    'shipment.deleted',
  ],
  ignored: [
    'shipment.delivered',
    'shipment.edd_changed',
    'shipment.updated',
    'shipment.expired',
    'shipment.exception_opened',
    'shipment.exception_updated',
    'shipment.exception_resolved',
    'delivery_request.resolved',
    'shipment.delay_predicted',
    'shipment.arriving',
    'shipment.assigned',
    'shipment.unassigned',
    'shipment.unassignable',
    'carrier_account.health_changed',
    'carrier_account.push_changed',
    'carrier_account.verification_changed',
    'webhook_endpoint.disabled',
    'courier.silent',
  ],
});

/**
 * The maximum batch. It is smaller than that of other consumers, because an event may take several
 * transactions.
 */
const BATCH_MAX = 400;
const SHARDS_TOGETHER = 64;
const GATHERS_MS = 250;

/**
 * Consumes the log: opens, changes and closes cases as parcels get into and out of trouble. A
 * parcel without trouble costs a share of two queries per batch.
 */
export function consumeForCases(
  deps: ExceptionsDeps & {
    readonly listener: Pick<Listener, 'on'>;
    /** Whether work that people wait for is pending; absent: never. */
    readonly givesWay?: () => boolean;
  },
): Consumer {
  const { tracking, log } = deps;
  return startConsumer({
    name: 'exceptions',
    db: tracking.db,
    listener: deps.listener,
    log,
    batchMax: BATCH_MAX,
    shardsTogether: SHARDS_TOGETHER,
    gathersMs: GATHERS_MS,
    ...definedOnly({ givesWay: deps.givesWay }),
    // Trouble from years before the upgrade would open cases that nobody works on.
    beginsAt: 'newest',
    passesOver: true,
    read: readEntry,
    handle: (events) => handle(deps, events),
  });
}

async function handle(deps: ExceptionsDeps, events: readonly Event[]): Promise<void> {
  const { pipeline } = deps.tracking.db;
  for (const { subjectId } of events.filter(isDeletion)) await eraseCases(pipeline, subjectId);
  const relevant = events.flatMap((event) =>
    event.about === 'shipment' && TYPES.changeCases.has(event.type) && !isQuiet(event)
      ? [event]
      : [],
  );
  const newest = new Map(relevant.map(({ subjectId, tenant }) => [subjectId, tenant]));
  const ids = [...newest.keys()];
  const looked = new Set([
    ...(await shipmentsWithOpenCases(pipeline, ids)),
    ...(await shipmentsWithTrouble(pipeline, ids, Object.keys(deps.policy.reasons))),
    // A merchant may define which reasons open a case.
    ...relevant.flatMap(({ subjectId, data }) => (data.sub_status === null ? [] : [subjectId])),
    ...relevant.flatMap(({ subjectId, data }) => (needsProof(data) ? [subjectId] : [])),
  ]);
  const shown = new Set(relevant.flatMap((event) => (mayShowDamage(event) ? event.subjectId : [])));
  for (const [id, tenant] of newest) {
    if (looked.has(id)) await applyFacts(deps, tenant, id);
    if (shown.has(id)) await attachCourierPhotos(deps, tenant, id);
  }
}

/** Whether the event reports damage, or that photos were taken. */
function mayShowDamage({ type, data }: ShipmentEvent): boolean {
  return data.sub_status === 'damaged' || type === 'shipment.proof_added';
}

/**
 * Whether the shipment is delivered and proof was required. Whether the proof exists is looked up
 * later.
 */
function needsProof({ status, require_proof: required }: LoggedShipment): boolean {
  return status === 'delivered' && required !== undefined && required.length > 0;
}
