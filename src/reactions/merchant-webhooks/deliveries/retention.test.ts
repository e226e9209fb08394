import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEndpoint, patchEndpoint, removeEndpoint } from '../endpoints/endpoints.ts';
import { answer, startTestWebhooks, type TestWebhooks } from '../test-webhooks.ts';
import { dropOldWebhooks } from './retention.ts';

const DAY_MS = 86_400_000;
let hooks: TestWebhooks;
beforeEach(async () => {
  hooks = await startTestWebhooks();
});
afterEach(() => hooks.close());

async function rows(): Promise<Record<string, number>> {
  const tables = ['endpoints', 'queues', 'deliveries', 'attempts'];
  const counts = tables.map((name) => `(select count(*)::int from webhook_${name}) as ${name}`);
  return (await hooks.db.pipeline.query(`select ${counts.join(', ')}`)).rows[0];
}

const sweep = () => dropOldWebhooks(hooks.db.pipeline, hooks.clock.nowMs(), 2, 30 * 86_400_000);

async function endpoint(url = 'https://shop.example/hook'): Promise<string> {
  const made = await createEndpoint(hooks.deps, hooks.tenant, { url, events: ['*'] });
  return made?.endpoint.id ?? '';
}

/** Each delivery is refused once, so that attempts have rows of their own. */
function refuseOnce(url: string): void {
  const seen = new Set<string>();
  hooks.receive(url, ({ body }) => {
    const isFirst = !seen.has(body.id);
    seen.add(body.id);
    return answer(isFirst ? 503 : 200);
  });
}

/** Lets everything be tried again that is not too old by then. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) {
    await hooks.engine.idle();
    hooks.clock.advance(10_000);
  }
  await hooks.engine.idle();
}

it('keeps deliveries for thirty days, and what came last for longer', async () => {
  const id = await endpoint();
  refuseOnce('https://shop.example/hook');
  for (let i = 0; i < 5; i += 1) await hooks.happen({ subject: 'a' });
  await settle();
  hooks.clock.advance(29 * DAY_MS);
  await patchEndpoint(hooks.deps, hooks.tenant, id, { state: 'active' });
  await hooks.happen({ subject: 'a' });
  await settle();
  await sweep();
  expect(await rows()).toMatchObject({ queues: 1, deliveries: 6, attempts: 12 });
  hooks.clock.advance(2 * DAY_MS);
  await sweep();
  expect(await rows()).toMatchObject({ queues: 1, deliveries: 1, attempts: 2 });
  await hooks.happen({ subject: 'a' });
  await hooks.engine.idle();
  expect(hooks.requests.at(-1)?.body.previous_sequence).toBe(6);
});

it('drops what waits for an endpoint that stays disabled, and is not busy with it after', async () => {
  const id = await endpoint();
  await patchEndpoint(hooks.deps, hooks.tenant, id, { state: 'disabled' });
  await hooks.happen({ subject: 'a' });
  await hooks.engine.idle();
  hooks.clock.advance(31 * DAY_MS);
  await sweep();
  await patchEndpoint(hooks.deps, hooks.tenant, id, { state: 'active' });
  await hooks.engine.idle();
  expect(hooks.requests).toEqual([]);
  const due = 'select from webhook_queues where due_at is not null';
  expect((await hooks.db.pipeline.query(due)).rowCount).toBe(0);
});

it('takes away all of an endpoint that was removed, and nothing of another', async () => {
  const id = await endpoint();
  await endpoint('https://other.example/hook');
  for (const url of ['https://shop.example/hook', 'https://other.example/hook']) refuseOnce(url);
  for (const subject of ['a', 'b', 'c']) await hooks.happen({ subject });
  await settle();
  await removeEndpoint(hooks.deps, hooks.tenant, id);
  await sweep();
  expect(await rows()).toEqual({ endpoints: 2, queues: 6, deliveries: 6, attempts: 12 });
  hooks.clock.advance(3_600_000);
  await sweep();
  expect(await rows()).toEqual({ endpoints: 1, queues: 3, deliveries: 3, attempts: 6 });
});

it('forgets queues that were silent for more than a year', async () => {
  await endpoint();
  await hooks.happen({ subject: 'a' });
  await hooks.engine.idle();
  hooks.clock.advance(401 * DAY_MS);
  await sweep();
  expect(await rows()).toEqual({ endpoints: 1, queues: 0, deliveries: 0, attempts: 0 });
});
