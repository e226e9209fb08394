import { Gauge, type Registry } from 'prom-client';
import { inboxFigures } from '../../intake/index.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { openReviewCount } from '../review/review.sql.ts';

/** Registers the gauges of backlogs, which are read from the database at each scrape. */
export function registerBacklogGauges(
  registry: Registry,
  db: Queryable,
  nowMs: () => number,
): void {
  const waiting = new Gauge({
    name: 'waybill_inbound_messages_waiting',
    help: 'Inbound messages that are stored and not yet processed, without those of dropped files.',
    registers: [registry],
    async collect() {
      const figures = await inboxFigures(db);
      this.set(figures.waiting);
      bulk.set(figures.bulkWaiting);
      dead.set(figures.dead);
      age.set(
        figures.oldestWaitingMs === null ? 0 : Math.max(0, nowMs() - figures.oldestWaitingMs) / 1e3,
      );
    },
  });
  const bulk = new Gauge({
    name: 'waybill_bulk_inbound_messages_waiting',
    help: 'Inbound messages of dropped files that are stored and not yet processed; others go before them.',
    registers: [registry],
  });
  const dead = new Gauge({
    name: 'waybill_dead_letters',
    help: 'Dead letters that nobody has handled.',
    registers: [registry],
  });
  const age = new Gauge({
    name: 'waybill_inbound_message_age_seconds',
    help: 'Age of the oldest inbound message that is not yet processed.',
    registers: [registry],
  });
  waiting.set(0);
  new Gauge({
    name: 'waybill_unknown_codes',
    help: 'Distinct codes that no mapping knows and nobody has handled.',
    registers: [registry],
    async collect() {
      this.set(await openReviewCount(db));
    },
  });
}
