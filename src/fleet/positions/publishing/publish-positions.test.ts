import { expect, it, vi } from 'vitest';
import { manualClock } from '../../../platform/clock.ts';
import type { KafkaRecord } from '../../../platform/kafka/record-sink.ts';
import { createLog } from '../../../platform/observability/log.ts';
import { createMetrics } from '../../../platform/observability/metrics.ts';
import { manualTimers } from '../../../platform/work/test-timers.ts';
import { courierPositionSchema } from '../intake/position.ts';
import type { Tracked } from '../intake/roster.ts';
import { publishPositions } from './publish-positions.ts';

const ADA = {
  wireId: `cou_${'0'.repeat(32)}`,
  tenant: { merchantId: 'm', mode: 'live' },
} as Tracked;
const T0_MS = Date.UTC(2026, 2, 10);
const at = (atMs: number) => ({
  ...{ atMs, lat: 1, lng: 2, accuracyM: null, speedKmh: 3, heading: null, battery: null },
});

it('positions wait for the brokers, delay nobody, and the oldest give way', async () => {
  const sent: KafkaRecord[] = [];
  let isAway = true;
  const sink = {
    async send(records: readonly KafkaRecord[]) {
      if (isAway) throw new Error('away');
      sent.push(...records);
    },
    close: async () => {},
  };
  const [log, metrics] = [createLog({ level: 'silent' }), createMetrics({ processMetrics: false })];
  const [clock, timers] = [manualClock(T0_MS), manualTimers()];
  const { publish, stop } = publishPositions(sink, 'out', { clock, log, metrics }, timers);
  for (let index = 0; index < 50_001; index += 1) publish?.(ADA, at(T0_MS + index));
  timers.advance(200);
  await vi.waitFor(() => expect(sent).toEqual([]));
  isAway = false;
  await stop();
  const values = sent.map(({ value }) => JSON.parse(value));
  expect(values.map(({ ts }) => Date.parse(ts))).toEqual(
    Array.from({ length: 49_001 }, (_, index) => T0_MS + index + 1_000),
  );
  expect(courierPositionSchema.parse(values[0])).toEqual(values[0]);
  expect(sent[0]).toMatchObject({
    key: ADA.wireId,
    timestampMs: T0_MS,
    headers: { merchant_id: 'm', mode: 'live' },
  });
  expect(await metrics.metrics()).toContain('waybill_kafka_positions_dropped_total 1000');
});
