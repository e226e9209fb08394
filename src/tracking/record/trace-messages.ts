import type { InboundMessageRow } from '../../intake/index.ts';
import { isTracing, trace } from '../../platform/tracing/tracing.ts';

/**
 * Traces messages: a root span from each message's commit until all its content is visible, with a
 * child span for the processing.
 */
export function traceInboundMessages(
  rows: readonly InboundMessageRow[],
  { beganMs, endedMs, outcome }: TracedWork,
): void {
  if (!isTracing()) return;
  for (const { id, receivedAtMs, carrier, source } of rows) {
    const attributes = { 'waybill.carrier': carrier, 'waybill.source': source };
    const failed = outcome === 'dead';
    trace({
      name: `inbound message ${source}`,
      kind: 'consumer',
      trace: id,
      id,
      beganMs: receivedAtMs,
      endedMs,
      failed,
      attributes: { ...attributes, 'waybill.outcome': outcome },
    });
    trace({
      name: 'process',
      kind: 'internal',
      trace: id,
      parent: id,
      beganMs,
      endedMs,
      failed,
      attributes,
    });
  }
}

interface TracedWork {
  /** When the batch was started, and when this message was done (epoch ms). */
  readonly beganMs: number;
  readonly endedMs: number;
  readonly outcome: 'processed' | 'dead';
}
