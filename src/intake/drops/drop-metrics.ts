import { Counter, type Registry } from 'prom-client';
import type { DropCounts } from './drop.ts';

/** Counts rows of dropped files by result, once they are on disk. */
export function dropRowCounter(registry: Registry): (counts: DropCounts) => void {
  const counter = new Counter({
    name: 'waybill_drops_rows_total',
    help: 'Rows of dropped files by outcome: accepted, duplicate or rejected.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return ({ accepted, duplicates, rejected }) => {
    for (const [outcome, count] of Object.entries({ accepted, duplicate: duplicates, rejected })) {
      if (count > 0) counter.inc({ outcome }, count);
    }
  };
}
