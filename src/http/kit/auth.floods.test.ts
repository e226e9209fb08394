import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerOf } from '../testing/test-client.ts';
import { createTestHub, type TestHub } from '../testing/test-hub.ts';
import { KEY_BURST } from './auth.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await createTestHub();
});
afterAll(() => hub.close());

describe('a request without a valid key', () => {
  it('is rate-limited before the database is queried', async () => {
    const own = await createTestHub();
    const good = callerOf(own, (await own.newKey()).text);
    expect((await good('GET', '/shipments')).status).toBe(200);
    const statuses = new Set<number>();
    for (let i = 0; i < 650; i += 50) {
      const batch = Array.from({ length: 50 }, (_, n) =>
        callerOf(own, `wb_test_guess-${i + n}`)('GET', '/shipments'),
      );
      for (const { status } of await Promise.all(batch)) statuses.add(status);
    }
    expect([...statuses].sort()).toEqual([401, 429]);
    // A key that was just valid is not delayed by others behind the same address.
    expect((await good('GET', '/shipments')).status).toBe(200);
    await own.close();
  });
});

describe('the rate limit of a key', () => {
  it('is stated correctly, enforced, and refilled over time', async () => {
    const call = callerOf(hub, (await hub.newKey({ merchant: 'busy' })).text);
    const first = await call('GET', '/carriers');
    expect(first.headers.get('ratelimit-limit')).toBe(String(KEY_BURST));
    expect(first.headers.get('ratelimit-remaining')).toBe(String(KEY_BURST - 1));
    expect(first.headers.get('ratelimit-reset')).toBe('1');
    for (let left = KEY_BURST - 1; left > 0; left -= 50) {
      await Promise.all(Array.from({ length: Math.min(50, left) }, () => call('GET', '/carriers')));
    }
    const refused = await call('GET', '/carriers');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    const retryAfterS = Number(refused.headers.get('retry-after'));
    expect(retryAfterS).toBeGreaterThanOrEqual(1);
    hub.clock.advance(retryAfterS * 1_000);
    expect((await call('GET', '/carriers')).status).toBe(200);
    const other = callerOf(hub, (await hub.newKey({ merchant: 'calm' })).text);
    expect((await other('GET', '/carriers')).headers.get('ratelimit-remaining')).toBe(
      String(KEY_BURST - 1),
    );
  });
});
