import { Gauge, type Registry } from 'prom-client';
import type { ActiveMappings } from './active-mappings.ts';

/** Tells which generation of each carrier's mapping this process reads by; all are to tell the same. */
export function registerMappingGauge(
  registry: Registry,
  mappings: Pick<ActiveMappings, 'active'>,
  carriers: readonly string[],
): void {
  new Gauge({
    name: 'waybill_mapping_generation',
    help: 'Generation of the mapping that this process uses, by carrier.',
    labelNames: ['carrier'],
    registers: [registry],
    collect() {
      for (const carrier of carriers) {
        this.set({ carrier }, mappings.active(carrier)?.generation ?? 0);
      }
    },
  });
}
