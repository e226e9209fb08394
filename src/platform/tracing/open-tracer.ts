import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  type IdGenerator,
  RandomIdGenerator,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TracingSettings } from '../settings/tracing.ts';
import { createSpanExporter, type SpanExporterDeps } from './span-exporter.ts';
import { spanIdOf, traceIdOf } from './trace-ids.ts';
import type { TracedSpan, Tracer } from './tracing.ts';

export interface OpenTracer extends Tracer {
  /**
   * Sends pending spans, and accepts no more. Spans not accepted within CLOSE_MS_MAX are lost.
   * Never throws.
   */
  close(): Promise<void>;
}

/** Spans that wait to be sent; those beyond are dropped, and counted. */
const WAITING_MAX = 16_384;
const SENT_TOGETHER = 512;
const EVERY_MS = 1_000;
/** No stop takes longer for a collector that does not answer. */
const CLOSE_MS_MAX = 3_000;

/** The ids of the next span, where they are given. */
class GivenIds implements IdGenerator {
  trace: string | null = null;
  span: string | null = null;
  readonly #random = new RandomIdGenerator();

  generateTraceId = (): string => this.trace ?? this.#random.generateTraceId();
  generateSpanId = (): string => this.span ?? this.#random.generateSpanId();
}

const KINDS: Readonly<Record<TracedSpan['kind'], SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
};

/** The OpenTelemetry SDK behind `trace()`. Loaded only where tracing is on: it takes its time. */
export function openTracer(settings: TracingSettings, deps: SpanExporterDeps): OpenTracer {
  const ids = new GivenIds();
  const exporter = createSpanExporter(settings, deps);
  let waiting = 0;
  const processor = new BatchSpanProcessor({
    exporter: {
      export(spans, done) {
        waiting -= spans.length;
        exporter.export(spans, done);
      },
      forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
      shutdown: () => exporter.shutdown(),
    },
    maxQueueSize: WAITING_MAX,
    maxExportBatchSize: SENT_TOGETHER,
    scheduledDelayMillis: EVERY_MS,
  });
  const provider = new TracerProvider({
    // `keeps` has decided, by the trace's id alone.
    sampler: new AlwaysOnSampler(),
    idGenerator: ids,
    spanProcessors: [processor],
    resource: resourceFromAttributes({
      ...settings.resource,
      'service.name': settings.serviceName,
    }),
  });
  const tracer = provider.getTracer('waybill');
  const sampler = new TraceIdRatioBasedSampler(settings.sampledShare);
  const random = new RandomIdGenerator();

  function isSampled(traceId: string): boolean {
    if (settings.sampledShare >= 1) return true;
    const { decision } = sampler.shouldSample(ROOT_CONTEXT, traceId);
    return decision === SamplingDecision.RECORD_AND_SAMPLED;
  }

  return {
    keeps: (uuid) => isSampled(traceIdOf(uuid)),
    record(traced) {
      ids.trace = traced.trace === null ? random.generateTraceId() : traceIdOf(traced.trace);
      if (traced.trace === null && !isSampled(ids.trace)) return;
      // The SDK would drop it silently.
      if (waiting >= WAITING_MAX) return deps.onLost(1, 'too many wait');
      waiting += 1;
      ids.span = traced.id === undefined ? null : spanIdOf(traced.id);
      const span = tracer.startSpan(
        traced.name,
        {
          kind: KINDS[traced.kind],
          startTime: new Date(traced.beganMs),
          attributes: { ...traced.attributes },
          root: traced.parent === undefined,
        },
        parentOf(traced),
      );
      if (traced.failed === true) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(new Date(Math.max(traced.beganMs, traced.endedMs)));
    },
    async close() {
      exporter.hurry();
      await Promise.race([provider.shutdown().catch(() => {}), deps.wait(CLOSE_MS_MAX)]);
      await exporter.giveUp();
    },
  };
}

function parentOf({ parent, trace: traceUuid }: TracedSpan) {
  if (parent === undefined || traceUuid === null) return context.active();
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: traceIdOf(traceUuid),
    spanId: spanIdOf(parent),
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  });
}
