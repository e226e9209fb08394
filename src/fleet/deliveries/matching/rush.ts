import { Gauge, type Registry } from 'prom-client';

/**
 * This many offers and assignments within this time are a burst: that is ten to twenty new
 * deliveries a second with offers. Deliveries for which no courier can be found do not count,
 * however often they are matched.
 */
const FOUND_MIN = 80;
const WITHIN_MS = 2_000;

/**
 * Whether so many deliveries find couriers that other work should run later and in larger batches:
 * each batch costs as much as dozens of events, while somebody waits for a courier.
 */
export interface Rush {
  /** Counts offers and assignments that were just made. */
  note(found: number): void;
  readonly isOn: boolean;
}

/** @param monotonicMs milliseconds that only grow. */
export function createRush(monotonicMs: () => number): Rush {
  let finds: { readonly atMs: number; readonly found: number }[] = [];
  const recent = () => {
    const sinceMs = monotonicMs() - WITHIN_MS;
    finds = finds.filter(({ atMs }) => atMs > sinceMs);
    return finds;
  };
  return {
    note(found) {
      if (found > 0) recent().push({ atMs: monotonicMs(), found });
    },
    get isOn() {
      return recent().reduce((sum, { found }) => sum + found, 0) >= FOUND_MIN;
    },
  };
}

/** Whether burst mode is on in this process. */
export function registerRushGauge(registry: Registry, rush: Pick<Rush, 'isOn'>): void {
  new Gauge({
    name: 'waybill_delivery_rush',
    help: 'Whether whatever follows from deliveries is done in larger pieces, behind the search for couriers (1), or not (0).',
    registers: [registry],
    collect() {
      this.set(rush.isOn ? 1 : 0);
    },
  });
}
