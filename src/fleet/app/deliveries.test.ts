import { expect, it } from 'vitest';
import { orStored } from './deliveries.ts';

it('couriers’ places come from the database while their index does not answer', async () => {
  const stored = new Map([['a', { lat: 1, lng: 2, atMs: 3 }]]);
  const places = orStored(
    () => Promise.reject(new Error('no answer from Redis')),
    async () => stored,
  );
  expect(await places({ merchantId: 'm', mode: 'live' }, ['a'])).toBe(stored);
});
