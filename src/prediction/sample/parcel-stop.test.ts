import { describe, expect, it } from 'vitest';
import { type ParcelStop, STOPS_MAX, usableStops } from './parcel.ts';
import { stopsFromJson, stopsToJson } from './stops-json.ts';

const HOUR_MS = 3_600_000;
const FROM_MS = Date.parse('2026-11-16T10:00:00Z');
const TO_MS = FROM_MS + 100 * HOUR_MS;

const stop = (hours: number, is: Partial<ParcelStop> = {}): ParcelStop => {
  const ms = FROM_MS + hours * HOUR_MS;
  const at = { instantMs: ms, wallMs: ms };
  return { at, status: 'in_transit', country: 'DE', facility: 'HUB', estimateDay: null, ...is };
};
const moment = (ms: number) => ({ instantMs: ms, wallMs: ms });
const parcel = (stops: readonly ParcelStop[]) => ({
  handedOverAt: moment(FROM_MS),
  deliveredAt: moment(TO_MS),
  stops,
});
const hoursOf = (stops: readonly ParcelStop[]) =>
  stops.map(({ at }) => (at.instantMs - FROM_MS) / HOUR_MS);

describe('the stops of a parcel', () => {
  it('are in the order of time, whatever order they arrive in', () => {
    expect(hoursOf(usableStops(parcel([stop(9), stop(2), stop(5)]), TO_MS))).toEqual([2, 5, 9]);
  });

  it.each<[string, ParcelStop]>([
    ['without a time', { ...stop(0), at: { instantMs: Number.NaN, wallMs: FROM_MS } }],
    ['without a clock', { ...stop(0), at: { instantMs: FROM_MS + 1, wallMs: Number.NaN } }],
    ['of the acceptance itself', stop(0)],
    ['before acceptance', stop(-5)],
    ['at the delivery', stop(100)],
    ['after the delivery', stop(150)],
    ['that says it was delivered', stop(3, { status: 'delivered' })],
    ['that says nothing', stop(3, { status: 'none' })],
    ['of a label', stop(3, { status: 'created' })],
    ['that is a repeat', stop(2)],
  ])('leave out one %s', (_, odd) => {
    expect(hoursOf(usableStops(parcel([stop(2), odd]), TO_MS))).toEqual([2]);
  });

  it('leave out later ones', () => {
    const stops = [stop(2), stop(5), stop(9)];
    expect(hoursOf(usableStops(parcel(stops), FROM_MS + 5 * HOUR_MS))).toEqual([2, 5]);
  });

  it('are the newest ones where there are thousands', () => {
    const thousands = Array.from({ length: 5_000 }, (_, index) => stop(1 + index / 100));
    const usable = usableStops(parcel(thousands), TO_MS);
    expect(usable).toHaveLength(STOPS_MAX);
    expect(usable.at(-1)).toEqual(thousands.at(-1));
  });
});

describe('stored stops', () => {
  const day = Math.floor(FROM_MS / 86_400_000) + 3;

  it('are read as they were', () => {
    const stops = [stop(2, { estimateDay: day }), stop(5, { country: '', facility: '' })];
    expect(stopsFromJson(JSON.parse(JSON.stringify(stopsToJson(stops))))).toEqual(stops);
  });

  it('that are impossible are skipped, one by one', () => {
    const [good] = stopsToJson([stop(2)]);
    const ms = FROM_MS + HOUR_MS;
    const odd = [
      null,
      1,
      'stop',
      {},
      [],
      ['in_transit'],
      ['flying', ms, ms, null, null, null],
      ['in_transit', 'NaN', ms, null, null, null],
      ['in_transit', ms, ms + 40 * HOUR_MS, null, null, null],
    ];
    expect(stopsFromJson([...odd, good])).toEqual([stop(2)]);
    for (const none of [null, undefined, 'stops', 7, {}]) expect(stopsFromJson(none)).toEqual([]);
  });

  it('have no estimate that is a year away, or invalid', () => {
    for (const estimate of [day + 500, 'soon', 1.5, {}]) {
      const ms = FROM_MS + HOUR_MS;
      const read = stopsFromJson([['in_transit', ms, ms, 'DE', 'HUB', estimate]]);
      expect(read[0]?.estimateDay).toBeNull();
    }
  });

  it('are no more than a parcel may have', () => {
    const thousands = Array.from({ length: 5_000 }, (_, index) => stop(1 + index / 100));
    expect(stopsToJson(thousands)).toHaveLength(STOPS_MAX);
    expect(stopsFromJson(thousands.map((each) => stopsToJson([each])[0]))).toHaveLength(STOPS_MAX);
  });
});
