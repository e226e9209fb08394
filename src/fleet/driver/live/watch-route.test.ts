import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { StreamRequest, TransportAnswer } from '../ports.ts';
import type { Enrolment } from '../stored.ts';
import { COURIER, json, problem } from '../test-fake-hub.ts';
import type { Refusal } from '../wire.ts';
import { frameReader, POLL_MS, watchRoute } from './watch-route.ts';

const ENROLMENT: Enrolment = {
  hub: 'https://hub.example',
  deviceKey: 'wbd_1',
  courier: COURIER,
  revoked: null,
};

/** A phone whose time, streams and route the test controls. */
function setUp({ hasStream = true } = {}) {
  const timers = new Set<{ readonly work: () => void; readonly ms: number }>();
  const streams: {
    readonly request: StreamRequest;
    readonly say: (text: string) => void;
    readonly end: (answer: TransportAnswer | null) => void;
  }[] = [];
  const phone = {
    enrolment: ENROLMENT,
    revision: 'a',
    hub: 'a',
    answers: true,
    refreshed: 0,
    offerRequests: 0,
    offered: [] as unknown[],
  };
  const revoked: Refusal[] = [];
  const end = watchRoute({
    ...(hasStream
      ? {
          stream: (request, say) =>
            new Promise<TransportAnswer>((resolve, reject) => {
              const broken = () => reject(new TypeError('network'));
              request.signal.addEventListener('abort', broken);
              streams.push({
                request,
                say,
                end: (answer) => (answer === null ? broken() : resolve(answer)),
              });
            }),
        }
      : {}),
    timer: {
      set(work, ms) {
        const timer = { work, ms };
        timers.add(timer);
        return timer;
      },
      clear: (handle) => void timers.delete(handle as { work: () => void; ms: number }),
    },
    random: () => 0,
    readEnrolment: async () => phone.enrolment,
    revision: async () => phone.revision,
    async refresh() {
      phone.refreshed += 1;
      if (phone.answers) phone.revision = phone.hub;
      return phone.answers;
    },
    offered: (offers) => void phone.offered.push(offers),
    async askOffers() {
      phone.offerRequests += 1;
    },
    async revoke(_, refusal) {
      revoked.push(refusal);
    },
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    phone,
    streams,
    revoked,
    end,
    settled,
    waits: () => [...timers].map(({ ms }) => ms).sort((one, other) => one - other),
    /** Runs the only timer of that many milliseconds. */
    async pass(ms: number) {
      const due = [...timers].filter((timer) => timer.ms === ms);
      expect(due).toHaveLength(1);
      for (const timer of due) {
        timers.delete(timer);
        timer.work();
      }
      await settled();
    },
    async route(revision: string, id = `${revision}.1`) {
      phone.hub = revision;
      const data = JSON.stringify({ revision, notices: [] });
      streams.at(-1)?.say(`id: ${id}\nevent: route\ndata: ${data}\n\n`);
      await settled();
    },
  };
}

let phone: ReturnType<typeof setUp>;
beforeEach(async () => {
  phone = setUp();
  await phone.settled();
});

describe('a phone that watches its route', () => {
  it('fetches what changed, and not what it has', async () => {
    const [stream] = phone.streams;
    expect(stream?.request).toMatchObject({
      url: 'https://hub.example/v1/driver/live',
      headers: { authorization: 'Bearer wbd_1' },
    });
    await phone.route('a');
    expect(phone.phone.refreshed).toBe(0);
    await phone.route('b');
    expect(phone.phone).toMatchObject({ refreshed: 1, revision: 'b' });
  });

  it('fetches once for many changes, and the last of them', async () => {
    await phone.route('b');
    await phone.route('c');
    await phone.route('d');
    expect(phone.phone.refreshed).toBe(1);
    await phone.pass(1_000);
    expect(phone.phone).toMatchObject({ refreshed: 2, revision: 'd' });
    await phone.pass(1_000);
    expect(phone.phone.refreshed).toBe(2);
  });

  it('retries when the route could not be fetched', async () => {
    phone.phone.answers = false;
    await phone.route('b');
    phone.phone.answers = true;
    await phone.pass(5_000);
    expect(phone.phone).toMatchObject({ refreshed: 2, revision: 'b' });
  });

  it('reconnects where it broke off, with the id of the last event it received', async () => {
    await phone.route('a', 'a.7');
    phone.streams[0]?.end(null);
    await phone.settled();
    await phone.pass(2_000);
    expect(phone.streams[1]?.request.headers).toMatchObject({ 'last-event-id': 'a.7' });
  });

  it('treats silence as a broken connection', async () => {
    await phone.pass(50_000);
    expect(phone.streams[0]?.request.signal.aborted).toBe(true);
    await phone.pass(4_000);
    expect(phone.streams).toHaveLength(2);
  });

  it('polls once a minute without a stream, and after the requested delay', async () => {
    for (const [index, waitMs] of [4_000, 8_000, 16_000, 32_000, POLL_MS, POLL_MS].entries()) {
      phone.streams[index]?.end(problem(404, 'not_found', 'There is nothing at this path.'));
      await phone.settled();
      expect(phone.waits()).toEqual([waitMs]);
      await phone.pass(waitMs);
    }
    expect(phone.phone.refreshed).toBe(5);
    const without = setUp({ hasStream: false });
    await without.settled();
    await without.pass(POLL_MS);
    expect([without.streams.length, without.phone.refreshed]).toEqual([0, 2]);
  });

  it.each([
    [
      'while it listens',
      () =>
        phone.streams[0]?.say('event: ended\ndata: {"code":"device_replaced","reason":"r"}\n\n'),
    ],
    ['when it comes', () => phone.streams[0]?.end(problem(401, 'device_replaced', 'r'))],
  ])('ends when its key is revoked, %s, and does not retry', async (_, tell) => {
    tell();
    await vi.waitFor(() => expect(phone.revoked).toHaveLength(1));
    expect(phone.revoked[0]?.code).toBe('device_replaced');
    expect(phone.waits()).toEqual([]);
    expect(phone.streams).toHaveLength(1);
  });

  it('does not reconnect after it was stopped', async () => {
    phone.end();
    await phone.settled();
    expect(phone.streams[0]?.request.signal.aborted).toBe(true);
    expect(phone.waits()).toEqual([]);
    phone.streams[0]?.end(json(200, {}));
    await phone.settled();
    expect(phone.streams).toHaveLength(1);
  });
});

const STREAM =
  'retry: 3000\n\n: still here\n\nid: a.1\nevent: route\ndata: {"revision":"a"}\n\nevent: ended\r\ndata: {}\r\n\r\n';

describe('a stream of server-sent events', () => {
  it('gives the same events however it is split', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 8 }), (cuts) => {
        const at = [0, ...cuts.sort((one, other) => one - other), STREAM.length];
        const read = frameReader();
        const frames = at.flatMap((from, index) => read(STREAM.slice(from, at[index + 1])));
        expect(frames).toEqual([
          { event: 'route', id: 'a.1', data: '{"revision":"a"}' },
          { event: 'ended', id: null, data: '{}' },
        ]);
      }),
    );
  });

  it('that never ends an event has none', () => {
    const read = frameReader();
    expect(() => {
      for (let index = 0; index < 20; index += 1) read('x'.repeat(100_000));
    }).toThrow('no stream');
  });
});
