import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../kernel/test-runs.ts';
import { englishItem } from '../../../platform/messages/error-text.ts';
import { courierPositionSchema, parseInstantMs, positionSchema, readPosition } from './position.ts';

const COURIER = 'cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80';
const FINE = { ts: '2026-03-10T12:00:00Z', lat: 53.5, lng: 9.9 };

describe('a position', () => {
  it('is accepted by the hand-written check exactly when its schema accepts it', () => {
    const number = fc.oneof(
      fc.double(),
      fc.constantFrom(0, 90, -90, 180, 360, 100, 90.01, -180.1, null, 'x', undefined, true),
    );
    const value = fc.record(
      {
        ts: fc.oneof(
          fc.date({ noInvalidDate: true }).map((date) => date.toJSON() ?? ''),
          fc.integer(),
          fc.constantFrom(
            FINE.ts,
            '2026-02-30T00:00:00Z',
            '2026-03-10T12:00:00',
            1_773_144_000_000,
          ),
        ),
        lat: number,
        lng: number,
        accuracy_m: number,
        speed_kmh: number,
        heading: number,
        battery: number,
        courier_id: fc.constantFrom(COURIER, 'cou_X', 7),
        more: fc.constant(1),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(value, fc.boolean(), (sent, namesCourier) => {
        const schema = namesCourier ? courierPositionSchema : positionSchema;
        const read = readPosition(sent, namesCourier ? null : COURIER);
        expect('position' in read).toBe(schema.safeParse(sent).success);
      }),
      { numRuns: runs(2_000), seed: 7 },
    );
  });

  it('reports what is wrong with it, and where', () => {
    const fault = (sent: unknown) => {
      const read = readPosition(sent, COURIER);
      if (!('fault' in read)) return null;
      const { pointer, reason } = englishItem(read.fault);
      return [pointer, reason];
    };
    expect(fault({ ...FINE, lat: 91 })).toEqual(['/lat', expect.stringContaining('90')]);
    expect(fault({ ...FINE, ts: 'now' })?.[0]).toBe('/ts');
    expect(fault({ ...FINE, hdop: 1 })).toEqual(['/hdop', 'Unknown member.']);
    expect(
      fault(JSON.parse('{"__proto__": 1, "ts": "2026-03-10T12:00:00Z", "lat": 1, "lng": 1}')),
    ).not.toBeNull();
    for (const odd of [null, [], 'x', 7, {}]) expect(fault(odd)).not.toBeNull();
  });
});

describe('an instant', () => {
  it('is parsed as the language does, in any offset', () => {
    for (const text of [
      '2026-03-10T12:00:00Z',
      '2026-03-10T12:00:00.123Z',
      '2024-02-29T23:59:59+01:00',
      '2026-12-31T23:59:59.5-11:30',
      '2026-03-10T12:00:00.1234567Z',
    ]) {
      expect([text, parseInstantMs(text)]).toEqual([text, Date.parse(text)]);
    }
    expect(parseInstantMs(1_773_144_000_000)).toBe(1_773_144_000_000);
  });

  it('is nothing else', () => {
    for (const odd of [
      '2026-02-29T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-03-10T24:00:00Z',
      '2026-03-10',
      '2026-03-10T12:00:00',
      '2026-03-10T12:60:00Z',
      '2026-03-10t12:00:00z',
      '1999-12-31T23:59:59Z',
      '2026-03-10T1x:00:00Z',
      '2026-03-10T12:00:00.12xZ',
      '',
      1_773_144_000,
      1.5,
      null,
      undefined,
      {},
    ]) {
      expect([odd, parseInstantMs(odd)]).toEqual([odd, null]);
    }
  });
});
