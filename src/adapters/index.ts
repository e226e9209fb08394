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
export { clearWinner, type DetectedCarrier, detectCarriers } from './detect/detect.ts';
export { type CarrierTerm, carrierTerms, unknownCarriers } from './registry/carrier-terms.ts';
export {
  CHECK_IDS,
  CHECKS_BY_LEVEL,
  type CheckId,
  EXEMPT_WITHOUT_LOSS,
  isCheckId,
  LEVELS,
  type Level,
  levelOf,
} from './registry/levels.ts';
export {
  type AdapterHome,
  type AdapterSources,
  carrierFolders,
  type LoadedAdapter,
  loadAdapterAt,
  loadAdapters,
  packagedMappings,
  packagedSandboxes,
  type Registry,
  webhookSecretSetting,
} from './registry/registry.ts';
export type { StoredScorecard } from './registry/scorecard.ts';
export { createPace, type Pace, type PaceWindow, paceWindows } from './session/pace.ts';
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
export { createTokenCache, type TokenCache } from './session/tokens.ts';
export { type AccessVerdict, verifyAccess } from './session/verify-access.ts';
