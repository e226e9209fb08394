import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { clockOffsetMs } from '../../../intake/index.ts';
import { invalidMember } from '../../kit/validation.ts';
import type { scanResults } from './schema.ts';

/** Header with the device's clock at sending. */
export const SENT_AT_HEADER = 'Waybill-Sent-At';

/** The JSON of one scan's result. */
export type ShownResult = Omit<z.output<typeof scanResults>['results'][number], 'index'>;

export function shownResults(results: readonly ShownResult[]): z.output<typeof scanResults> {
  const counts = { accepted: 0, duplicate: 0, rejected: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  return {
    accepted: counts.accepted,
    duplicates: counts.duplicate,
    rejected: counts.rejected,
    results: results.map((result, index) => ({ index, ...result })),
  };
}

/** How far the sender's clock is ahead, in milliseconds; null: not stated. Throws `Problem`. */
export function offsetOf(request: IncomingMessage, nowMs: number): number | null {
  const sentAt = request.headers[SENT_AT_HEADER.toLowerCase()];
  if (sentAt === undefined) return null;
  const offsetMs = clockOffsetMs(String(sentAt), nowMs);
  if (offsetMs !== null) return offsetMs;
  throw invalidMember(SENT_AT_HEADER, 'scans.notInstant', 'scans.sendIso8601DeviceTime');
}
