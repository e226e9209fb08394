import { Gauge, type Registry } from 'prom-client';
import type { BacklogWatch } from './watch-backlog.ts';

/** Registers the gauges of the figures by which pushes are admitted or shed. */
export function registerAdmissionGauges(
  registry: Registry,
  backlog: Pick<BacklogWatch, 'figures'>,
): void {
  const registers = [registry];
  new Gauge({
    name: 'waybill_backlog_wait_seconds',
    help: 'How long a push received now would wait to be read.',
    registers,
    collect() {
      const { waitMs, perS, limit } = backlog.figures();
      this.set(waitMs / 1_000);
      pace.set(perS);
      bound.set(limit);
    },
  });
  const pace = new Gauge({
    name: 'waybill_backlog_pace',
    help: 'Inbound messages processed per second at full load; 0 until that was measured.',
    registers,
  });
  const bound = new Gauge({
    name: 'waybill_backlog_limit',
    help: 'The present limit for waiting inbound messages; further pushes get 503.',
    registers,
  });
}
