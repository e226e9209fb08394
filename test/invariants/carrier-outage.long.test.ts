import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectNoCallTooMany } from '../support/carrier-patience.ts';
import {
  HOUR_MS,
  MINUTE_MS,
  openVirtualHub,
  VIRTUAL_START_MS,
  type VirtualHub,
} from '../support/hubs/virtual-hub.ts';
import { detectionDelaysMin, mean } from '../support/parcels/detection.ts';

/** A day and a half of three carriers, the same twice: with and without an outage of one. */
const OUT = 'dhl';
const PARCELS = { dhl: 40, usps: 6, fedex: 6 };
const PACE = { dhl: 0.35, usps: 1.5, fedex: 1.5 } as const;
const CARRIERS = ['dhl', 'usps', 'fedex'] as const;
const CEILING_MS = 12 * HOUR_MS;
const OUT_FROM_MS = VIRTUAL_START_MS + 16 * HOUR_MS;
const OUT_UNTIL_MS = OUT_FROM_MS + 8 * HOUR_MS;
const END_MS = OUT_UNTIL_MS + CEILING_MS;

let calm: VirtualHub;
let struck: VirtualHub;
/** Of the hub that lived last, which is the struck one. */
let outAccount = '';

beforeAll(async () => {
  calm = await lived(false);
  struck = await lived(true);
}, 600_000);
afterAll(async () => {
  await calm.close();
  await struck.close();
});

async function lived(isStruck: boolean): Promise<VirtualHub> {
  const virtual = await openVirtualHub({ pauses: { floorS: 3_600, ceilingS: CEILING_MS / 1_000 } });
  virtual.sandbox.faults.add({ kind: 'push_silence' });
  for (const carrier of CARRIERS) {
    const account = await virtual.connect(carrier);
    if (carrier === OUT) outAccount = account;
    for (const [index, number] of virtual.numbers(carrier, PARCELS[carrier]).entries()) {
      const atMs = VIRTUAL_START_MS + index * 15 * MINUTE_MS;
      await virtual.track(carrier, number, {
        scenario: 'moving',
        atMs,
        pace: PACE[carrier],
      });
    }
  }
  if (isStruck) {
    virtual.sandbox.faults.add({
      kind: 'outage',
      how: 'hangs',
      carrier: OUT,
      fromMs: OUT_FROM_MS,
      untilMs: OUT_UNTIL_MS,
    });
  }
  await virtual.runUntil(END_MS);
  return virtual;
}

function polls(virtual: VirtualHub, fromMs: number, untilMs: number) {
  return virtual.wire.calls.filter(
    ({ carrier, atMs, numbers, path }) =>
      carrier === OUT &&
      numbers.length > 0 &&
      path.startsWith('/track/') &&
      atMs >= fromMs &&
      atMs < untilMs,
  );
}

describe('a carrier that does not answer for eight hours', () => {
  it('gets one call at a time, some minutes apart, once its breaker has opened', async () => {
    const times = polls(struck, OUT_FROM_MS, OUT_UNTIL_MS).map(({ atMs }) => atMs);
    expect((times[4] ?? Infinity) - OUT_FROM_MS).toBeLessThan(2 * HOUR_MS);
    const pauses = times.slice(5).map((atMs, index) => atMs - (times[index + 4] ?? 0));
    // 15 s and then twice as long each time, up to five minutes; a fifth more or less by chance,
    // and the call's own time-out on top.
    expect(Math.min(...pauses.slice(5))).toBeGreaterThan(3.9 * MINUTE_MS);
    expect(Math.max(...pauses)).toBeLessThan(7 * MINUTE_MS);
    const states = (await struck.events(outAccount)).map(({ data }) => data['state']);
    expect(states.filter((state) => state === 'unreachable')).toHaveLength(1);
  });

  it('is polled for the backlog at no more than the usual pace, and in time', () => {
    const busiest = Math.max(...eachHour(calm));
    const after = eachHour(struck).slice((OUT_UNTIL_MS - VIRTUAL_START_MS) / HOUR_MS);
    expect(Math.max(...after)).toBeLessThanOrEqual(busiest * 1.1);
    expectNoCallTooMany(struck, OUT);
    const answered = polls(struck, OUT_UNTIL_MS, END_MS).filter(({ status }) => status === 200);
    const waits = calm.numbers(OUT, PARCELS[OUT]).map((number) => {
      const first = answered.find(({ numbers }) => numbers.includes(number));
      return (first?.atMs ?? Infinity) - OUT_UNTIL_MS;
    });
    // 40 parcels at ten an hour take four hours, which is less than the ceiling.
    expect(Math.max(...waits)).toBeLessThanOrEqual(CEILING_MS);
  });

  it('is healthy again, and reported so', async () => {
    const states = (await struck.events(outAccount)).map(({ data }) => data['state']);
    const since = states.slice(states.indexOf('unreachable') + 1);
    // With so many probes the day may be nearly used up.
    expect(['ok', 'quota_near']).toContain(since[0]);
    expect(since).not.toContain('unreachable');
  });

  it.each(['usps', 'fedex'] as const)('does not delay updates from %s', (carrier) => {
    const delayOf = (virtual: VirtualHub) => {
      const numbers = virtual.numbers(carrier, PARCELS[carrier]);
      return mean(
        detectionDelaysMin(virtual, carrier, numbers, OUT_FROM_MS, OUT_UNTIL_MS + 6 * HOUR_MS),
      );
    };
    expect(delayOf(calm)).toBeGreaterThan(1);
    expect(delayOf(struck)).toBeLessThanOrEqual(1.1 * delayOf(calm));
  });
});

/** Polls of the carrier that is out, in each hour after the rush of the first. */
function eachHour(virtual: VirtualHub): number[] {
  return Array.from({ length: (END_MS - VIRTUAL_START_MS) / HOUR_MS }, (_, hour) => {
    const fromMs = VIRTUAL_START_MS + hour * HOUR_MS;
    return polls(virtual, fromMs, fromMs + HOUR_MS).length;
  });
}
