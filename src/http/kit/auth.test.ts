import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerOf } from '../testing/test-client.ts';
import { createTestHub, type TestHub } from '../testing/test-hub.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await createTestHub();
});
afterAll(() => hub.close());

describe('a request without a valid key', () => {
  it.each([
    ['no header', {}],
    ['another scheme', { authorization: 'Basic d2I6dGVzdA==' }],
    ['no key behind the scheme', { authorization: 'Bearer ' }],
    ['a key of another form', { authorization: 'Bearer sk_live_123456789' }],
    ['a key nobody made', { authorization: `Bearer wb_test_${'a'.repeat(32)}` }],
    ['two keys', { authorization: 'Bearer wb_test_a wb_test_b' }],
    ['a key beyond all measure', { authorization: `Bearer wb_test_${'a'.repeat(5_000)}` }],
  ])('is rejected with 401 and how to authenticate: %s', async (_, headers) => {
    const answer = await callerOf(hub, null)('GET', '/shipments', undefined, headers);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="waybill"');
    expect(answer.text).not.toContain('wb_test_a');
  });

  it('is rejected before the body is read', async () => {
    const answer = await callerOf(hub, null)('POST', '/shipments', 'no json');
    expect(answer.status).toBe(401);
  });

  it('is rejected with a revoked key', async () => {
    const admin = callerOf(hub, (await hub.newKey()).text);
    const made = await admin('POST', '/api-keys', { name: 'short-lived' });
    const revoked = callerOf(hub, String(made.body['key']));
    expect((await revoked('GET', '/shipments')).status).toBe(200);
    expect((await admin('DELETE', `/api-keys/${made.body['id']}`)).status).toBe(204);
    expect((await revoked('GET', '/shipments')).status).toBe(401);
  });
});

describe('scopes', () => {
  it.each([
    ['GET', '/shipments', 'shipments:read', 'shipments:write'],
    ['POST', '/shipments', 'shipments:write', 'shipments:read'],
    ['DELETE', `/shipments/${crypto.randomUUID()}`, 'shipments:write', 'shipments:read'],
    ['GET', '/carriers', 'shipments:read', 'accounts:read'],
    ['GET', '/carrier-accounts', 'accounts:read', 'shipments:read'],
    ['POST', '/carrier-accounts', 'accounts:write', 'accounts:read'],
    ['GET', '/api-keys', 'admin', 'accounts:write'],
    ['POST', '/api-keys', 'admin', 'shipments:write'],
  ] as const)('%s %s needs %s and is rejected with %s', async (method, path, needed, other) => {
    const body = method === 'POST' ? {} : undefined;
    const without = callerOf(hub, (await hub.newKey({ scopes: [other] })).text);
    const refused = await without(method, path, body);
    expect(refused.status).toBe(403);
    expect(refused.body['detail']).toContain(needed);
    const withScope = callerOf(hub, (await hub.newKey({ scopes: [needed] })).text);
    expect([401, 403]).not.toContain((await withScope(method, path, body)).status);
    const admin = callerOf(hub, (await hub.newKey()).text);
    expect([401, 403]).not.toContain((await admin(method, path, body)).status);
  });
});

describe('the log line of a request', () => {
  it('contains its id, operation and shipment, never the key or the recipient', async () => {
    const { text } = await hub.newKey();
    const call = callerOf(hub, text);
    const carrier = hub.adapters.carriers()[0]?.manifest.name;
    const sent = { carrier, tracking_number: '1234', recipient: { email: 'planted@example.com' } };
    const { body } = await call('POST', '/shipments', sent, { 'x-request-id': 'logged-1' });
    const lines = hub
      .log()
      .split('\n')
      .filter((line) => line.includes('logged-1'));
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({
        level: 'info',
        request_id: 'logged-1',
        operation: 'createShipment',
        shipment_id: body['id'],
        status: 201,
      }),
    );
    expect(hub.log()).not.toContain(text);
    expect(hub.log()).not.toContain('planted@example.com');
  });
});
