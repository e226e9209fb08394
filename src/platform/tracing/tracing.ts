import { Counter } from 'prom-client';
import { systemClock } from '../clock.ts';
import { createHttpClient } from '../net/http-client.ts';
import type { Logger } from '../observability/log.ts';
import type { Registry } from '../observability/metrics.ts';
import type { TracingSettings } from '../settings/tracing.ts';

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
export type SpanAttributes = {
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

interface TracingDeps {
  readonly log: Logger;
  readonly metrics: Registry;
  /** Replaced in tests; the timer does not keep the process running. */
  readonly wait?: (ms: number) => Promise<void>;
}

/** Minimum interval between "collector unavailable" warnings, however many spans are lost. */
const TELL_EVERY_MS = 60_000;

/**
 * Starts tracing in this process.
 *
 * @returns what sends the remaining spans and ends it.
 */
export async function startTracing(
  settings: TracingSettings,
  { log, metrics, wait = unrefWait }: TracingDeps,
): Promise<() => Promise<void>> {
  const { openTracer } = await import('./open-tracer.ts');
  const spans = new Counter({
    name: 'waybill_trace_spans_total',
    help: 'Spans sent to the OpenTelemetry collector, and those it did not take.',
    labelNames: ['outcome'],
    registers: [metrics],
  });
  for (const outcome of ['sent', 'lost']) spans.inc({ outcome }, 0);
  const http = createHttpClient({ answerBytesMax: 65_536, connectionsMax: 2 });
  let loggedAtMs = Number.NEGATIVE_INFINITY;
  const tracer = openTracer(settings, {
    http,
    onSent: (count) => spans.inc({ outcome: 'sent' }, count),
    onLost(count, why) {
      spans.inc({ outcome: 'lost' }, count);
      if (performance.now() - loggedAtMs < TELL_EVERY_MS) return;
      loggedAtMs = performance.now();
      log.warn({ why }, 'the OpenTelemetry collector does not take traces; they are lost');
    },
    wait,
  });
  useTracer(tracer);
  return async () => {
    useTracer(null);
    await tracer.close();
    http.close();
  };
}

function unrefWait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
