import { Counter } from 'prom-client';
import { createHttpClient } from '../net/http-client.ts';
import type { Logger } from '../observability/log.ts';
import type { Registry } from '../observability/metrics.ts';
import type { TracingSettings } from '../settings/tracing.ts';
import { useTracer } from './tracing.ts';

interface TracingDeps {
  readonly log: Logger;
  readonly metrics: Registry;
  /** Replaced in tests; the timer does not keep the process running. */
  readonly wait?: (ms: number) => Promise<void>;
}

/** Minimum interval between "collector unavailable" warnings, however many spans are lost. */
const WARN_EVERY_MS = 60_000;

/**
 * Starts tracing in this process.
 *
 * @returns a function that sends the remaining spans and ends tracing.
 */
export async function startTracing(
  settings: TracingSettings,
  { log, metrics, wait = unrefWait }: TracingDeps,
): Promise<() => Promise<void>> {
  const { openTracer } = await import('./open-tracer.ts');
  const spans = new Counter({
    name: 'waybill_trace_spans_total',
    help: 'Spans sent to the OpenTelemetry collector, and those it did not accept.',
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
      if (performance.now() - loggedAtMs < WARN_EVERY_MS) return;
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
