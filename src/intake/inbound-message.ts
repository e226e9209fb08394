import type { Mode } from '../kernel/tenant.ts';
import type { InboundMessageSource, Trust } from '../kernel/trust.ts';

/**
 * Whom an inbound message may concern: one merchant in one mode. Null in its place means everyone
 * who registered the number.
 */
export interface InboundMessageOwner {
  /**
   * The account through which it came; null if the merchant sent it itself, with a key of its own.
   */
  readonly accountId: string | null;
  readonly merchantId: string;
  readonly mode: Mode;
}

export type InboundMessageKind = 'carrier' | 'shop';

/** Raw input from a source, authenticated and not yet interpreted. */
export interface NewInboundMessage {
  /** Who sent it; absent: a carrier. Of a shop, `carrier` is its platform. */
  readonly kind?: InboundMessageKind;
  readonly source: InboundMessageSource;
  readonly carrier: string;
  readonly owner: InboundMessageOwner | null;
  readonly trust: Trust;
  /** The headers, without those that are themselves secrets. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /**
   * Whether it is one of thousands that arrived together: it is processed when nothing else waits,
   * or at intervals.
   */
  readonly bulk?: boolean;
}

/** An inbound message from the inbox, opened. */
export interface InboundMessage extends NewInboundMessage {
  readonly id: string;
  readonly receivedAtMs: number;
}

/**
 * Number of partitions among which inbound messages are distributed by their id, so that several
 * workers process the inbox without locking rows: a worker locks a partition, not a message.
 */
export const PARTITIONS = 8;

/**
 * The partition of bulk inbound messages, which is processed after the others, so that a scan at a
 * door does not wait for a million of them.
 */
export const BULK_PARTITION = PARTITIONS;

/** The partition of shops' messages, which have workers of their own and so delay no carrier. */
export const SHOP_PARTITION = -1;

/** Largest accepted body: 1 MiB, several times the largest carrier push seen. */
export const INBOUND_MESSAGE_BODY_BYTES_MAX = 1_048_576;
