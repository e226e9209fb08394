import { expect, it } from 'vitest';
import { memoryStorage } from '../stored.ts';
import { createPushSwitch } from './push-switch.ts';

const TARGET = { endpoint: 'https://push.example/1', keys: { p256dh: 'p', auth: 'a' } };
const COURIER = { id: 'c', name: 'Ada Example', vehicle: 'bicycle', time_zone: null } as const;
const ENROLMENT = {
  hub: 'https://hub.example',
  deviceKey: 'key',
  courier: { ...COURIER, shift: 'on', shift_ends_at: null },
  revoked: null,
} as const;

it.each([
  ['until it is ended', TARGET, 204, true],
  ['no more once it has been ended', null, 204, undefined],
  ['as before when the hub refuses', null, 503, true],
])('a subscription is stored %s', async (_name, target, status, value) => {
  const storage = memoryStorage([['push', true]]);
  const push = createPushSwitch({
    keys: { push: 'push' },
    storage,
    timer: { set: () => 0, clear: () => {} },
    transport: async () => ({ status, header: () => null, text: '' }),
    readEnrolment: async () => ENROLMENT,
  });
  expect(await push.set(target)).toBe(status === 204);
  expect(await storage.get('push')).toBe(value);
});
