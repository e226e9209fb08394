import { describe, expect, it } from 'vitest';
import { isWorthSending, type PhoneFix } from './worth-sending.ts';

const DEGREE_M = 111_195;
const fix = (s: number, eastM: number, northM: number, more: Partial<PhoneFix> = {}): PhoneFix => ({
  atMs: s * 1_000,
  lat: northM / DEGREE_M,
  lng: eastM / DEGREE_M,
  accuracyM: 5,
  speedMS: null,
  heading: null,
  ...more,
});

/** The indices of the positions that are sent. */
function sent(fixes: readonly PhoneFix[]): number[] {
  let last: PhoneFix | null = null;
  return fixes.flatMap((each) => {
    if (!isWorthSending(last, each)) return [];
    last = each;
    return [each.atMs / 1_000];
  });
}

describe('a phone', () => {
  it('that stands still sends one position a minute, despite the noise', () => {
    const wander = Array.from({ length: 600 }, (_, s) => fix(s, (s % 3) * 4, (s % 5) * 2));
    expect(sent(wander)).toEqual([0, 60, 120, 180, 240, 300, 360, 420, 480, 540]);
  });

  it('that drives straight on sends one each ten seconds, and one at each turn', () => {
    const speed = { speedMS: 14, heading: 90 };
    const straight = Array.from({ length: 41 }, (_, s) => fix(s, 14 * s, 0, speed));
    expect(sent(straight)).toEqual([0, 10, 20, 30, 40]);
    const turned = Array.from({ length: 10 }, (_, s) =>
      fix(41 + s, 14 * 40, 14 * (s + 1), { speedMS: 14, heading: 0 }),
    );
    expect(sent([...straight, ...turned]).slice(5)[0]).toBeLessThanOrEqual(42);
  });

  it('soon reports that it is not where it is expected', () => {
    const driving = fix(0, 0, 0, { speedMS: 30, heading: 90 });
    const braked = Array.from({ length: 10 }, (_, s) => fix(s + 1, 5, 0, { speedMS: 0 }));
    expect(sent([driving, ...braked])[1]).toBeLessThanOrEqual(4);
    const slower = Array.from({ length: 10 }, (_, s) => fix(s + 1, 15 * (s + 1), 0));
    expect(sent([driving, ...slower])[1]).toBeLessThanOrEqual(3);
  });

  it('sends nothing inaccurate within the minute, and nothing from the past', () => {
    const inexact = { accuracyM: 400 };
    expect(sent([fix(0, 0, 0), fix(10, 900, 0, inexact), fix(60, 900, 0, inexact)])).toEqual([
      0, 60,
    ]);
    expect(isWorthSending(fix(10, 0, 0), fix(9, 900, 0))).toBe(false);
  });
});
