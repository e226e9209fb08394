export type {
  Acknowledgement,
  AdapterLimits,
  AdapterManifest,
  Capability,
  CarrierAdapter,
  CarrierReport,
  CodeKind,
  CodeMatch,
  NumberCandidate,
  NumberMiss,
  NumberRecogniser,
  ParseOutcome,
  ParseOutcomeKind,
  Payload,
  PayloadKind,
  PushManifest,
  ReportedEstimate,
  ReportedFact,
  ReportedLink,
  ReportedPlace,
  ReportSnapshot,
  Verdict,
  WebhookOptions,
  WebhookRequest,
  WebhookVerifier,
} from './contract/contract.ts';
export { judgeHeaders } from './contract/judge-headers.ts';
export type {
  AccountFailure,
  CarrierAccess,
  CarrierAnswer,
  CarrierCall,
  CarrierSession,
  CredentialField,
  Credentials,
  Handshake,
  HttpAnswer,
  ProofDocument,
  ProofOutcome,
  ProofRequest,
  PushHook,
  SubscribeOutcome,
  TokenOutcome,
  TrackOutcome,
} from './contract/pull.ts';
export { type BridgeCodes, bridgeCodes } from './detect/bridge-codes.ts';
export { carriersCalled } from './detect/carrier-names.ts';
export {
  ASKS,
  BRIDGES,
  bridgesOf,
  type CatalogueCarrier,
  REACHES,
  type Reach,
  reachOf,
  shippedCatalogue,
} from './detect/catalogue.ts';
export { clearWinner, type DetectedCarrier, detectCarriers } from './detect/detect.ts';
export { pastedNumbers, withoutLabel } from './detect/input.ts';
export {
  carrierName,
  type ShipmentCarrier,
  shipmentCarrier,
  shipmentCarrierIds,
  trackingPageOf,
} from './detect/shipment-carriers.ts';
export { bundlePackage, type OwnModules, runBundle } from './packages/bundle-package.ts';
export {
  type PackageReply,
  type PackageRequest,
  type PackageWork,
  RUN_PACKAGES,
} from './packages/calls.ts';
export { containPackages } from './packages/contain-packages.ts';
export {
  describeModule,
  mappingPath,
  memberOf,
  type PackageDescription,
  readDescription,
} from './packages/describe.ts';
export { unpackResult } from './packages/results.ts';
export {
  type CarrierTerm,
  CHECK_IDS,
  CHECKS_BY_LEVEL,
  type CheckId,
  carrierTerms,
  EXEMPT_WITHOUT_LOSS,
  isCheckId,
  LEVELS,
  type Level,
  levelOf,
  type StoredScorecard,
  unknownCarriers,
} from './registry/levels.ts';
export type { AdapterHome, LoadedAdapter } from './registry/load-adapter.ts';
export {
  type AdapterFolder,
  type AdapterSources,
  adapterFolders,
  isShipped,
  type LoadedRegistry,
  loadAdapterAt,
  loadAdapters,
  packagedMappings,
  packagedSandboxes,
  type Registry,
  shippedPackages,
  webhookSecretSetting,
} from './registry/registry.ts';
export {
  CALL_TIMEOUT_MS,
  type CallReport,
  createSession,
  type Debit,
  type ObservedExchange,
  type OpenedSession,
  type SessionBreaker,
  type SessionOptions,
} from './session/session.ts';
export {
  createPace,
  createTokenCache,
  type Pace,
  type PaceWindow,
  paceWindows,
  type TokenCache,
} from './session/tokens.ts';
export { type AccessVerdict, verifyAccess } from './session/verify-access.ts';
