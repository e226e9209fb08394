import type { Mode } from '../kernel/tenant.ts';
import type { InboundMessagesource, Trust } from '../kernel/trust.ts';

/** Who a inbound message may reach: one merchant in one mode, or (null) everyone who registered the number. */
export interface InboundMessageOwner {
  /** The account it came through; null: the merchant said it itself, with a key of its own. */
  readonly accountId: string | null;
  readonly merchantId: string;
  readonly mode: Mode;
}

/** Raw input as it came from a source, judged authentic, not yet interpreted. */
export interface NewInboundMessage {
  readonly source: InboundMessagesource;
  readonly carrier: string;
  readonly owner: InboundMessageOwner | null;
  readonly trust: Trust;
  /** Without the headers that are themselves secrets. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** One of thousands that came at once: it is read when nothing else waits, or now and then. */
  readonly bulk?: boolean;
}

/** A inbound message from the inbox, opened. */
export interface InboundMessage extends NewInboundMessage {
  readonly id: string;
  readonly receivedAtMs: number;
}

export type Fate = 'received' | 'processed' | 'dead';

/**
 * Inbound messages are dealt into partitions by their id, so that several workers drain the inbox without
 * locking rows: a worker takes a partition, not a inbound message.
 */
export const PARTITIONS = 8;

/**
 * Processed after the others: bulk inbound messages, so that a scan at a door does not wait for a million
 * of them.
 */
export const BULK_PARTITION = PARTITIONS;

/** Largest accepted body: 1 MiB, several times the largest carrier push seen. */
export const INBOUND_MESSAGE_BODY_BYTES_MAX = 1_048_576;
