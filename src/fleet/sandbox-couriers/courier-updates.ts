import type { Listener } from '../../platform/database/listen.ts';
import { COURIERS_CHANNEL, OFFERS_CHANNEL } from '../couriers/index.ts';

/**
 * Calls back when a courier's work or offers have changed, or may have. Returns a function that
 * unsubscribes.
 */
export function watchCourier(
  listener: Pick<Listener, 'on'>,
  courierId: string,
  tell: () => void,
): () => void {
  const ends = [COURIERS_CHANNEL, OFFERS_CHANNEL].map((channel) =>
    listener.on(channel, (changed) => {
      if (changed === null || changed === courierId) tell();
    }),
  );
  return () => {
    for (const end of ends) end();
  };
}
