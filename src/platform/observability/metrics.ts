import { collectDefaultMetrics, Registry } from 'prom-client';
import { within } from '../work/within.ts';

export { Registry };

/** A fraction of the 10 s that Prometheus waits. */
const COLLECT_MS_MAX = 4_000;

/** Leaves out the metrics that cannot be read now, such as those that the database counts. */
class LenientRegistry extends Registry {
  override async metrics(): Promise<string> {
    const texts = this.getMetricsAsArray().map(({ name }) =>
      within(COLLECT_MS_MAX, this.getSingleMetricAsString(name), null).catch(() => null),
    );
    const read = (await Promise.all(texts)).filter((text) => text !== null);
    return `${read.join('\n\n')}\n`;
  }
}

/**
 * Creates a registry for one process or test: prom-client's global one would mix the counts of two
 * hubs in one process. The owner of a metric registers it with `registers: [registry]`.
 */
export function createMetrics(options: { processMetrics?: boolean } = {}): Registry {
  const registry = new LenientRegistry();
  if (options.processMetrics !== false) collectDefaultMetrics({ register: registry });
  return registry;
}
