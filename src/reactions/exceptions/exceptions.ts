import type { Tenant } from '../../kernel/tenant.ts';
import { withTenant } from '../../platform/database/database.ts';
import { type CasePage, caseById, type ListedCase, listCases } from './cases/cases.sql.ts';
import { startDeadlines } from './cases/deadlines.ts';
import { caseStats, type StatsQuery, type StatsRow } from './cases/stats.sql.ts';
import {
  addNote,
  changeAttributes,
  nameReturn,
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
import { consumeForCases } from './consume-log.ts';
import { approveAddress, refuseAddress } from './decide/address.ts';
import type { ExceptionsDeps } from './deps.ts';
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
  stats(tenant: Tenant | null, query: StatsQuery): Promise<readonly StatsRow[]>;
  readonly show: Bound<typeof showCase>;
  readonly open: Bound<typeof openCase>;
  readonly change: Bound<typeof changeAttributes>;
  readonly note: Bound<typeof addNote>;
  readonly resolve: Bound<typeof resolveCase>;
  readonly sendBack: Bound<typeof sendBackNow>;
  readonly nameReturn: Bound<typeof nameReturn>;
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
    nameReturn: bound(nameReturn),
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
