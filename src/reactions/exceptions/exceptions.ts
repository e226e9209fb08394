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
import type { Tenant } from '../../kernel/tenant.ts';
import { withTenant } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { type Consumer, startConsumer } from '../../platform/event-log/log-consumer.ts';
import { shipmentsWithTrouble, viewShipment } from '../../tracking/ports/shipments.ts';
import { loadCaseHistory, observedOf } from './cases/case-details.ts';
import {
  type CaseCounts,
  type CasePage,
  type CountQuery,
  caseById,
  caseStats,
  countCases,
  type ListedCase,
  listCases,
  type StatsQuery,
  type StatsRow,
  shipmentsWithOpenCases,
} from './cases/cases.sql.ts';
import { startDeadlines } from './cases/deadlines.ts';
import { nameParcel, recordRefund, reopenCase } from './cases/remedies.ts';
import {
  addNote,
  changeAttributes,
  openCase,
  resolveCase,
  resolveDeliveryRequest,
  sendBackNow,
  showCase,
} from './cases/work-cases.ts';
import {
  changeDraft,
  claimPage,
  decideClaim,
  draftClaim,
  dropDraft,
  showClaim,
  submitClaim,
} from './claims/claims.ts';
import { addEvidence, listEvidence, readEvidence, removeEvidence } from './claims/evidence.ts';
import { attachCourierPhotos } from './claims/evidence-sources.ts';
import { approveAddress, refuseAddress } from './decide/address.ts';
import { applyFacts } from './decide/apply-facts.ts';
import { attemptsOf, isCausedByRequest } from './decide/attempts.ts';
import { isToGoBack } from './decide/decide.ts';
import type { ExceptionsDeps } from './deps.ts';
import { eraseCases } from './erase.sql.ts';
import { changeOwnPolicy, ownPolicy } from './policy/own-policy.ts';
import { createSelfService, type DeliveryRequestService } from './requests/create-self-service.ts';

/** The type of a use case whose `deps` are already bound. */
type Bound<F> = F extends (deps: ExceptionsDeps, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : never;

/** All operations on exceptions, for the API and the consoles. */
export interface Exceptions {
  readonly selfService: DeliveryRequestService;
  /** Lists cases. Tenant null: those of every merchant, for operators. */
  list(tenant: Tenant | null, page: CasePage): Promise<readonly ListedCase[]>;
  /** The tenant to which a case belongs, for operators; null when there is no such case. */
  tenantOf(caseId: string): Promise<Tenant | null>;
  /** Counts the open cases of a list's tabs, up to `most` each. */
  count(tenant: Tenant | null, query: CountQuery): Promise<CaseCounts>;
  stats(tenant: Tenant | null, query: StatsQuery): Promise<readonly StatsRow[]>;
  readonly show: Bound<typeof showCase>;
  readonly open: Bound<typeof openCase>;
  readonly change: Bound<typeof changeAttributes>;
  readonly note: Bound<typeof addNote>;
  readonly resolve: Bound<typeof resolveCase>;
  readonly sendBack: Bound<typeof sendBackNow>;
  readonly reopen: Bound<typeof reopenCase>;
  readonly recordRefund: Bound<typeof recordRefund>;
  readonly nameParcel: Bound<typeof nameParcel>;
  readonly resolveDeliveryRequest: Bound<typeof resolveDeliveryRequest>;
  readonly approveAddress: Bound<typeof approveAddress>;
  readonly refuseAddress: Bound<typeof refuseAddress>;
  readonly addEvidence: Bound<typeof addEvidence>;
  readonly listEvidence: Bound<typeof listEvidence>;
  readonly readEvidence: Bound<typeof readEvidence>;
  readonly removeEvidence: Bound<typeof removeEvidence>;
  readonly draftClaim: Bound<typeof draftClaim>;
  readonly changeDraft: Bound<typeof changeDraft>;
  readonly dropDraft: Bound<typeof dropDraft>;
  readonly submitClaim: Bound<typeof submitClaim>;
  readonly decideClaim: Bound<typeof decideClaim>;
  readonly showClaim: Bound<typeof showClaim>;
  readonly claims: Bound<typeof claimPage>;
  readonly policy: Bound<typeof ownPolicy>;
  readonly changePolicy: Bound<typeof changeOwnPolicy>;
}

export function createExceptions(deps: ExceptionsDeps): Exceptions {
  const { app, pipeline } = deps.tracking.db;
  const bound =
    <Rest extends unknown[], Result>(work: (deps: ExceptionsDeps, ...rest: Rest) => Result) =>
    (...rest: Rest): Result =>
      work(deps, ...rest);
  return {
    selfService: createSelfService(deps),
    list: (tenant, page) =>
      tenant === null
        ? listCases(pipeline, null, page)
        : withTenant(app, tenant, (tx) => listCases(tx, tenant, page)),
    async tenantOf(caseId) {
      const found = await caseById(pipeline, caseId);
      return found && { merchantId: found.merchantId, mode: found.mode };
    },
    count: (tenant, query) =>
      tenant === null
        ? countCases(pipeline, null, query)
        : withTenant(app, tenant, (tx) => countCases(tx, tenant, query)),
    stats: (tenant, query) =>
      tenant === null
        ? caseStats(pipeline, null, query)
        : withTenant(app, tenant, (tx) => caseStats(tx, tenant, query)),
    show: bound(showCase),
    open: bound(openCase),
    change: bound(changeAttributes),
    note: bound(addNote),
    resolve: bound(resolveCase),
    sendBack: bound(sendBackNow),
    reopen: bound(reopenCase),
    recordRefund: bound(recordRefund),
    nameParcel: bound(nameParcel),
    resolveDeliveryRequest: bound(resolveDeliveryRequest),
    approveAddress: bound(approveAddress),
    refuseAddress: bound(refuseAddress),
    addEvidence: bound(addEvidence),
    listEvidence: bound(listEvidence),
    readEvidence: bound(readEvidence),
    removeEvidence: bound(removeEvidence),
    draftClaim: bound(draftClaim),
    changeDraft: bound(changeDraft),
    dropDraft: bound(dropDraft),
    submitClaim: bound(submitClaim),
    decideClaim: bound(decideClaim),
    showClaim: bound(showClaim),
    claims: bound(claimPage),
    policy: bound(ownPolicy),
    changePolicy: bound(changeOwnPolicy),
  };
}

/** Starts the consumer of the log and the check of deadlines; they run until they are stopped. */
export function startExceptions(deps: Parameters<typeof consumeForCases>[0]): {
  idle(): Promise<void>;
  stop(): Promise<void>;
} {
  const consumer = consumeForCases(deps);
  const deadlines = startDeadlines(deps);
  return {
    idle: () => consumer.idle(),
    async stop() {
      await deadlines.stop();
      await consumer.stop();
    },
  };
}

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
    'shop.disabled',
    'shipment.delivery_withdrawn',
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
    seesDemo: true,
    read: readEntry,
    handle: (events) => updateCases(deps, events),
  });
}

/** Updates the cases of the parcels of these events. */
export async function updateCases(deps: ExceptionsDeps, events: readonly Event[]): Promise<void> {
  const { pipeline } = deps.tracking.db;
  for (const { subjectId } of events.filter(isDeletion)) await eraseCases(pipeline, subjectId);
  const relevant = events.flatMap((event) =>
    event.about === 'shipment' && TYPES.changeCases.has(event.type) && !isQuiet(event)
      ? [event]
      : [],
  );
  const tenantById = new Map(relevant.map(({ subjectId, tenant }) => [subjectId, tenant]));
  const ids = [...tenantById.keys()];
  const idsToCheck = new Set([
    ...(await shipmentsWithOpenCases(pipeline, ids)),
    ...(await shipmentsWithTrouble(pipeline, ids, Object.keys(deps.policy.reasons))),
    // A merchant may define which reasons open a case.
    ...relevant.flatMap(({ subjectId, data }) => (data.sub_status === null ? [] : [subjectId])),
    ...relevant.flatMap(({ subjectId, data }) => (needsProof(data) ? [subjectId] : [])),
  ]);
  const idsWithPhotos = new Set(
    relevant.flatMap((event) => (mayHavePhotosOfDamage(event) ? event.subjectId : [])),
  );
  for (const [id, tenant] of tenantById) {
    if (idsToCheck.has(id)) await applyFacts(deps, tenant, id);
    if (idsWithPhotos.has(id)) await attachCourierPhotos(deps, tenant, id);
  }
}

/** Whether the event reports damage, or that photos were taken. */
function mayHavePhotosOfDamage({ type, data }: ShipmentEvent): boolean {
  return data.sub_status === 'damaged' || type === 'shipment.proof_added';
}

/**
 * Whether the shipment is delivered and proof was required. Whether the proof exists is looked up
 * later.
 */
function needsProof({ status, require_proof: required }: LoggedShipment): boolean {
  return status === 'delivered' && required !== undefined && required.length > 0;
}

/** The expected outcome of a failed attempt or an exception, for notifications about it. */
export interface Foresight {
  /** Whether the parcel is sent back because of it: nobody can arrange another visit then. */
  readonly goesBack: boolean;
  /** Whether it is the effect of somebody's request, and so no trouble. */
  readonly requested: boolean;
}

/** Predicts what the rules will make of the shipment's current state. */
export async function predictCaseOutcome(
  deps: ExceptionsDeps,
  tenant: Tenant,
  shipmentId: string,
): Promise<Foresight> {
  const { tracking } = deps;
  const view = await viewShipment(tracking, tenant, shipmentId);
  if (view === null) return { goesBack: false, requested: false };
  const { policy } = await ownPolicy(deps, tenant);
  const { cases, standing } = await withTenant(tracking.db.app, tenant, (tx) =>
    loadCaseHistory(tx, shipmentId),
  );
  const observed = observedOf(view);
  const attempts = attemptsOf(observed.events);
  const lastCase = cases.findLast(
    ({ exceptionCase }) => exceptionCase.kind === 'attempts',
  )?.exceptionCase;
  // Once a return is commanded, the status shows it. A case that a person closed is left to people.
  const isLeftToRules =
    lastCase === undefined ||
    (lastCase.returnCommandedAtMs === null && lastCase.closedHow !== 'person');
  return {
    goesBack: isLeftToRules && isToGoBack(observed, attempts, standing, policy),
    requested: isCausedByRequest(observed.reason, attempts, standing, tracking.clock.nowMs()),
  };
}
