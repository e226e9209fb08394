import { Counter, type Registry } from 'prom-client';

/** Counts pushes by carrier and what became of them. */
export function webhookCounter(registry: Registry): (carrier: string, outcome: string) => void {
  const counter = new Counter({
    name: 'waybill_webhooks_total',
    help: 'Pushes by carrier and outcome: stored, or why they were refused.',
    labelNames: ['carrier', 'outcome'],
    registers: [registry],
  });
  // Finding a series by its labels costs more than counting in it.
  const series = new Map<string, { inc(): void }>();
  return (carrier, outcome) => {
    const name = `${carrier} ${outcome}`;
    let one = series.get(name);
    if (one === undefined) {
      one = counter.labels({ carrier, outcome });
      series.set(name, one);
    }
    one.inc();
  };
}
