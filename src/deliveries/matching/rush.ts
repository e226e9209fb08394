import { Gauge, type Registry } from 'prom-client';

/**
 * So many offers and assignments in so long are a rush: of ten to twenty new deliveries a second where
 * couriers are asked. Deliveries that nobody can be asked for are none, however often they are looked at.
 */
const FOUND_MIN = 80;
const WITHIN_MS = 2_000;

/**
 * Whether couriers are found for so many deliveries that whatever else follows from them is to be done in larger
 * pieces, a little later: each piece costs as much as dozens of events, and somebody waits for a courier.
 */
export interface Rush {
  /** So many couriers were asked, or were given something, just now. */
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

/** Whether there is one, as this process sees it. */
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
