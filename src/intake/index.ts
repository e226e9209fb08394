export type { AccountEnvironment } from './accounts.sql.ts';
export {
  type AccountCaps,
  type AccountPatch,
  type Accounts,
  type AccountWithSecrets,
  type CarrierAccount,
  createAccounts,
  type NewAccount,
  type PollableAccount,
  type PollingAccount,
} from './accounts.ts';
export {
  type DeadLetter,
  listDeadLetters,
  replayDeadLetters,
  showDeadLetter,
} from './dead-letters.ts';
export { createHandshakes, type Handshakes, type WaitingHandshake } from './handshakes.ts';
export { createInbox, type Inbox, openReceipt } from './inbox.ts';
export {
  adoptableReceipts,
  dropExpiredParked,
  type ParkedReport,
  parkReports,
} from './parked.sql.ts';
export { eraseProofs } from './proofs.sql.ts';
export { createProofs, type Proof, type Proofs, sweepErasedProofs } from './proofs.ts';
export {
  LANES,
  type NewReceipt,
  RECEIPT_BODY_BYTES_MAX,
  type Receipt,
  type ReceiptOwner,
} from './receipt.ts';
export {
  inboxFigures,
  markDead,
  markProcessed,
  type ReceiptRow,
  receiptsById,
  waitingReceipts,
} from './receipts.sql.ts';
