export type { AddressOutcome } from './address.ts';
export { RESOLVED_TO } from './back-to.ts';
export type { CarrierAnswer, CarrierPort } from './carrier-port.ts';
export {
  CASE_KINDS,
  CASE_OUTCOMES,
  type CaseActor,
  type CaseKind,
  type CaseOutcome,
  CLAIM_REASONS,
  CLAIM_STATES,
  type Claim,
  type ClaimReason,
  type ClaimState,
  type ExceptionCase,
  WAITS_FOR,
  type WaitsFor,
} from './case.ts';
export { type CaseDetails, caseDetails, type WishDetails, wishSays } from './case-details.ts';
export { CASE_EVENT_TYPES } from './case-events.sql.ts';
export { caseFigures } from './case-figures.sql.ts';
export { caseJson } from './case-json.ts';
export type { CaseFilter, ListedCase } from './cases.sql.ts';
export type { ClaimOutcome } from './claims.ts';
export type { ExceptionsDeps } from './deps.ts';
export {
  EVIDENCE_BYTES_MAX,
  EVIDENCE_MAX,
  EVIDENCE_TYPES,
  type Evidence,
  sweepErasedEvidence,
} from './evidence.ts';
export { createExceptions, type Exceptions, startExceptions } from './exceptions.ts';
export { type Foresight, foresee } from './foresee.ts';
export { CASE_OPTIONS } from './options.ts';
export {
  type ExceptionPolicy,
  type ExceptionPolicyChange,
  exceptionPolicy,
  exceptionPolicyChange,
} from './policy.ts';
export { readPolicyFile } from './policy-file.ts';
export { EXCEPTIONS_SEALED } from './sealed-columns.sql.ts';
export {
  type AddressWish,
  DAY_WINDOWS,
  type DayWindow,
  type PhotoOffer,
  type PhotosOutcome,
  type PlaceOfPickup,
  type RedirectWish,
  type RescheduleWish,
  type SelfService,
  type SelfServiceOffers,
  type SelfServiceOutcome,
  type SelfServiceSubject,
  type StandingWish,
} from './self-service.ts';
export { placeOfPickup } from './self-service-pickup.ts';
export { STATS_BY, type StatsRow } from './stats.sql.ts';
export { wishedAddress } from './wish.ts';
export type { CaseOutcomeOf, CaseRefusal, CaseView, Worker } from './work-cases.ts';
