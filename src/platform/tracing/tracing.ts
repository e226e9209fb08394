import { systemClock } from '../clock.ts';

/**
 * A span of the hub's own tracing. Spans are reported when they have ended, each with the ids of
 * its subjects, and no context is passed along: a trace's id derives from the inbound message it
 * begins with, and a parent span's id from what that span produced. So one trace spans processes
 * and the database without a context, and one batch of a thousand parcels belongs to a thousand
 * traces. There is one tracer per process, as with OpenTelemetry's own API. While tracing is off,
 * reporting costs one comparison.
 */
export interface TracedSpan {
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'consumer';
  /**
   * The UUID of the inbound message or event with which the trace begins; null: this span is the
   * whole trace.
   */
  readonly trace: string | null;
  /** The UUID by which other spans refer to this one; absent: it has no children. */
  readonly id?: string;
  /** The UUID of the parent's subject; absent: the trace begins here. */
  readonly parent?: string;
  /** Epoch milliseconds. */
  readonly beganMs: number;
  readonly endedMs: number;
  readonly failed?: boolean;
  readonly attributes: SpanAttributes;
}

/** All data of a span: names chosen by the installation or by us, and counts. Nothing personal. */
type SpanAttributes = {
  readonly 'http.request.method'?: string;
  /** The route as in the route table, never the requested path. */
  readonly 'http.route'?: string;
  readonly 'http.response.status_code'?: number;
  readonly 'waybill.carrier'?: string;
  /** Where an inbound message came in: webhook, poll, … */
  readonly 'waybill.source'?: string;
  readonly 'waybill.event_type'?: string;
  readonly 'waybill.consumer'?: string;
  /** The number of items handled, recorded or requested in one batch, this one included. */
  readonly 'waybill.together'?: number;
  readonly 'waybill.channel'?: string;
  readonly 'waybill.provider'?: string;
  readonly 'waybill.outcome'?: string;
};

export interface Tracer {
  /** Whether that trace is sampled; every process decides in the same way. */
  keeps(trace: string): boolean;
  /** Records a span of a sampled trace, or one that belongs to no single trace. */
  record(span: TracedSpan): void;
}

let tracer: Tracer | null = null;

/** Sets the tracer that receives spans from now on; null: none. */
export function useTracer(next: Tracer | null): void {
  tracer = next;
}

export function isTracing(): boolean {
  return tracer !== null;
}

/** Whether tracing is on and this trace is sampled. */
export function isTraced(trace: string): boolean {
  return tracer?.keeps(trace) === true;
}

export function trace(span: TracedSpan): void {
  if (tracer === null) return;
  if (span.trace === null || tracer.keeps(span.trace)) tracer.record(span);
}

/** Returns the wall clock, for code without a clock of its own. */
export function wallMs(): number {
  return systemClock.nowMs();
}

/** The inbound messages that requests have created: the requests' spans belong to their traces. */
const inboundMessagesOf = new WeakMap<object, string>();

export function belongsToInboundMessage(request: object, inboundMessageId: string): void {
  if (tracer !== null) inboundMessagesOf.set(request, inboundMessageId);
}

export function inboundMessageOf(request: object): string | null {
  return inboundMessagesOf.get(request) ?? null;
}
