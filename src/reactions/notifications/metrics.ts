import { Histogram } from 'prom-client';
import type { Registry } from '../../platform/observability/metrics.ts';
import { CHANNEL_KINDS, type ChannelKind } from './contract.ts';

/**
 * Histogram buckets in seconds. The targets are 10 for email and 30 for text messages
 * (docs/runbook.md).
 */
const SECONDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3_600];

/**
 * Measures the delay of notifications: from the event's entry in the log until a provider has
 * accepted the message.
 *
 * @returns a function that counts one message, with its delay in seconds.
 */
export function createNotificationMetrics(
  registry: Registry,
): (channel: ChannelKind, seconds: number) => void {
  const delay = new Histogram({
    name: 'waybill_notification_seconds',
    help: 'From the event’s entry in the log until a provider took the message; excludes messages delayed on purpose or resent manually.',
    labelNames: ['channel'],
    buckets: SECONDS,
    registers: [registry],
  });
  // Initialize every series to zero: `rate()` ignores a series' first sample and would miss the first
  // message.
  for (const channel of CHANNEL_KINDS) delay.zero({ channel });
  return (channel, seconds) => delay.observe({ channel }, Math.max(0, seconds));
}
