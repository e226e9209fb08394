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
  const took = new Histogram({
    name: 'waybill_notification_seconds',
    help: 'From the event’s entry in the log until a provider took the message; without those that waited on purpose or were sent again by hand.',
    labelNames: ['channel'],
    buckets: SECONDS,
    registers: [registry],
  });
  // All series begin with zero: a rate does not count the first value of a series, and so not the
  // first message.
  for (const channel of CHANNEL_KINDS) took.zero({ channel });
  return (channel, seconds) => took.observe({ channel }, Math.max(0, seconds));
}
