import { describe, expect, it } from 'vitest';
import { baseFor, filesAfter, type LogBase, logUntil } from './choose-log.ts';
import { type LogFile, lsnOf, segmentAfter, segmentAt, startOf } from './log-files.ts';

const PLACE = '/backups';
const base: LogBase = {
  id: 'B',
  line: 'first',
  segment: '0000000100000000000000FE',
  endedAtMs: 1_000,
};
const file = (segment: string, coversUntilMs: number): LogFile => ({
  key: segment,
  segment,
  coversUntilMs,
});
const FF = file('0000000100000000000000FF', 2_000);
const NEXT = file('000000010000000100000000', 3_000);
const LAST = file('000000010000000100000001', 4_000);

describe('segments of the log', () => {
  it('are numbered as PostgreSQL numbers them', () => {
    expect(segmentAt(1, lsnOf('0/FE000028'))).toBe(base.segment);
    expect(segmentAfter(base.segment)).toBe(FF.segment);
    expect(segmentAfter(FF.segment)).toBe(NEXT.segment);
    expect(startOf(NEXT.segment)).toBe('1/0');
    expect(startOf(LAST.segment)).toBe('1/1000000');
    expect(segmentAt(26, lsnOf('A/B374D848'))).toBe('0000001A0000000A000000B3');
    expect(() => lsnOf('yesterday')).toThrow('not a position');
  });
});

describe('a restore to an instant', () => {
  it('takes what follows the backup until one reaches beyond it', () => {
    const files = [LAST, NEXT, FF, file('0000000100000000000000FD', 500)];
    expect(logUntil(base, files, 1_500, PLACE)).toEqual([FF]);
    // The last commits of a segment's last millisecond may be in the next segment.
    expect(logUntil(base, files, 2_000, PLACE)).toEqual([FF, NEXT]);
    expect(logUntil(base, files, 3_999, PLACE)).toEqual([FF, NEXT, LAST]);
  });

  it('is refused where the log ends or has a gap', () => {
    expect(() => logUntil(base, [FF], 2_500, PLACE)).toThrow(/until 1970-01-01T00:00:02.*it ends/);
    expect(() => logUntil(base, [], 2_500, PLACE)).toThrow(/until 1970-01-01T00:00:01.*it ends/);
    expect(() => logUntil(base, [FF, LAST], 2_500, PLACE)).toThrow(/something is missing/);
    expect(filesAfter(base, [FF, LAST])).toEqual([FF]);
  });

  it('begins with the newest backup that ended before', () => {
    const second = { ...base, id: 'C', endedAtMs: 2_000 };
    expect(baseFor([second, base], 1_500, PLACE)).toBe(base);
    expect(baseFor([second, base], 2_500, PLACE)).toBe(second);
    expect(() => baseFor([second, base], 1_000, PLACE)).toThrow(/any time after 1970.*is not/);
    expect(() => baseFor([], 1_000, PLACE)).toThrow(/holds no log/);
  });
});
