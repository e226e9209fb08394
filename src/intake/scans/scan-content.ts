import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** The scans of one inbound message, and how far the clock of their sender was ahead. */
export interface ScanContent {
  readonly clock_offset_ms?: number;
  readonly scans: readonly {
    readonly carrier?: string | undefined;
    readonly tracking_number: string;
  }[];
}

/** Names what the body of a inbound message was packed with. */
const PACKED = ':packed';
const BY = 'deflate-raw';
/** The fastest: rows repeat their member names, and even it leaves an eighth. */
const LEVEL = 1;
/** A inbound message of 200 scans with everything in them is far smaller. */
const UNPACKED_BYTES_MAX = 8 * 1_048_576;

/**
 * Headers and body of a inbound message of scans. Compressed, because sealed bytes cannot be: a hundred
 * scans take 2 KiB instead of 20, in the log that every commit waits for and for as long as
 * inbound messages are retained.
 */
export function packScans(content: ScanContent) {
  const body = deflateRawSync(JSON.stringify(content), { level: LEVEL });
  return { headers: { [PACKED]: BY }, body };
}

/** A inbound message's body as it was before it was packed; others as they are. */
export function unpacked(headers: Readonly<Record<string, string>>, body: Uint8Array): Uint8Array {
  if (headers[PACKED] !== BY) return body;
  return inflateRawSync(body, { maxOutputLength: UNPACKED_BYTES_MAX });
}
