import { EventEmitter } from 'node:events';
import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../platform/clock.ts';
import { manualTimers } from '../../platform/work/test-timers.ts';
import type { PublicTrack } from '../../tracking/ports/public-tracks.ts';
import type { ShipmentState } from '../../tracking/ports/shipments.ts';
import type { OnUpdate } from './fan-out.ts';
import { GONE, HEARTBEAT, OPENING, type ParcelUpdate } from './frames.ts';
import {
  createLiveStreams,
  createStreams,
  HEARTBEAT_MS,
  type LiveStreamsOptions,
} from './streams.ts';

const parcel = { carrier: 'acme', trackingNumber: 'K1' };

function update(version: string, status: ShipmentState['status'] = 'in_transit'): ParcelUpdate {
  const track: PublicTrack = {
    tracking_number: 'K1',
    carrier: 'acme',
    status,
    sub_status: null,
    status_text: '',
    confirmed: true,
    estimated_delivery: null,
    events: [],
  };
  return { version, track };
}

/** A connection that reads until the test stops it. */
class Sink extends EventEmitter {
  written = '';
  reads = true;
  over: 'ended' | 'destroyed' | null = null;
  write(text: string): boolean {
    this.written += text;
    return this.reads;
  }
  end(): void {
    this.over ??= 'ended';
    this.emit('close');
  }
  destroy(): void {
    this.over ??= 'destroyed';
    this.emit('close');
  }
  /** Returns what was written since the last call. */
  take(): string {
    const text = this.written;
    this.written = '';
    return text;
  }
}

function setUp(options: Partial<LiveStreamsOptions> = {}) {
  const hears = new Set<OnUpdate>();
  const clock = manualClock(0);
  const timers = manualTimers();
  const fanOut = {
    watch(_: unknown, hear: OnUpdate) {
      hears.add(hear);
      return () => void hears.delete(hear);
    },
  };
  const streams = createLiveStreams({ fanOut, clock, timers, ...options });
  const open = (client = '192.0.2.1', lastUpdate: string | null = null): Sink => {
    const admission = streams.admit(client);
    if (admission.kind !== 'admitted') throw new Error(admission.kind);
    const sink = new Sink();
    admission.open(sink, parcel, lastUpdate);
    return sink;
  };
  const tell = (update: ParcelUpdate | null) => {
    for (const hear of hears) hear(update);
  };
  return { streams, open, tell, hears, clock, timers };
}

describe('createLiveStreams', () => {
  it('admits a limited number per client and in total, and again when one leaves', () => {
    const { streams, open } = setUp({ streamsMax: 3, streamsOfClientMax: 2 });
    const first = open('a');
    open('a');
    expect(streams.admit('a').kind).toBe('too_many_of_client');
    open('b');
    expect(streams.admit('c').kind).toBe('too_many');
    first.destroy();
    expect(streams.admit('c').kind).toBe('admitted');
  });

  it('frees a slot once, however the stream ends', () => {
    const { streams } = setUp({ streamsMax: 1 });
    const admission = streams.admit('a');
    if (admission.kind !== 'admitted') throw new Error('refused');
    admission.leave();
    admission.leave();
    expect(streams.admit('a').kind).toBe('admitted');
    expect(streams.admit('a').kind).toBe('too_many');
  });

  it('queues nothing for a client that does not read, and then sends only the newest state', () => {
    const { open, tell } = setUp();
    const sink = open();
    sink.reads = false;
    tell(update('a'));
    sink.take();
    tell(update('b', 'out_for_delivery'));
    tell(update('c', 'delivered'));
    expect(sink.written).toBe('');
    sink.reads = true;
    sink.emit('drain');
    expect(sink.take()).toMatch(/^id: c\nevent: status\n.*"delivered".*\n\n$/);
  });

  it('disconnects a client that has not read for two heartbeats', () => {
    const { open, tell, timers, streams } = setUp();
    const sink = open();
    sink.reads = false;
    tell(update('a'));
    timers.tick(HEARTBEAT_MS);
    expect(sink.over).toBeNull();
    timers.tick(HEARTBEAT_MS);
    expect(sink.over).toBe('destroyed');
    expect(streams.count).toBe(0);
  });

  it('sends the opening, then the state, then only changes', () => {
    const { open, tell } = setUp();
    const sink = open();
    expect(sink.take()).toBe(OPENING);
    tell(update('a'));
    expect(sink.take()).toContain('event: status');
    tell(update('a'));
    expect(sink.take()).toBe('');
    tell(update('b', 'delivered'));
    expect(sink.take()).toContain('"delivered"');
  });

  it('repeats nothing to a client that reconnects with its last version', () => {
    const { open, tell } = setUp();
    const knows = open('a', 'v1');
    const behind = open('b', 'v0');
    tell(update('v1'));
    expect(knows.take()).toBe(OPENING);
    expect(behind.take()).toContain('id: v1');
    tell(update('v2', 'delivered'));
    expect(knows.take()).toContain('id: v2');
  });

  it('sends heartbeats while nothing happens, between 15 and 25 s apart', () => {
    const { open, timers } = setUp();
    const sink = open();
    sink.take();
    timers.tick(HEARTBEAT_MS);
    expect(sink.take()).toBe(HEARTBEAT);
    expect(HEARTBEAT.startsWith(':')).toBe(true);
    expect(HEARTBEAT_MS).toBeGreaterThanOrEqual(15_000);
    expect(HEARTBEAT_MS).toBeLessThanOrEqual(25_000);
  });

  it('ends a stream after an hour, so that load can move', () => {
    const { open, timers, clock } = setUp();
    const sink = open();
    clock.advance(3_600_000);
    timers.tick(HEARTBEAT_MS);
    expect(sink.over).toBe('ended');
  });

  it('reports that the parcel is gone, and ends', () => {
    const { open, tell } = setUp();
    const sink = open();
    sink.take();
    tell(null);
    expect(sink.written).toBe(GONE);
    expect(sink.over).toBe('ended');
  });

  it('releases everything when it closes, including late arrivals', () => {
    const { open, streams, hears, timers } = setUp();
    const sink = open();
    const late = streams.admit('late');
    streams.close();
    expect(sink.over).toBe('ended');
    expect([streams.count, hears.size, timers.set]).toEqual([0, 0, 0]);
    expect(streams.admit('later').kind).toBe('too_many');
    if (late.kind !== 'admitted') throw new Error('refused');
    const slipped = new Sink();
    late.open(slipped, parcel, null);
    expect(slipped.over).toBe('ended');
  });

  it('closes when the connection fails', () => {
    const { open, streams, hears } = setUp();
    open().emit('error', new Error('reset'));
    expect([streams.count, hears.size]).toEqual([0, 0]);
  });
});

it('checks access before each update, and ends a stream without it', async () => {
  let may: Promise<boolean> = Promise.resolve(true);
  let notify = (_: { readonly version: string }): void => {};
  const streams = createStreams<string, { readonly version: string }>({
    clock: manualClock(0),
    timers: manualTimers(),
    source: {
      watch(_, onUpdate) {
        notify = onUpdate;
        return () => {};
      },
      framesOf: (_, { version }) => `${version};`,
      maySee: () => may,
    },
  });
  const open = () => {
    const admission = streams.admit('a');
    if (admission.kind !== 'admitted') throw new Error(admission.kind);
    const sink = new Sink();
    admission.open(sink, 'topic', null);
    sink.take();
    return sink;
  };
  const sink = open();
  notify({ version: 'a' });
  // Changes during a check: the newest one replaces the others.
  notify({ version: 'b' });
  await settled();
  expect(sink.take()).toBe('b;');
  may = Promise.resolve(false);
  notify({ version: 'c' });
  await settled();
  expect([sink.take(), sink.over]).toEqual(['', 'ended']);
  const other = open();
  may = Promise.reject(new Error('unknown'));
  notify({ version: 'd' });
  await settled();
  expect([other.take(), other.over]).toEqual(['', 'ended']);
});
