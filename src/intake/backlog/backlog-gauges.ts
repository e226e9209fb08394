import { Gauge, type Registry } from 'prom-client';
import type { BacklogWatch } from './watch-backlog.ts';

/** By what pushes are admitted or shed. */
export function registerAdmissionGauges(
  registry: Registry,
  backlog: Pick<BacklogWatch, 'figures'>,
): void {
  const registers = [registry];
  new Gauge({
    name: 'waybill_backlog_wait_seconds',
    help: 'How long a push that came now would wait to be read.',
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
    help: 'Receipts worked off in a second when there is enough to do; 0 until that was seen.',
    registers,
  });
  const bound = new Gauge({
    name: 'waybill_backlog_limit',
    help: 'Receipts that may wait at present; pushes beyond are answered 503.',
    registers,
  });
}
