export type { CredentialVerdict } from './account-verification.ts';
export type { AccountEnvironment } from './accounts.sql.ts';
export {
  type AccountCaps,
  type AccountPatch,
  type Accounts,
  type AccountWithSecrets,
  type BridgeRule,
  type CarrierAccount,
  createAccounts,
  DEMO_ACCOUNT_LABEL,
  isDemoAccount,
  type NewAccount,
  type PollableAccount,
  type PollingAccount,
  ruleOf,
} from './accounts.ts';
export type { AdmissionLimits } from './backlog/admission.ts';
export { isInboxCrowded, isOlderPromptWaiting, isOlderWaiting } from './backlog/backlog.sql.ts';
export {
  type BacklogWatch,
  registerAdmissionGauges,
  watchBacklog,
} from './backlog/watch-backlog.ts';
export {
  type DeadLetter,
  dismissDeadLetters,
  listDeadLetters,
  replayDeadLetters,
  replayWaiting,
  showDeadLetter,
} from './dead-letters.ts';
export { DROP_STATES, type Drop, type DropState } from './drops/drop.ts';
export {
  BUCKET_PLACE,
  checkDropPlace,
  createMerchantFolders,
  type DropPlace,
  FOLDER_PLACE,
  type MerchantFolders,
} from './drops/drop-place.ts';
export {
  createDrops,
  type Drops,
  dropOldDrops,
  dropRowCounter,
  type OperatorsDrop,
} from './drops/drops.ts';
export { forgetRejects } from './drops/drops-read.sql.ts';
export type { OrderFiles } from './drops/file-readers.ts';
export { csvRow, spreadsheetRow, unguarded } from './drops/reading/csv-safe.ts';
export { openCsv } from './drops/reading/csv-stream.ts';
export { decodeText, FileUnreadable } from './drops/reading/decode-text.ts';
export { type DropRunner, startDrops } from './drops/run-drops.ts';
export { ALIASES_MAX, checkFacility } from './facilities/check-facility.ts';
export type { PlaceReport } from './facilities/evidence.ts';
export { FACILITY_LOCK_CLASS, facilityByCode } from './facilities/facilities.sql.ts';
export {
  createFacilities,
  type Facilities,
  OWN_FACILITIES_MAX,
  SHARED_FACILITIES_MAX,
} from './facilities/facilities.ts';
export {
  type FacilitiesInMemory,
  type FacilityOf,
  openFacilitiesInMemory,
} from './facilities/facilities-in-memory.ts';
export {
  FACILITY_SOURCES,
  FACILITY_TEXT_CHARS_MAX,
  FACILITY_TYPES,
  type Facility,
  type FacilityDetails,
  facilityMembers,
} from './facilities/facility.ts';
export { learnFromParcels, tidyFacilities } from './facilities/learn.ts';
export { type CsvFault, type FacilityCsv, readFacilityCsv } from './facilities/read-csv.ts';
export { createHandshakes, type Handshakes, type WaitingHandshake } from './handshakes.ts';
export {
  BULK_PARTITION,
  INBOUND_MESSAGE_BODY_BYTES_MAX,
  type InboundMessage,
  type InboundMessageKind,
  type NewInboundMessage,
  PARTITIONS,
  SHOP_PARTITION,
} from './inbound-message.ts';
export {
  deadByCarrier,
  deleteInboundMessages,
  dropDeadBefore,
  dropInboundMessagesBefore,
  eraseInboundMessages,
  type InboundMessageRow,
  inboundMessagesById,
  newestByCarrier,
} from './inbound-messages.sql.ts';
export { createInbox, type Inbox, openInboundMessage } from './inbox.ts';
export {
  adoptableInboundMessages,
  type ParkedReport,
  parkReports,
  takeExpiredParked,
  unparkReports,
} from './parked.sql.ts';
export {
  isPostponed,
  postponedPartitions,
  postponeInboundMessages,
} from './postponed.sql.ts';
export {
  eraseProofs,
  eraseProofsBefore,
  insertProof,
  type ProofRow,
  visibleProofs,
} from './proofs.sql.ts';
export {
  createProofs,
  type Proof,
  type Proofs,
  sealProof,
  sweepErasedProofs,
} from './proofs.ts';
export type { RecordFault } from './records/read-record.ts';
export { createRecordIntake, type RecordIntakeDeps } from './records/take-records.ts';
export {
  type RedactedContent,
  redactContent,
  redactText,
  redactValue,
  type Vocabulary,
  vocabularyOf,
} from './redact.ts';
export { clockOffsetMs, correctionMs } from './scans/clock-offset.ts';
export { readScan, scanSchema } from './scans/read-scan.ts';
export type { Scan } from './scans/scan.ts';
export { SCANS_MAX } from './scans/scan.ts';
export { dropScannersBefore, SCANNER_KINDS } from './scans/scanners.sql.ts';
export { createScanners, recognitionKey, type Scanner, type Scanners } from './scans/scanners.ts';
export { stripScans } from './scans/strip-scans.ts';
export {
  createScanIntake,
  type NamedScan,
  type ScanIntake,
  scanCounter,
} from './scans/take-scans.ts';
export { INTAKE_SEALED } from './sealed-columns.sql.ts';
export {
  adoptEarlierInboundMessages,
  inboxFigures,
  isWaiting,
  lockSettledInboundMessages,
  markDead,
  markProcessed,
  waitingInboundMessages,
} from './waiting.sql.ts';
