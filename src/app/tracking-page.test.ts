import { expect, test } from 'vitest';
import { createSubscribeLimiter } from '../http/index.ts';
import { manualClock } from '../platform/clock.ts';
import { subscribeOnPage } from './tracking-page.ts';

test('the form of the page counts with the other form, and is answered as that is', async () => {
  const clock = manualClock(0);
  const limiter = createSubscribeLimiter(clock);
  let asked = 0;
  const subscribe = subscribeOnPage(
    {
      async subscribe() {
        asked += 1;
        return { kind: 'silent', why: 'number' };
      },
    },
    limiter,
  );
  const deliveryRequest = {
    carrier: 'acme',
    trackingNumber: 'X',
    channel: 'email' as const,
    address: 'a@example.com',
    every: false,
    locale: 'en',
    clientIp: '203.0.113.9',
  };
  for (let nr = 0; nr < 4; nr += 1) limiter.take(deliveryRequest.clientIp);
  for (let nr = 0; nr < 6; nr += 1)
    expect(await subscribe(deliveryRequest)).toEqual({ outcome: 'asked' });
  expect(await subscribe(deliveryRequest)).toEqual({ outcome: 'too_many', retryAfterS: 60 });
  expect(asked).toBe(6);
  expect(await subscribe({ ...deliveryRequest, clientIp: '203.0.113.10' })).toEqual({
    outcome: 'asked',
  });
});
