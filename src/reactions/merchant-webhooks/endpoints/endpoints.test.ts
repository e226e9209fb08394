import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Tenant } from '../../../kernel/tenant.ts';
import {
  answer,
  startTestWebhooks,
  type TestRequest,
  type TestWebhooks,
} from '../test-webhooks.ts';
import {
  createEndpoint,
  findEndpoint,
  listEndpoints,
  patchEndpoint,
  removeEndpoint,
  rotateSecret,
  sendTest,
} from './endpoints.ts';

let hooks: TestWebhooks;
beforeAll(async () => {
  hooks = await startTestWebhooks();
});
afterAll(() => hooks.close());

async function endpoint(url: string): Promise<{ id: string; secret: string }> {
  const made = await createEndpoint(hooks.deps, hooks.tenant, { url, events: ['*'] });
  return { id: made?.endpoint.id ?? '', secret: made?.secret ?? '' };
}

/**
 * Verifies a signature. The package uses the system clock, while the test's clock does not move.
 */
function isSignedWith(secret: string, { headers, bytes }: TestRequest): boolean {
  const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
  const expected = new Webhook(secret).sign(headers['webhook-id'] ?? '', at, bytes.toString());
  return headers['webhook-signature']?.split(' ').includes(expected) === true;
}

it('a rotated secret signs beside the new one until its time is over', async () => {
  const { id, secret } = await endpoint('https://rotated.example/');
  const rotated = await rotateSecret(hooks.deps, hooks.tenant, id, { overlapS: 3_600 });
  const fresh = rotated?.secret ?? '';
  expect(rotated?.endpoint.olderSecretsUntilMs).toEqual([hooks.clock.nowMs() + 3_600_000]);
  const signedWith = async () => {
    await sendTest(hooks.deps, hooks.tenant, id);
    const request = hooks.requests.at(-1) as TestRequest;
    return [secret, fresh].map((each) => isSignedWith(each, request));
  };
  expect(await signedWith()).toEqual([true, true]);
  hooks.clock.advance(3_600_000);
  expect(await signedWith()).toEqual([false, true]);
  await rotateSecret(hooks.deps, hooks.tenant, id, { overlapS: 0 });
  expect(await signedWith()).toEqual([false, false]);
});

it('neither address nor secret lies in the database in the clear', async () => {
  const { secret } = await endpoint('https://sealed.example/token-in-the-path');
  const { rows } = await hooks.db.pipeline.query('select e::text as text from webhook_endpoints e');
  const text = rows.map((row) => Buffer.from(row.text.replaceAll('\\\\x', ''), 'utf8')).join();
  expect(text).not.toContain('token-in-the-path');
  expect(text).not.toContain(secret.slice(6));
  expect(text).not.toContain(Buffer.from('token-in-the-path').toString('hex'));
});

it('another tenant, or the same in its other mode, sees and changes nothing', async () => {
  const { id } = await endpoint('https://mine.example/');
  const live: Tenant = { ...hooks.tenant, mode: 'live' };
  expect(await findEndpoint(hooks.deps, live, id)).toBeNull();
  expect(await patchEndpoint(hooks.deps, live, id, { state: 'disabled' })).toBeNull();
  expect(await rotateSecret(hooks.deps, live, id, { overlapS: 0 })).toBeNull();
  expect(await sendTest(hooks.deps, live, id)).toBeNull();
  expect(await removeEndpoint(hooks.deps, live, id)).toBe(false);
  expect(await listEndpoints(hooks.deps, live, { after: null, limit: 10 })).toEqual([]);
  expect((await findEndpoint(hooks.deps, hooks.tenant, id))?.state).toBe('active');
});

it('a test is sent at once, tells what came of it, and is tried once only', async () => {
  const url = 'https://tested.example/';
  const { id } = await endpoint(url);
  hooks.receive(url, () => answer(503));
  expect(await sendTest(hooks.deps, hooks.tenant, id)).toMatchObject({
    delivered: false,
    status: 503,
    reason: { 'webhooks.attemptAnswered': { status: 503 } },
    response: 'answer 503',
  });
  hooks.clock.advance(3_600_000);
  await hooks.engine.idle();
  expect(hooks.requests.filter((request) => request.url === url)).toHaveLength(1);
});
