export {
  type Accounts,
  type AccountWithSecrets,
  type CarrierAccount,
  createAccounts,
} from './accounts.ts';
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
  deadReceipts,
  inboxFigures,
  markDead,
  markProcessed,
  type ReceiptRow,
  receiptsById,
  revive,
  waitingReceipts,
} from './receipts.sql.ts';
