import { expect, it } from 'vitest';
import { COURIERS_CHANNEL, OFFERS_CHANNEL } from '../couriers/index.ts';
import { watchCourier } from './start.ts';

it('receives a courier’s work and offers, until it is ended', () => {
  const hearing = new Map<string, (payload: string | null) => void>();
  const notified: string[] = [];
  let from = '';
  const end = watchCourier(
    {
      on(channel, hear) {
        hearing.set(channel, hear);
        return () => hearing.delete(channel);
      },
    },
    'sam',
    () => notified.push(from),
  );
  for (const channel of [COURIERS_CHANNEL, OFFERS_CHANNEL]) {
    for (const courier of ['kim', 'sam', null]) {
      from = `${channel} of ${courier}`;
      hearing.get(channel)?.(courier);
    }
  }
  expect(notified).toEqual(
    [COURIERS_CHANNEL, OFFERS_CHANNEL].flatMap((name) => [`${name} of sam`, `${name} of null`]),
  );
  end();
  expect(hearing.size).toBe(0);
});
