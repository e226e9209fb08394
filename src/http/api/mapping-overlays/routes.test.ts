import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

let hub: TestHub;
let call: Caller;
let other: Caller;
let path: string;
let overlay: (event: string) => { text: string };

beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
  other = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
  const manifest = hub.adapters.carriers()[0]?.manifest;
  const carrier = manifest?.name ?? '';
  const keys = manifest?.matchOrder.at(-1) ?? [];
  path = `/mapping-overlays/${carrier}`;
  overlay = (event) => {
    const match = keys.map((key) => `${key}: "${event}"`).join(', ');
    return {
      text: `carrier: ${carrier}\nrules:\n  - { match: { ${match} }, status: delivered }\n`,
    };
  };
});
afterAll(() => hub.close());

describe("a merchant's overlay", () => {
  it('with a character that no database can store is rejected as a whole', async () => {
    for (const event of ['Q\\0', 'Q\0', 'Q\\udc00']) {
      const refused = await other('PUT', path, overlay(event));
      expect([refused.status, JSON.stringify(refused.body['errors'])]).toEqual([
        422,
        expect.stringContaining('"/text"'),
      ]);
    }
  });

  it('may change often, but with a limit, which does not affect others', async () => {
    for (let index = 0; index < 20; index += 1) {
      expect((await call('PUT', path, overlay(`Q${index}`))).status).toBe(200);
    }
    const refused = await call('PUT', path, overlay('Q'));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
    expect((await call('DELETE', path)).status).toBe(429);
    expect((await other('PUT', path, overlay('Q'))).status).toBe(200);
    hub.clock.advance(10_000);
    expect((await call('PUT', path, overlay('Q'))).status).toBe(200);
  });
});
