import type { Dispatcher } from 'undici';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { exchange } from './exchange.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Sends a request whose headers are answered at once, and whose body comes after so long. */
async function withBodyAfter(ms: number, method: 'GET' | 'POST') {
  const handlers: Dispatcher.DispatchHandler[] = [];
  const connection = {
    wasUsed: false,
    send: (_: unknown, handler: Dispatcher.DispatchHandler) => void handlers.push(handler),
    ...{ release() {}, discard() {} },
  };
  const outcome = exchange({
    ...{
      method,
      headers: [],
      body: null,
      isBodyRead: method === 'GET',
      deadlineMs: performance.now() + 60_000,
    },
    target: { host: 'shop.example', hostFamily: 0, port: 443, tls: true, path: '/' },
    connections: { take: async () => connection, close() {} },
    answerBytesMax: 1_000,
  });
  await vi.advanceTimersByTimeAsync(0);
  const [handler] = handlers;
  const controller = {} as Dispatcher.DispatchController;
  handler?.onResponseStart?.(controller, 200, {});
  await vi.advanceTimersByTimeAsync(ms);
  handler?.onResponseData?.(controller, Buffer.from('{}'));
  handler?.onResponseEnd?.(controller, {});
  return outcome;
}

it('waits for the body of a GET until the deadline, as it was sent for the body', async () => {
  expect(await withBodyAfter(2_500, 'GET')).toMatchObject({ text: '{}', truncated: false });
  expect(await withBodyAfter(60_500, 'GET')).toMatchObject({ status: 200, truncated: true });
});

it('does not wait long for the body of a POST, whose status is what counts', async () => {
  expect(await withBodyAfter(2_500, 'POST')).toMatchObject({ status: 200, truncated: true });
});
