import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { manualClock } from '../../../platform/clock.ts';
import type { WantedTopic } from './live-hub.ts';
import { type ClientSocket, SocketClient } from './socket-route.ts';
import { TOPICS_MAX } from './topics.ts';

/** A connection whose other side reads only on demand. */
class DeafSocket extends EventEmitter implements ClientSocket {
  readonly OPEN = 1;
  readonly sent: Record<string, unknown>[] = [];
  readonly ends: string[] = [];
  unread = 0;

  get readyState() {
    return this.ends.length > 0 ? (2 as const) : (1 as const);
  }
  get bufferedAmount() {
    return this.unread;
  }
  send(text: unknown): void {
    this.unread += String(text).length;
    this.sent.push(JSON.parse(String(text)));
  }
  close(code?: number): void {
    this.ends.push(String(code));
  }
  terminate(): void {
    this.ends.push('terminated');
  }
  pause(): void {}
  ping(): void {}
}

function setUp() {
  const [socket, clock] = [new DeafSocket(), manualClock(0)];
  const watched = new Map<string, WantedTopic>();
  let lookedUp = 0;
  new SocketClient(socket, {
    clock,
    onClose() {},
    onFailure() {},
    wire: { write: () => true },
    join: () => ({
      add: (name, topic) => void watched.set(name, topic),
      remove: (name) => void watched.delete(name),
      has: (name) => watched.has(name),
      get size() {
        return watched.size;
      },
      end() {},
    }),
    async resolve(names) {
      lookedUp += names.length;
      return { found: new Map(names.map((name) => [name, { kind: 'all' }])), refused: [] };
    },
  });
  const say = async (message: object) => {
    socket.emit('message', Buffer.from(JSON.stringify(message)), false);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { socket, clock, say, watched, lookedUp: () => lookedUp };
}

const names = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `shipment:${String(from + index).padStart(90, '0')}`);

it('cuts off a client that keeps sending and reads no answer', async () => {
  const { socket, clock, say } = setUp();
  for (let index = 0; index < 100 && socket.ends.length === 0; index += 1) {
    clock.advance(10_000);
    await say({ subscribe: names(TOPICS_MAX), unsubscribe: names(TOPICS_MAX) });
  }
  expect(socket.ends).toEqual(['terminated']);
  expect(socket.unread).toBeLessThan(500_000);
});

it('charges for topics: a client can have only so many looked up', async () => {
  const { socket, say, lookedUp } = setUp();
  for (let index = 0; index < 20; index += 1) {
    socket.unread = 0;
    await say({ subscribe: names(TOPICS_MAX), unsubscribe: names(TOPICS_MAX) });
  }
  expect(socket.ends).toEqual(['1008']);
  expect(lookedUp()).toBe(2 * TOPICS_MAX);
});

it('charges for unsolicited pongs', () => {
  const { socket } = setUp();
  for (let index = 0; index < 100; index += 1) socket.emit('pong', Buffer.alloc(0));
  expect(socket.ends).toEqual(['1008']);
});

it('lets a client at the topic limit resubscribe to its topics, and to nothing else', async () => {
  const { socket, say, watched } = setUp();
  await say({ subscribe: names(TOPICS_MAX) });
  await say({ subscribe: [...names(2), ...names(1, TOPICS_MAX)] });
  expect(watched.size).toBe(TOPICS_MAX);
  expect(socket.sent[1]).toMatchObject({
    topics: names(2),
    refused: [{ reason: expect.stringContaining('at most') }],
  });
});
