import { expect, test } from 'vitest';
import { createCodeLimiter, createSubscribeLimiter } from '../http/index.ts';
import { manualClock } from '../platform/clock.ts';
import { enterCodeOnPage, subscribeOnPage } from './tracking-page.ts';

test('the form of the page counts with the other form, and is answered as that is', async () => {
  const clock = manualClock(0);
  const limiter = createSubscribeLimiter(clock);
  let calls = 0;
  const subscribe = subscribeOnPage(
    {
      async subscribe() {
        calls += 1;
        return { kind: 'silent', why: 'number' };
      },
      subscribeByCode: async () => 'ticket',
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
  for (let index = 0; index < 4; index += 1) limiter.take(deliveryRequest.clientIp);
  for (let index = 0; index < 6; index += 1)
    expect(await subscribe(deliveryRequest)).toEqual({ outcome: 'asked' });
  expect(await subscribe(deliveryRequest)).toEqual({ outcome: 'too_many', retryAfterS: 60 });
  expect(calls).toBe(6);
  expect(await subscribe({ ...deliveryRequest, clientIp: '203.0.113.10' })).toEqual({
    outcome: 'asked',
  });
  const bySms = { ...deliveryRequest, channel: 'sms' as const, clientIp: '203.0.113.10' };
  expect(await subscribe(bySms)).toEqual({ outcome: 'code', ticket: 'ticket' });
});

test('who enters many codes waits, whichever they are', async () => {
  const clock = manualClock(0);
  let tried = 0;
  const enter = enterCodeOnPage(
    {
      async confirmByCode(_, code) {
        tried += 1;
        return code === '123456';
      },
    },
    createCodeLimiter(clock),
  );
  const from = async (clientIp: string, code: string) => {
    const became = await enter({ ticket: 't', code, clientIp });
    return became.outcome === 'too_many' ? became.retryAfterS : became.outcome;
  };
  for (let index = 0; index < 14; index += 1)
    expect(await from('203.0.113.9', `${index}`)).toBe('wrong');
  expect(await from('203.0.113.9', '123456')).toBe('done');
  expect(await from('203.0.113.9', '123456')).toBe(30);
  expect(tried).toBe(15);
  expect(await from('203.0.113.10', '123456')).toBe('done');
});
