import type { Mode } from '../kernel/tenant.ts';
import type { ReceiptSource, Trust } from '../kernel/trust.ts';

/** Who a receipt may reach: one merchant in one mode, or (null) everyone who registered the number. */
export interface ReceiptOwner {
  /** The account it came through; null: the merchant said it itself, with a key of its own. */
  readonly accountId: string | null;
  readonly merchantId: string;
  readonly mode: Mode;
}

/** Raw input as it came from a source, judged authentic, not yet interpreted. */
export interface NewReceipt {
  readonly source: ReceiptSource;
  readonly carrier: string;
  readonly owner: ReceiptOwner | null;
  readonly trust: Trust;
  /** Without the headers that are themselves secrets. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** One of thousands that came at once: it is read when nothing else waits, or now and then. */
  readonly bulk?: boolean;
}

/** A receipt from the inbox, opened. */
export interface Receipt extends NewReceipt {
  readonly id: string;
  readonly receivedAtMs: number;
}

export type Fate = 'received' | 'processed' | 'dead';

/**
 * Receipts are dealt into partitions by their id, so that several workers drain the inbox without
 * locking rows: a worker takes a partition, not a receipt.
 */
export const PARTITIONS = 8;

/**
 * Processed after the others: bulk receipts, so that a scan at a door does not wait for a million
 * of them.
 */
export const BULK_PARTITION = PARTITIONS;

/** Largest accepted body: 1 MiB, several times the largest carrier push seen. */
export const RECEIPT_BODY_BYTES_MAX = 1_048_576;
