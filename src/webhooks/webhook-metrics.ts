import { Counter, type Registry } from 'prom-client';

/** Counts pushes by carrier and what became of them. */
export function webhookCounter(registry: Registry): (carrier: string, outcome: string) => void {
  const counter = new Counter({
    name: 'waybill_webhooks_total',
    help: 'Pushes by carrier and outcome: stored, or why they were refused.',
    labelNames: ['carrier', 'outcome'],
    registers: [registry],
  });
  return (carrier, outcome) => counter.inc({ carrier, outcome });
}
