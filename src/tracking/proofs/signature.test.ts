import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawSignature, isStrokesLike, readSignature } from './signature.ts';

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const drawn = (strokes: unknown, width = 300, height = 150) =>
  readSignature(json({ width, height, strokes }));

describe('a signature', () => {
  it('is read from strokes, cut to its field, with or without times', () => {
    const strokes = [
      [
        [10.04, 80, 0],
        [400, -5, 16],
      ],
    ];
    expect(drawn(strokes)).toEqual({
      signature: {
        width: 300,
        height: 150,
        strokes: [
          [
            [10, 80],
            [300, 0],
          ],
        ],
      },
    });
  });

  it('is refused with a reason', () => {
    expect(readSignature(Buffer.from('{"width": 300'))).toEqual({ fault: 'unreadable' });
    expect(drawn([])).toEqual({ fault: 'unreadable' });
    expect(drawn([[['a', 'b']]])).toEqual({ fault: 'unreadable' });
    expect(drawn([[[10, 10]]])).toEqual({ fault: 'no_ink' });
    expect(drawn([Array.from({ length: 10_001 }, () => [1, 1])])).toEqual({ fault: 'unreadable' });
    const scribble = Array.from({ length: 500 }, (_, index) => [index % 2 ? 0 : 300, 75]);
    expect(drawn([scribble])).toEqual({ fault: 'too_much_ink' });
    expect(readSignature(new Uint8Array(300_000))).toEqual({ fault: 'too_many_bytes' });
  });

  it('is distinguished from a picture by its first bytes', () => {
    expect(isStrokesLike(Buffer.from(' {"width"'))).toBe(true);
    expect(isStrokesLike(Buffer.from('\x89PNG', 'latin1'))).toBe(false);
    expect(isStrokesLike(new Uint8Array(0))).toBe(false);
  });

  it('is drawn black on white where the pen was', () => {
    const read = drawn([
      [
        [50, 75],
        [250, 75],
      ],
    ]);
    if ('fault' in read) throw new Error(read.fault);
    const { grey, widthPx, heightPx } = drawSignature(read.signature);
    expect([widthPx, heightPx, grey.length]).toEqual([600, 300, 180_000]);
    const at = (x: number, y: number) => grey[y * widthPx + x];
    expect(at(300, 150)).toBeLessThan(60);
    expect(at(300, 140)).toBe(255);
    expect(at(20, 150)).toBe(255);
  });

  it('of any strokes is refused or drawn within its picture', () => {
    const point = fc.tuple(
      fc.double({ min: -500, max: 900, noNaN: true }),
      fc.double({ min: -500, max: 900, noNaN: true }),
    );
    const strokes = fc.array(fc.array(point, { minLength: 1, maxLength: 8 }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(strokes, fc.integer({ min: 10, max: 900 }), (of, height) => {
        const read = readSignature(json({ width: 400, height, strokes: of }));
        if ('fault' in read) return;
        const { grey, widthPx, heightPx } = drawSignature(read.signature);
        expect(grey.length).toBe(widthPx * heightPx);
        expect(Math.max(widthPx, heightPx)).toBeLessThanOrEqual(600);
        expect(grey.some((value) => value < 255)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});
