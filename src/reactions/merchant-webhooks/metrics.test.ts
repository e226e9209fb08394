import { expect, it } from 'vitest';
import { createMetrics } from '../../platform/observability/metrics.ts';
import type { Sendable } from './sending/queue.ts';
import { createWebhookMetrics } from './start-merchant-webhooks.ts';

const SENDABLE: Sendable = {
  endpointId: 'e',
  subjectId: 's',
  id: 'd',
  merchantId: 'm',
  mode: 'live',
  type: 'shipment.expired',
  sequence: 1,
  previousSequence: null,
  body: Buffer.from('{}'),
  tries: 0,
  recordedAtMs: 1_000,
  requestedAtMs: 1_000,
};

it('counts attempts by what came of them, and how long they took', async () => {
  const registry = createMetrics({ processMetrics: false });
  const { onAttempt } = createWebhookMetrics(registry, () => ({ inFlight: 3, held: 5 }));
  const answered = { response: null, isSlow: false, noAnswer: null, pauseMs: null };
  const ok = { ...answered, kind: 'delivered', status: 204, reason: null } as const;
  const reason = 'webhooks.attemptTimedOut' as const;
  const slow = {
    ...answered,
    ...({ kind: 'failed', status: null, noAnswer: 'timeout', reason } as const),
  } as const;
  onAttempt({ verdict: ok, atMs: 1_300, durationMs: 40 }, SENDABLE);
  onAttempt({ verdict: ok, atMs: 9_000, durationMs: 60 }, { ...SENDABLE, tries: 1 });
  onAttempt({ verdict: slow, atMs: 2_000, durationMs: 12_000 }, SENDABLE);
  const lines = (await registry.metrics()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'waybill_webhook_attempts_total{outcome="2xx"} 2',
      'waybill_webhook_attempts_total{outcome="timeout"} 1',
      'waybill_webhook_attempt_seconds_bucket{le="0.05"} 1',
      'waybill_webhook_attempt_seconds_count 3',
      'waybill_webhook_first_attempt_seconds_count 2',
      'waybill_webhook_requests_in_flight 3',
    ]),
  );
});
