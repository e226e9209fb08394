import { Gauge, type Registry } from 'prom-client';
import type { ActiveMappings } from './active-mappings.ts';

/**
 * Exports the generation of each carrier's mapping that this process uses; all processes should
 * agree.
 */
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
