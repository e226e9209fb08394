import { collectDefaultMetrics, Registry } from 'prom-client';

export { Registry };

/**
 * Creates a registry for one process or test: prom-client's global one would mix the counts of two
 * hubs in one process. The owner of a metric registers it with `registers: [registry]`.
 */
export function createMetrics(options: { processMetrics?: boolean } = {}): Registry {
  const registry = new Registry();
  if (options.processMetrics !== false) collectDefaultMetrics({ register: registry });
  return registry;
}
