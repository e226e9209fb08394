import { collectDefaultMetrics, Registry } from 'prom-client';

export { Registry };

/**
 * A registry of its own for each process or test: prom-client's global one would mix what two
 * hubs in one process count. Each owner of a figure registers it with `registers: [registry]`.
 */
export function createMetrics(options: { processMetrics?: boolean } = {}): Registry {
  const registry = new Registry();
  if (options.processMetrics !== false) collectDefaultMetrics({ register: registry });
  return registry;
}
