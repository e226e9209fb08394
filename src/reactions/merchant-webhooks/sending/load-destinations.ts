import type { Logger } from '../../../platform/observability/log.ts';
import type { Destinations } from './destinations.ts';
import type { Gate } from './gate.ts';

/** Reads the destinations of endpoints that something is to be sent to, many at once. */
export interface DestinationLoader {
  want(gate: Gate): void;
  isBusy(): boolean;
}

/** @param onLoaded for each that was wanted, whether it could be read or not. */
export function createDestinationLoader(
  destinations: Destinations,
  log: Logger,
  onLoaded: (gate: Gate) => void,
): DestinationLoader {
  const wanted = new Set<Gate>();
  let loads = 0;

  async function load(): Promise<void> {
    const gates = [...wanted];
    wanted.clear();
    try {
      await destinations.load(gates.map(({ endpointId }) => endpointId));
    } catch (err) {
      log.warn({ err }, 'webhook endpoints could not be read');
    }
    loads -= 1;
    for (const gate of gates) onLoaded(gate);
  }

  return {
    want(gate) {
      wanted.add(gate);
      if (wanted.size > 1) return;
      loads += 1;
      // All that ask in this turn are read together.
      setImmediate(() => void load());
    },
    isBusy: () => loads > 0,
  };
}
