import type { ReceiptRow } from '../../intake/index.ts';
import { isTracing, trace } from '../../platform/tracing/tracing.ts';

/**
 * The span that a receipt's trace begins with, from its commit until everything in it is visible, and in it
 * the one of the work on it.
 */
export function traceReceipts(
  rows: readonly ReceiptRow[],
  { beganMs, endedMs, outcome }: TracedWork,
): void {
  if (!isTracing()) return;
  for (const { id, received_at, carrier, source } of rows) {
    const attributes = { 'waybill.carrier': carrier, 'waybill.source': source };
    const failed = outcome === 'dead';
    trace({
      ...{ name: `receipt ${source}`, kind: 'consumer', trace: id, id },
      ...{ beganMs: received_at.getTime(), endedMs, failed },
      attributes: { ...attributes, 'waybill.outcome': outcome },
    });
    trace({
      ...{ name: 'process', kind: 'internal', trace: id, parent: id, beganMs, endedMs, failed },
      attributes,
    });
  }
}

interface TracedWork {
  /** When the batch was taken, and when it was done with this receipt. */
  readonly beganMs: number;
  readonly endedMs: number;
  readonly outcome: 'processed' | 'dead';
}
