import { expect, it } from 'vitest';
import { createPushSwitch } from './push-switch.ts';

const TARGET = { endpoint: 'https://push.example/1', keys: { p256dh: 'p', auth: 'a' } };

it.each([
  ['on, until it is ended', TARGET, 204, [true]],
  ['no more once it has been ended', null, 204, [undefined]],
  ['as it was when the hub refuses', null, 503, []],
])('a subscription is stored as %s', async (_name, target, status, values) => {
  const stored: unknown[] = [];
  const push = createPushSwitch({
    keys: { push: 'push' },
    storage: {
      write: async (pairs: readonly (readonly unknown[])[]) => void stored.push(...pairs),
    },
    timer: { set: () => 0, clear: () => {} },
    transport: async () => ({ status, text: '' }),
    readEnrolment: async () => ({ hub: 'https://hub.example', deviceKey: 'key', revoked: null }),
  } as unknown as Parameters<typeof createPushSwitch>[0]);
  expect(await push.set(target)).toBe(status === 204);
  expect(stored).toEqual(values.map((value) => ['push', value]));
});
