import { Counter, type Registry } from 'prom-client';
import type { ScanResult } from './scan.ts';

/** Counts scans by result. */
export function scanCounter(registry: Registry): (results: readonly ScanResult[]) => void {
  const counter = new Counter({
    name: 'waybill_scans_total',
    help: 'Scans by outcome: accepted, duplicate or rejected.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return (results) => {
    const counts = { accepted: 0, duplicate: 0, rejected: 0 };
    for (const { outcome } of results) counts[outcome] += 1;
    for (const [outcome, count] of Object.entries(counts)) {
      if (count > 0) counter.inc({ outcome }, count);
    }
  };
}
