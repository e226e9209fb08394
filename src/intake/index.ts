export {
  type Accounts,
  type AccountWithSecrets,
  type CarrierAccount,
  createAccounts,
} from './accounts.ts';
export {
  type DeadLetter,
  listDeadLetters,
  replayDeadLetters,
  showDeadLetter,
} from './dead-letters.ts';
export { createInbox, type Inbox, openReceipt } from './inbox.ts';
export {
  adoptableReceipts,
  dropExpiredParked,
  type ParkedReport,
  parkReports,
} from './parked.sql.ts';
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
