import { isTracing, trace, wallMs } from '../tracing/tracing.ts';

/** The parts of a log entry that its spans need. */
interface TracedEntry {
  readonly id: string;
  readonly type: string;
  readonly traceId?: string | null;
}

/**
 * Records a span for each entry that a transaction has appended; what reacts to the entry becomes
 * its child.
 */
export function traceRecorded(entries: readonly TracedEntry[], beganMs: number): void {
  const endedMs = wallMs();
  for (const { id, type, traceId } of entries) {
    trace({
      name: `record ${type}`,
      kind: 'internal',
      id,
      trace: traceId ?? id,
      ...(traceId == null ? {} : { parent: traceId }),
      beganMs,
      endedMs,
      attributes: { 'waybill.event_type': type, 'waybill.together': entries.length },
    });
  }
}

/** Handles entries, and reports the outcome as a span for each. */
export async function traceHandled(
  consumer: string,
  entries: readonly TracedEntry[],
  handle: () => Promise<void>,
): Promise<void> {
  if (!isTracing()) return handle();
  const beganMs = wallMs();
  let failed = true;
  try {
    await handle();
    failed = false;
  } finally {
    const endedMs = wallMs();
    for (const { id, type, traceId } of entries) {
      trace({
        name: `react ${consumer}`,
        kind: 'consumer',
        trace: traceId ?? id,
        parent: id,
        beganMs,
        endedMs,
        failed,
        attributes: {
          'waybill.consumer': consumer,
          'waybill.event_type': type,
          'waybill.together': entries.length,
        },
      });
    }
  }
}
