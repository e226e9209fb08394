export { type Cassette, cassetteText, readCassette } from '../adapter-kit/cassettes/cassette.ts';
export {
  type RecordingHttp,
  recordingHttp,
  scrubbedCassette,
} from '../adapter-kit/cassettes/record-exchanges.ts';
export { type Replay, replayCassette } from '../adapter-kit/cassettes/replay-cassette.ts';
export {
  createScrubber,
  type Replaced,
  type ScrubOptions,
} from '../adapter-kit/cassettes/scrub.ts';
export { trackAll } from '../adapter-kit/cassettes/track-all.ts';
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
export type { KeptScorecard } from './registry/scorecard.ts';
export { createPace, type Pace, type PaceWindow, paceWindows } from './session/pace.ts';
export {
  CALL_TIMEOUT_MS,
  type CallReport,
  createSession,
  type Debit,
  type OpenedSession,
  type SeenExchange,
  type SessionBreaker,
  type SessionOptions,
} from './session/session.ts';
export { createTokenCache, type TokenCache } from './session/tokens.ts';
export { type AccessVerdict, verifyAccess } from './session/verify-access.ts';
