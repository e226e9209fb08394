import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createTestHub,
  TEST_WEBHOOK_SECRET,
  type TestHub,
} from '../../src/http/testing/test-hub.ts';
import { fedexPush, minuteScan, parcelNumber, pushHeaders } from '../support/fedex-push.ts';

/**
 * Invariant 9, at the endpoint: the holder of one merchant's webhook secret can reach that
 * merchant only.
 */
const ACCOUNT_SECRET = 'account-test-secret-not-a-secret';
const NUMBER = parcelNumber(0);

let hub: TestHub;
beforeAll(async () => {
  hub = await createTestHub();
});
afterAll(() => hub.close());

test('an account’s push reaches its own merchant and nobody else', async () => {
  const [owner, other] = [await merchant('owner'), await merchant('other')];
  const account = await owner('POST', '/v1/carrier-accounts', {
    carrier: 'fedex',
    label: 'Main',
    webhook_secrets: [ACCOUNT_SECRET],
  });
  const own = await owner('POST', '/v1/shipments', { carrier: 'fedex', tracking_number: NUMBER });
  const their = await other('POST', '/v1/shipments', { carrier: 'fedex', tracking_number: NUMBER });
  const path = `/webhooks/carrier/fedex/${account['id']}`;
  const body = fedexPush({ number: NUMBER, scans: [minuteScan(1, 'DL')] });

  expect(await push(path, body, TEST_WEBHOOK_SECRET)).toBe(401);
  expect(await push('/webhooks/carrier/fedex', body, ACCOUNT_SECRET)).toBe(401);
  expect(await push(path, body, ACCOUNT_SECRET)).toBe(200);
  await hub.settled();
  expect(await owner('GET', `/v1/shipments/${own['id']}`)).toMatchObject({ status: 'delivered' });
  expect(await other('GET', `/v1/shipments/${their['id']}`)).toMatchObject({ status: 'created' });

  // A push for the deployment reaches everyone who registered the number.
  const all = fedexPush({ number: NUMBER, scans: [minuteScan(0, 'OD')] });
  expect(await push('/webhooks/carrier/fedex', all, TEST_WEBHOOK_SECRET)).toBe(200);
  await hub.settled();
  expect(await other('GET', `/v1/shipments/${their['id']}`)).toMatchObject({
    status: 'out_for_delivery',
  });
});

test('an account’s push waits for its own merchant’s registration only', async () => {
  const [owner, other] = [await merchant('owner'), await merchant('other')];
  const account = await owner('POST', '/v1/carrier-accounts', {
    carrier: 'fedex',
    label: 'Second',
    webhook_secrets: [ACCOUNT_SECRET],
  });
  const tracking_number = parcelNumber(1);
  const body = fedexPush({ number: tracking_number, scans: [minuteScan(1, 'DL')] });
  expect(await push(`/webhooks/carrier/fedex/${account['id']}`, body, ACCOUNT_SECRET)).toBe(200);
  await hub.settled();
  const wanted = { carrier: 'fedex', tracking_number };
  expect(await other('POST', '/v1/shipments', wanted)).toMatchObject({ status: 'created' });
  expect(await owner('POST', '/v1/shipments', wanted)).toMatchObject({ status: 'delivered' });
});

async function merchant(slug: string) {
  const { text } = await hub.newKey({ merchant: slug });
  return async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`${hub.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${text}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.ok).toBe(true);
    return (await response.json()) as Record<string, unknown>;
  };
}

async function push(path: string, body: string, secret: string): Promise<number> {
  const headers = pushHeaders(body, secret);
  const response = await fetch(`${hub.url}${path}`, { method: 'POST', headers, body });
  await response.arrayBuffer();
  return response.status;
}
