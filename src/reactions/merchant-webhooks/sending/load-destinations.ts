import type { Logger } from '../../../platform/observability/log.ts';
import type { Destinations } from './destinations.ts';
import type { Throttle } from './throttle.ts';

/** Reads the destinations of endpoints that something is to be sent to, many at once. */
export interface DestinationLoader {
  want(throttle: Throttle): void;
  isBusy(): boolean;
}

/** @param onLoaded for each that was wanted, whether it could be read or not. */
export function createDestinationLoader(
  destinations: Destinations,
  log: Logger,
  onLoaded: (throttle: Throttle) => void,
): DestinationLoader {
  const wanted = new Set<Throttle>();
  let loads = 0;

  async function load(): Promise<void> {
    const throttles = [...wanted];
    wanted.clear();
    try {
      await destinations.load(throttles.map(({ endpointId }) => endpointId));
    } catch (err) {
      log.warn({ err }, 'webhook endpoints could not be read');
    }
    loads -= 1;
    for (const throttle of throttles) onLoaded(throttle);
  }

  return {
    want(throttle) {
      wanted.add(throttle);
      if (wanted.size > 1) return;
      loads += 1;
      // All that ask in this turn are read together.
      setImmediate(() => void load());
    },
    isBusy: () => loads > 0,
  };
}
