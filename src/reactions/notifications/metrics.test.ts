import { expect, it } from 'vitest';
import { createMetrics } from '../../platform/observability/metrics.ts';
import { createNotificationMetrics } from './metrics.ts';

it('counts by channel; a channel without messages is there, so that its first one counts', async () => {
  const registry = createMetrics({ processMetrics: false });
  const handedOver = createNotificationMetrics(registry);
  handedOver('email', 9.5);
  handedOver('email', 31);
  // Clocks of two machines may differ a little.
  handedOver('email', -0.2);
  expect((await registry.metrics()).split('\n')).toEqual(
    expect.arrayContaining([
      'waybill_notification_seconds_bucket{le="10",channel="email"} 2',
      'waybill_notification_seconds_count{channel="email"} 3',
      'waybill_notification_seconds_sum{channel="email"} 40.5',
      'waybill_notification_seconds_count{channel="sms"} 0',
    ]),
  );
});
