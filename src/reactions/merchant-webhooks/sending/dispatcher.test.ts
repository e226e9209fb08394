import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openListener } from '../../../platform/database/listen.ts';
import type { EgressOutcome } from '../../../platform/net/egress.ts';
import { ENDPOINTS_CHANNEL } from '../deps.ts';
import { createEndpoint, findEndpoint, patchEndpoint } from '../endpoints/endpoints.ts';
import { answer, startTestWebhooks, type TestWebhooks } from '../test-webhooks.ts';

const WAIT = { interval: 1 };

let hooks: TestWebhooks;
beforeEach(async () => {
  hooks = await startTestWebhooks();
});
afterEach(() => hooks.close());

const urlOf = (index: number) => `https://shop-${index}.example/hook`;

async function endpoints(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await createEndpoint(hooks.deps, hooks.tenant, { url: urlOf(index), events: ['shipment.*'] });
  }
}

async function happenings(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await hooks.happen({ subject: `s ${index}` });
}

describe('a dispatcher', () => {
  it('goes on when more endpoints in trouble want a request than get one', async () => {
    const [count, events] = [40, 10];
    await endpoints(count);
    for (let index = 0; index < count; index += 1) hooks.receive(urlOf(index), () => answer(500));
    await happenings(events);
    await hooks.engine.idle();
    expect(hooks.requests).toHaveLength(count * events);
    const hanging: ((outcome: EgressOutcome) => void)[] = [];
    for (let index = 0; index < count; index += 1) {
      hooks.receive(urlOf(index), () => new Promise((resolve) => hanging.push(resolve)));
    }
    hooks.requests.length = 0;
    hooks.clock.advance(6_000);
    const idle = hooks.engine.idle();
    await expect.poll(() => hanging.length).toBe(250);
    for (let answered = 0; answered < count * events; ) {
      const open = hanging.splice(0);
      for (const resolve of open) resolve(answer(500));
      answered += open.length;
      if (answered < count * events) await vi.waitUntil(() => hanging.length > 0, WAIT);
    }
    await idle;
    expect(hooks.requests).toHaveLength(count * events);
  });

  it('begins nothing while results cannot be stored, and goes on when they can', async () => {
    const [count, events] = [40, 60];
    await endpoints(count);
    await hooks.engine.stop();
    let isBroken = true;
    let refused = 0;
    const pipeline = new Proxy(hooks.db.pipeline, {
      get(pool, name) {
        const member = Reflect.get(pool, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          const [query] = args as [{ name?: string }];
          const isResults = name === 'query' && query.name === 'write_webhook_results';
          if (isResults && isBroken) {
            refused += 1;
            return Promise.reject(new Error('the disk is full'));
          }
          return member.apply(pool, args);
        };
      },
    });
    const engine = hooks.start({ db: { pipeline } });
    await happenings(events);
    const idle = engine.idle();
    await expect.poll(() => hooks.requests.length).toBeGreaterThan(1_900);
    // By then, the dispatcher has checked for work several times.
    await expect.poll(() => refused).toBeGreaterThan(3);
    expect(hooks.requests.length).toBeLessThanOrEqual(2_000);
    isBroken = false;
    await idle;
    await engine.idle();
    expect(hooks.requests).toHaveLength(count * events);
  });

  it('posts to another URL as soon as the endpoint names it', async () => {
    await hooks.engine.stop();
    const listener = openListener({ url: hooks.databaseUrl });
    await listener.ready;
    const engine = hooks.start({ listener });
    const made = await createEndpoint(hooks.deps, hooks.tenant, { url: urlOf(1), events: ['*'] });
    const id = made?.endpoint.id ?? '';
    await hooks.happen({ subject: 'a' });
    await engine.idle();
    const received = new Promise((resolve) => {
      listener.on(ENDPOINTS_CHANNEL, (about) => about === id && resolve(about));
    });
    await patchEndpoint(hooks.deps, hooks.tenant, id, { url: urlOf(2) });
    await received;
    await hooks.happen({ subject: 'a' });
    await engine.idle();
    await engine.stop();
    await listener.close();
    expect(hooks.requests.map(({ url }) => url)).toEqual([urlOf(1), urlOf(2)]);
  });

  it('does not hold it against a new URL that the old one was gone', async () => {
    const made = await createEndpoint(hooks.deps, hooks.tenant, { url: urlOf(1), events: ['*'] });
    const id = made?.endpoint.id ?? '';
    const hanging: ((outcome: EgressOutcome) => void)[] = [];
    hooks.receive(urlOf(1), () => new Promise((resolve) => hanging.push(resolve)));
    await hooks.happen({ subject: 'a' });
    const idle = hooks.engine.idle();
    await expect.poll(() => hanging.length).toBe(1);
    await patchEndpoint(hooks.deps, hooks.tenant, id, { url: urlOf(2) });
    hanging[0]?.(answer(410));
    await idle;
    expect((await findEndpoint(hooks.deps, hooks.tenant, id))?.state).toBe('active');
    hooks.clock.advance(5_000);
    await hooks.engine.idle();
    expect(hooks.requests.map(({ url }) => url)).toEqual([urlOf(1), urlOf(2)]);
  });
});
