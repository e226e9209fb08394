export {
  CASE_KINDS,
  CASE_OUTCOMES,
  type CaseKind,
  CLAIM_REASONS,
  CLAIM_STATES,
  type Claim,
  type ExceptionCase,
  WAITING_FOR,
} from './cases/case.ts';
export {
  caseDetails,
  caseJson,
  deliveryRequestContent,
  RESOLVED_TO,
} from './cases/case-details.ts';
export { CASE_EVENT_TYPES } from './cases/case-events.sql.ts';
export type { CaseCounts, CaseFilter, MerchantCases } from './cases/cases.sql.ts';
export {
  caseFigures,
  casesByMerchant,
  countCasesForMerchant,
  STATS_BY,
  type StatsRow,
  shipmentsOfOpenCases,
  shipmentsWithoutCases,
} from './cases/cases.sql.ts';
export type { CaseOutcomeOf, CaseRefusal, CaseView, Worker } from './cases/work-cases.ts';
export type { ClaimOutcome } from './claims/claims.ts';
export {
  EVIDENCE_BYTES_MAX,
  EVIDENCE_MAX,
  EVIDENCE_TYPES,
  type Evidence,
  type EvidenceOutcome,
  sweepErasedEvidence,
} from './claims/evidence.ts';
export { applyFacts } from './decide/apply-facts.ts';
export type { CarrierPort, ExceptionsDeps } from './deps.ts';
export { dropCasesBefore } from './erase.sql.ts';
export {
  createExceptions,
  type Exceptions,
  predictCaseOutcome,
  startExceptions,
  updateCases,
} from './exceptions.ts';
export { readPolicyFile } from './policy/own-policy.ts';
export { exceptionPolicy, exceptionPolicyChange } from './policy/policy.ts';
export { type OwnCouriers, withOwnCouriers } from './requests/carrier-request.ts';
export { CASE_OPTIONS, requestedAddress } from './requests/request.ts';
export {
  type AddressRequest,
  DAY_WINDOWS,
  type DayWindow,
  type ListedDeliveryRequest,
  type PhotosOutcome,
  type PlaceOfPickup,
  type RedirectionRequest,
  type RescheduleRequest,
  type SelfService,
  type SelfServiceOffers,
  type SelfServiceOutcome,
  type SelfServiceSubject,
} from './requests/self-service.ts';
export { placeOfPickup } from './requests/self-service-pickup.ts';
export { EXCEPTIONS_SEALED } from './sealed-columns.sql.ts';
