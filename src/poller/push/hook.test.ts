import { expect, test } from 'vitest';
import { type HookRequest, hookOf } from './keep-subscriptions.ts';

const request: HookRequest = {
  carrier: 'acme',
  accountId: 'a-1',
  environment: 'production',
  publicUrl: 'https://track.shop.example.com',
  webhookSecrets: ['new-test-secret', 'old-test-secret'],
  header: null,
};

test.each([
  'http://track.shop.example.com',
  'https://localhost',
  'https://127.0.0.1:8443',
  'https://10.1.2.3',
  'https://172.20.0.1',
  'https://192.168.1.1',
  'https://[::1]',
  'https://[fd00::1]',
  'https://hub',
  'https://hub.internal',
])('no carrier is asked to push to %s', (publicUrl) => {
  expect(hookOf({ ...request, publicUrl })).toEqual({ reason: expect.stringContaining('https') });
});

test('an account without a secret would reject its pushes, so none are requested', () => {
  expect(hookOf({ ...request, webhookSecrets: [] })).toHaveProperty('reason');
});

test('a hook is the account’s own path with its newest secret', () => {
  expect(hookOf(request)).toEqual({
    hook: {
      url: 'https://track.shop.example.com/webhooks/carrier/acme/a-1',
      secret: 'new-test-secret',
      header: null,
    },
  });
});

test('a sandbox on this machine pushes to loopback', () => {
  const sandbox = {
    ...request,
    environment: 'sandbox',
    publicUrl: 'http://127.0.0.1:8080',
  } as const;
  expect(hookOf(sandbox)).toHaveProperty(
    'hook.url',
    'http://127.0.0.1:8080/webhooks/carrier/acme/a-1',
  );
});
