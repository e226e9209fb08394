import { encode } from 'uqr';
import { code128 } from './code-128.ts';

/** `code128` for lasers and thermal labels, `qr` for phones. */
export const SYMBOLOGIES = ['code128', 'qr'] as const;
export type Symbology = (typeof SYMBOLOGIES)[number];

/** Black rectangles on a grid of modules, to be drawn at any size, without the quiet zone. */
export interface CodeShapes {
  readonly width: number;
  readonly height: number;
  readonly bars: readonly {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }[];
}

/**
 * White modules that scanners need beside the bars (ISO/IEC 15417) and around the squares (ISO/IEC
 * 18004).
 */
export const QUIET_BARS = 10;
export const QUIET_SQUARES = 4;
/** Of the image's bars, in modules: 15 mm if a module is a third of a millimetre. */
const BAR_HEIGHT = 45;
const TEXT_HEIGHT = 10;
const BAR_MARGIN_Y = 2;

/** The bars of a number in Code 128, one module high; null: Code 128 cannot encode it. */
export function barsOf(number: string): CodeShapes | null {
  const widths = code128(number);
  if (widths === null) return null;
  const bars: CodeShapes['bars'][number][] = [];
  let x = 0;
  for (const [nr, width] of widths.entries()) {
    if (nr % 2 === 0) bars.push({ x, y: 0, width, height: 1 });
    x += width;
  }
  return { width: x, height: 1, bars };
}

/** The squares of a text in QR with error correction level M; neighbours in a row are joined. */
export function squaresOf(text: string): CodeShapes {
  const { size, data } = encode(text, { ecc: 'M', border: 0 });
  const bars = data.flatMap((row, y) => {
    const marks = row.map((isDark) => (isDark ? '#' : ' ')).join('');
    return [...marks.matchAll(/#+/g)].map(({ index, 0: run }) => ({
      x: index,
      y,
      width: run.length,
      height: 1,
    }));
  });
  return { width: size, height: size, bars };
}

/**
 * A text as a scannable code in SVG, which prints sharply at any size; Code 128 with the text
 * below. Null when the symbology cannot encode it.
 */
export function codeImage(text: string, symbology: Symbology): string | null {
  if (symbology === 'qr') {
    const squares = squaresOf(text);
    const size = squares.width + 2 * QUIET_SQUARES;
    const path = pathOf(squares, { x: QUIET_SQUARES, y: QUIET_SQUARES, scaleY: 1 });
    return svg(size, size, path);
  }
  const bars = barsOf(text);
  if (bars === null) return null;
  const width = bars.width + 2 * QUIET_BARS;
  const height = BAR_HEIGHT + TEXT_HEIGHT + 2 * BAR_MARGIN_Y;
  const path = pathOf(bars, { x: QUIET_BARS, y: BAR_MARGIN_Y, scaleY: BAR_HEIGHT });
  const attributes = `x="50%" y="${height - BAR_MARGIN_Y}" text-anchor="middle" font-family="monospace" font-size="${TEXT_HEIGHT}"`;
  return svg(width, height, `${path}\n<text ${attributes}>${escaped(text)}</text>`);
}

interface Placement {
  readonly x: number;
  readonly y: number;
  readonly scaleY: number;
}

/** One path, so that no gaps appear between rows when it is scaled. */
function pathOf({ bars }: CodeShapes, { x, y, scaleY }: Placement): string {
  const steps = bars.map(
    (bar) =>
      `M${x + bar.x} ${y + bar.y * scaleY}h${bar.width}v${bar.height * scaleY}h${-bar.width}Z`,
  );
  return `<path d="${steps.join('')}" fill-rule="evenodd" />`;
}

function svg(width: number, height: number, content: string): string {
  const ground = '<rect width="100%" height="100%" fill="#FFFFFF" />';
  return `<svg viewBox="0 0 ${width} ${height}" xmlns="http://www.w3.org/2000/svg">\n${ground}\n${content}\n</svg>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);
}
