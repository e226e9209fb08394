import { Counter, Gauge, type Registry } from 'prom-client';
import type { BodyRooms } from './body-room.ts';

/** Counts pushes by carrier and outcome. */
export function webhookCounter(registry: Registry): (carrier: string, outcome: string) => void {
  // Counting with labels is too slow for each push, so it is done when the metrics are read.
  const pending = new Map<string, { carrier: string; outcome: string; count: number }>();
  new Counter({
    name: 'waybill_webhooks_total',
    help: 'Pushes by carrier and outcome: stored, or why they were refused.',
    labelNames: ['carrier', 'outcome'],
    registers: [registry],
    collect() {
      for (const { count, ...labels } of pending.values()) this.inc(labels, count);
      pending.clear();
    },
  });
  return (carrier, outcome) => {
    const name = `${carrier} ${outcome}`;
    const one = pending.get(name);
    if (one === undefined) pending.set(name, { carrier, outcome, count: 1 });
    else one.count += 1;
  };
}

/** Shows how much of the memory for pushes being read is used. */
export function registerBodyGauge(registry: Registry, rooms: Pick<BodyRooms, 'heldBytes'>): void {
  new Gauge({
    name: 'waybill_webhook_body_bytes',
    help: 'Memory held by pushes that are still being read, including a fixed amount per request.',
    registers: [registry],
    collect() {
      this.set(rooms.heldBytes());
    },
  });
}
