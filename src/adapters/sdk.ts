/**
 * Everything that an adapter may import: the contract and the pure rules that carriers share. A
 * carrier's folder of this repository imports it as `../sdk.ts`, a package as `waybill/adapter`. A
 * package gets the hub's own copy, so that both mean the same things. Sandboxes import
 * `../sandbox-kit/index.ts` (in a package: `waybill/adapter/sandbox`) instead.
 * @example
 * import { type CarrierAdapter, EMPTY_SNAPSHOT, parseJsonOrNull } from 'waybill/adapter';
 * export const parse: CarrierAdapter['parse'] = ({ text }) =>
 *   parseJsonOrNull(text) === null
 *     ? { outcome: 'unreadable', reason: 'found no JSON', trackingNumbers: [] }
 *     : { outcome: 'not_yet', reason: EMPTY_SNAPSHOT.serviceLevel ?? 'none', trackingNumbers: [] };
 */

/** The hub's own schema library, so that a package does not need one. */
export { z } from 'zod';
export {
  bareNumber,
  type CheckDigitRule,
  digitsOf,
  endsInCheckDigit,
  gs1CheckDigit,
  mod7CheckDigit,
  mod10CheckDigit,
  mod11Mod10CheckDigit,
  s10CheckDigit,
} from '../kernel/numbers/check-digit.ts';
export {
  type CheckedDigit,
  lastDigit,
  type NumberFormat,
  postalItemFormat,
  recogniserOf,
} from '../kernel/numbers/number-formats.ts';
export { countryOfAlpha3, isCountryCode } from '../kernel/places/country-codes.ts';
export { countryOfName } from '../kernel/places/country-names.ts';
export { zoneOfCountry, zoneOfPlace, zoneOfUsPlace } from '../kernel/places/postal-zone.ts';
export {
  formatOffset,
  instantMs,
  NO_TIME,
  type PlaceTime,
  parseOffset,
  type TimePrecision,
  wallClockMs,
  type ZoneSource,
} from '../kernel/time/place-time.ts';
export {
  placeTimeFromIso,
  placeTimeInZone,
  placeTimeWithOffset,
  placeTimeWithoutZone,
} from '../kernel/time/zoned-time.ts';
export { documentFromBase64, mediaTypeOf } from '../kernel/wire/document-bytes.ts';
export {
  constantTimeEquals,
  hmacSha256Base64,
  hmacSha256Hex,
  matchesAnyHmacSha256Base64,
  matchesAnyHmacSha256Hex,
  matchesAnySecret,
} from '../kernel/wire/hmac.ts';
export {
  looseBoolean,
  looseCode,
  looseList,
  looseNumber,
  looseObject,
  looseText,
  parseJsonOrNull,
} from '../kernel/wire/loose.ts';
export { matchesAnyRsaSha256Base64, rsaSha256Base64 } from '../kernel/wire/rsa.ts';
export { storable } from '../kernel/wire/storable.ts';
export { toPlainValue, type XmlElement, xmlOrNull } from '../kernel/wire/xml.ts';
export { wordsAsCode } from '../kernel/words-as-code.ts';
export { readShippedYaml } from '../platform/settings/yaml-settings.ts';
export {
  failureIn,
  readParcels,
  settleParcels,
  trackInBatches,
  verdictOf,
} from './contract/batches.ts';
export type {
  BridgeDesk,
  BridgedParcel,
  QuotaOutcome,
  RegisterOutcome,
  StopOutcome,
} from './contract/bridge.ts';
export {
  type BridgeReading,
  estimateOfMidnight,
  parcelsOutcome,
  SENDABLE_NUMBER,
  verdictOfAnswer,
} from './contract/bridge-answers.ts';
export { type ParcelRecords, type RecordAnswer, recordDesk } from './contract/bridge-desk.ts';
export {
  type Acknowledgement,
  type AdapterLimits,
  type AdapterManifest,
  type Capability,
  type CarrierAdapter,
  type CarrierReport,
  type CodeKind,
  type CodeMatch,
  EMPTY_SNAPSHOT,
  type HeaderRefusal,
  type NumberCandidate,
  type NumberMiss,
  type NumberRecogniser,
  type ParseOutcome,
  type ParseOutcomeKind,
  type Payload,
  type PayloadKind,
  type PushManifest,
  type PushSubscriptionManifest,
  type ReportedEstimate,
  type ReportedFact,
  type ReportedLink,
  type ReportedPlace,
  type ReportSnapshot,
  requestedNumber,
  type Verdict,
  type WebhookOptions,
  type WebhookRequest,
  type WebhookVerifier,
} from './contract/contract.ts';
export {
  type OpeningHours,
  PICKUP_POINT_KINDS,
  PICKUP_SERVICES,
  type PickupPoint,
  type PickupPointKind,
  type PickupPointQuery,
  type PickupPointsOutcome,
  type PickupService,
  REDIRECT_KINDS,
  RETURN_REASONS,
  type RedirectKind,
  type RedirectOption,
  type RedirectOptionsOutcome,
  type RedirectOutcome,
  type RedirectRequest,
  type RedirectTarget,
  type ReturnReason,
  WEEKDAYS,
  type Weekday,
} from './contract/extras.ts';
export { type HmacScheme, hmacVerifier } from './contract/hmac-webhook.ts';
export {
  accountFailureOf,
  failureOfStatus,
  readFacts,
  trackOneByOne,
} from './contract/one-by-one.ts';
export {
  coordinates,
  inWeekOrder,
  isPlausiblePlace,
  metresBetween,
  metresOfMiles,
  openingHours,
  POINTS_DEFAULT,
  POINTS_MAX,
  pointId,
  pointsOutcome,
  RADIUS_M_DEFAULT,
  RADIUS_M_MAX,
  requestedKinds,
  shownText,
  wallTime,
} from './contract/places.ts';
export {
  type AccountFailure,
  askInBatches,
  type BatchAnswer,
  BEARER_TOKEN,
  batchesOf,
  type CarrierAccess,
  type CarrierAnswer,
  type CarrierCall,
  type CarrierSession,
  type CredentialField,
  type Credentials,
  failureOf,
  type Handshake,
  type HttpAnswer,
  type ProofDocument,
  type ProofOutcome,
  type ProofRequest,
  type PushHook,
  retryAfterOf,
  type SubscribeOutcome,
  type TokenAccess,
  type TokenOutcome,
  type TrackFinding,
  type TrackOutcome,
  type VerifyOutcome,
  waitRequestedBy,
} from './contract/pull.ts';
