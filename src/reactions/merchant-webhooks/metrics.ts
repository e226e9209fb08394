import { Counter, Gauge } from 'prom-client';
import { LeanHistogram } from '../../platform/observability/lean-histogram.ts';
import type { Registry } from '../../platform/observability/metrics.ts';
import type { Attempted } from './sending/attempt.ts';
import type { Sendable } from './sending/queue.ts';

interface WebhookMetrics {
  readonly onAttempt: (attempted: Attempted, delivery: Sendable) => void;
}

/** Histogram buckets in seconds, from some milliseconds to ten minutes. */
const SECONDS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 600];

export function createWebhookMetrics(
  registry: Registry,
  figures: () => { readonly inFlight: number; readonly held: number },
): WebhookMetrics {
  const registers = [registry];
  const attempts = new Counter({
    name: 'waybill_webhook_attempts_total',
    help: 'Requests to merchants’ endpoints by what came of them: 2xx … 5xx, or why none came.',
    labelNames: ['outcome'],
    registers,
  });
  const took = new LeanHistogram({
    name: 'waybill_webhook_attempt_seconds',
    help: 'How long merchants’ endpoints took to answer.',
    buckets: SECONDS,
    registers,
  }).series({});
  const firstTry = new LeanHistogram({
    name: 'waybill_webhook_first_attempt_seconds',
    help: 'From the event’s entry in the log to the first request to an endpoint.',
    buckets: SECONDS,
    registers,
  }).series({});
  const inFlight: Gauge = new Gauge({
    name: 'waybill_webhook_requests_in_flight',
    help: 'Requests to merchants’ endpoints that wait for an answer.',
    registers,
    collect(): void {
      inFlight.set(figures().inFlight);
    },
  });
  const held: Gauge = new Gauge({
    name: 'waybill_webhook_queues_held',
    help: 'Endpoints times subjects that this process holds at the moment to send what waits.',
    registers,
    collect(): void {
      held.set(figures().held);
    },
  });
  /**
   * The counters by outcome. Each is looked up once: there are some tens of outcomes, and thousands
   * of attempts a second.
   */
  const byOutcome = new Map<string, Counter.Internal>();
  const countOf = (outcome: string): Counter.Internal => {
    const known = byOutcome.get(outcome) ?? attempts.labels(outcome);
    byOutcome.set(outcome, known);
    return known;
  };
  return {
    onAttempt({ verdict, atMs, durationMs }, { tries, recordedAtMs }) {
      countOf(outcomeOf(verdict)).inc();
      took.observe(durationMs / 1_000);
      if (tries === 0) firstTry.observe(Math.max(0, atMs - recordedAtMs) / 1_000);
    },
  };
}

function outcomeOf({ status, noAnswer }: Attempted['verdict']): string {
  if (status !== null) return `${Math.floor(status / 100)}xx`;
  return noAnswer ?? 'none';
}
