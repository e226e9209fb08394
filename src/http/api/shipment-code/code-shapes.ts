import type { DrawingContext } from 'bwip-js/generic';
import { CODE_128, type Symbology } from './code-image.ts';

/** A code as shapes on a grid, to be drawn at any size. */
export interface CodeShapes {
  readonly width: number;
  readonly height: number;
  readonly bars: readonly {
    readonly x: number;
    readonly fromY: number;
    readonly toY: number;
    readonly width: number;
  }[];
  /** Outlines, filled black by the even-odd rule. */
  readonly outlines: readonly (readonly (readonly [x: number, y: number])[])[];
}

/**
 * The bars or squares of a tracking number, without margin; null when the symbology cannot encode
 * it.
 */
export async function codeShapes(number: string, symbology: Symbology): Promise<CodeShapes | null> {
  if (symbology === 'code128' && !CODE_128.test(number)) return null;
  // A megabyte with every symbology: loaded when the first label is printed.
  const { code128, qrcode } = await import('bwip-js/generic');
  return symbology === 'qr'
    ? qrcode({ bcid: 'qrcode', text: number }, collector())
    : code128({ bcid: 'code128', text: number }, collector());
}

function collector(): DrawingContext<CodeShapes> {
  const size = { width: 0, height: 0 };
  const bars: CodeShapes['bars'][number][] = [];
  const outlines: CodeShapes['outlines'][number][] = [];
  return {
    scale: () => null,
    measure: () => ({ width: 0, ascent: 0, descent: 0 }),
    init(width, height) {
      size.width = width;
      size.height = height;
    },
    line(x0, y0, _x1, y1, width) {
      bars.push({ x: x0, fromY: Math.min(y0, y1), toY: Math.max(y0, y1), width });
    },
    polygon: (points) => void outlines.push(points),
    hexagon() {},
    ellipse() {},
    fill() {},
    text() {},
    end: () => ({ ...size, bars, outlines }),
  };
}
