import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findDelivery, listDeliveries } from './deliveries/deliveries.ts';
import type { ForeignFormat } from './deliveries/format.ts';
import { findSentEvent, listSentEvents } from './deliveries/sent-events.ts';
import { createEndpoint, findEndpoint, patchEndpoint, sendTest } from './endpoints/endpoints.ts';
import { answer, startTestWebhooks, subjectNamed, type TestWebhooks } from './test-webhooks.ts';

let hooks: TestWebhooks;
beforeAll(async () => {
  hooks = await startTestWebhooks();
});
afterAll(() => hooks.close());

async function endpoint(format: ForeignFormat, more: { secret?: string | null } = {}) {
  const url = `https://${format}-${hooks.requests.length}.example/`;
  const wanted = { url, events: ['*'], format, ...more };
  const made = await createEndpoint(hooks.deps, hooks.tenant, wanted);
  return { id: made?.endpoint.id ?? '', url };
}

const sentTo = (url: string) => hooks.requests.filter((request) => request.url === url);

it('an endpoint of another service’s format gets its bodies, headers and events alone', async () => {
  const { url } = await endpoint('easypost', { secret: 'sécret' });
  const other = await endpoint('aftership', { secret: 'secret' });
  const event = await hooks.happen({ subject: 'one' });
  await hooks.happen({ subject: 'one', type: 'shipment.updated' });
  await hooks.engine.idle();
  const [request, ...more] = sentTo(url);
  expect(more).toEqual([]);
  const bytes = request?.bytes ?? Buffer.alloc(0);
  expect(JSON.parse(bytes.toString())).toMatchObject({ easypost: { event } });
  const mac = createHmac('sha256', 'sécret'.normalize('NFKD')).update(bytes);
  expect(request?.headers).toEqual({
    'content-type': 'application/json',
    'x-hmac-signature': `hmac-sha256-hex=${mac.digest('hex')}`,
  });
  const [ofOther] = sentTo(other.url);
  const otherMac = createHmac('sha256', 'secret').update(ofOther?.bytes ?? '');
  expect(ofOther?.headers).toEqual({
    'content-type': 'application/json',
    'as-webhook-version': '2026-07',
    'aftership-hmac-sha256': otherMac.digest('base64'),
  });
});

it('an endpoint without a secret gets unsigned requests, until it is given one', async () => {
  const { id, url } = await endpoint('easypost', { secret: null });
  await sendTest(hooks.deps, hooks.tenant, id);
  expect(Object.keys(sentTo(url).at(-1)?.headers ?? {})).toEqual(['content-type']);
  const customHeaders = [{ name: 'X-Token', value: 'of its own' }];
  await patchEndpoint(hooks.deps, hooks.tenant, id, { secret: 's', customHeaders });
  await sendTest(hooks.deps, hooks.tenant, id);
  expect(sentTo(url).at(-1)?.headers).toMatchObject({
    'x-token': 'of its own',
    'x-hmac-signature': expect.stringMatching(/^hmac-sha256-hex=[0-9a-f]{64}$/),
  });
  expect((await findEndpoint(hooks.deps, hooks.tenant, id))?.customHeaders).toEqual(customHeaders);
});

it('what was not sent of an erased parcel never is', async () => {
  const { id, url } = await endpoint('easypost');
  hooks.receive(url, () => answer(500));
  await hooks.happen({ subject: 'erased' });
  await hooks.engine.idle();
  expect(sentTo(url)).toHaveLength(1);
  await hooks.happen({
    subject: 'erased',
    type: 'shipment.deleted',
    data: { id: subjectNamed('erased'), deleted: true },
  });
  await hooks.engine.idle();
  hooks.clock.advance(3_600_000);
  await hooks.engine.idle();
  expect(sentTo(url)).toHaveLength(1);
  const [delivery] =
    (await listDeliveries(hooks.deps, hooks.tenant, id, {}, { before: null, limit: 5 })) ?? [];
  expect(delivery).toMatchObject({ state: 'cancelled', isErased: true });
  const found = await findDelivery(hooks.deps, hooks.tenant, id, delivery?.id ?? '');
  expect(found?.body.length).toBe(0);
});

it('the events of a format are listed newest first, once for all its endpoints', async () => {
  const tenant = { ...hooks.tenant, mode: 'live' as const };
  for (const url of ['https://a.example/', 'https://b.example/']) {
    await createEndpoint(hooks.deps, tenant, { url, events: ['*'], format: 'aftership' });
  }
  const ids: string[] = [];
  for (const subject of ['x', 'y', 'z']) {
    hooks.clock.advance(1_000);
    ids.unshift(await hooks.happen({ subject, tenant }));
  }
  await hooks.engine.idle();
  const list = async (filter: object) => {
    const page = { limit: 10, ...filter };
    const found = await listSentEvents(hooks.deps, tenant, 'aftership', page);
    return found.map(({ eventId }) => eventId);
  };
  expect(await list({})).toEqual(ids);
  expect(await list({ limit: 2 })).toEqual(ids.slice(0, 2));
  expect(await list({ before: ids[1] })).toEqual(ids.slice(2));
  expect(await list({ after: ids[1] })).toEqual(ids.slice(0, 1));
  expect(await list({ sinceMs: hooks.clock.nowMs() })).toEqual(ids.slice(0, 1));
  expect(await list({ untilMs: hooks.clock.nowMs() })).toEqual(ids.slice(1));
  const sent = await findSentEvent(hooks.deps, tenant, 'aftership', ids[0] ?? '');
  expect(sent.map(({ url, state, status }) => [url, state, status]).sort()).toEqual([
    ['https://a.example/', 'delivered', 200],
    ['https://b.example/', 'delivered', 200],
  ]);
  expect(await findSentEvent(hooks.deps, tenant, 'easypost', ids[0] ?? '')).toEqual([]);
});
