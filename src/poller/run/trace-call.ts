import { isTracing, type TracedSpan, trace } from '../../platform/tracing/tracing.ts';

/** As much of a call as its span needs. */
interface TracedCall {
  readonly account: { readonly carrier: string };
  readonly leased: readonly unknown[];
  readonly outcomes: readonly { readonly outcome: string }[];
  readonly requestedAtMs: number;
}

/**
 * A span for a call to a carrier, in the trace of each inbound message that it brought; of one that brought nothing
 * new it is the whole trace.
 */
export function traceCall(
  { account, leased, outcomes, requestedAtMs }: TracedCall,
  inboundMessageIds: readonly string[],
  endedMs: number,
): void {
  if (!isTracing()) return;
  const call = {
    ...{
      name: `poll ${account.carrier}`,
      kind: 'client' as const,
      beganMs: requestedAtMs,
      endedMs,
    },
    failed: outcomes.length > 0 && outcomes.every(({ outcome }) => outcome === 'error'),
    attributes: { 'waybill.carrier': account.carrier, 'waybill.together': leased.length },
  } satisfies Omit<TracedSpan, 'trace'>;
  if (inboundMessageIds.length === 0) trace({ ...call, trace: null });
  for (const id of inboundMessageIds) trace({ ...call, trace: id, parent: id });
}
