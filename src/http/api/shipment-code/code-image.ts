import { encode } from 'uqr';

/** `code128` for lasers and thermal labels, `qr` for phones. */
export const SYMBOLOGIES = ['code128', 'qr'] as const;
type Symbology = (typeof SYMBOLOGIES)[number];

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
/** Height of the bars, in modules: 15 mm if a module is a third of a millimetre. */
const BAR_HEIGHT = 45;
const TEXT_HEIGHT = 10;
const BAR_MARGIN_Y = 2;

/** Returns the bars of a number in Code 128, one module high; null if it cannot be encoded. */
export function barsOf(number: string): CodeShapes | null {
  const widths = code128(number);
  if (widths === null) return null;
  const bars: CodeShapes['bars'][number][] = [];
  let x = 0;
  for (const [index, width] of widths.entries()) {
    if (index % 2 === 0) bars.push({ x, y: 0, width, height: 1 });
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
    const path = svgPath(squares, { x: QUIET_SQUARES, y: QUIET_SQUARES, scaleY: 1 });
    return svg(size, size, path);
  }
  const bars = barsOf(text);
  if (bars === null) return null;
  const width = bars.width + 2 * QUIET_BARS;
  const height = BAR_HEIGHT + TEXT_HEIGHT + 2 * BAR_MARGIN_Y;
  const path = svgPath(bars, { x: QUIET_BARS, y: BAR_MARGIN_Y, scaleY: BAR_HEIGHT });
  const attributes = `x="50%" y="${height - BAR_MARGIN_Y}" text-anchor="middle" font-family="monospace" font-size="${TEXT_HEIGHT}"`;
  return svg(width, height, `${path}\n<text ${attributes}>${escaped(text)}</text>`);
}

interface Placement {
  readonly x: number;
  readonly y: number;
  readonly scaleY: number;
}

/** One path, so that no gaps appear between rows when it is scaled. */
function svgPath({ bars }: CodeShapes, { x, y, scaleY }: Placement): string {
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

/**
 * Code 128 encodes ASCII; characters that printers and scanners treat differently are left to QR.
 */
const ENCODABLE = /^[\x20-\x7e]+$/;

/**
 * Widths of bar, space, bar, space, bar and space of each symbol value, in modules: ISO/IEC 15417,
 * table 1.
 */
const PATTERNS = `
  212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132
  122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212
  322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311
  112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321
  331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214
  112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212
  124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113
  411311 113141 114131 311141 411131 211412 211214 211232`
  .trim()
  .split(/\s+/);
const STOP = '2331112';
const START_B = 104;
const START_C = 105;
const TO_B = 100;
const TO_C = 99;
const CHECK_MODULUS = 103;

/**
 * Widths of the bars and spaces of a text in turn, in modules, beginning with a bar; null when
 * Code 128 cannot encode it.
 */
export function code128(text: string): readonly number[] | null {
  if (!ENCODABLE.test(text)) return null;
  const values = symbolValues(text);
  const sum = values.reduce((total, value, index) => total + value * Math.max(1, index), 0);
  const symbols = [...values, sum % CHECK_MODULUS].map((value) => PATTERNS[value] ?? '');
  return [...symbols.join(''), ...STOP].map(Number);
}

/**
 * Symbol values with the start symbol first. Set C packs two digits into a symbol, so runs of
 * digits use it where this makes the code shorter; set B holds the rest.
 */
function symbolValues(text: string): number[] {
  const values: number[] = [];
  let set: 'B' | 'C' | null = null;
  let at = 0;
  while (at < text.length) {
    const digits = /^\d*/.exec(text.slice(at))?.[0].length ?? 0;
    const isOddInB = set === 'B' && digits % 2 === 1;
    if (digits >= digitsForC(text, at, digits, set) && !isOddInB) {
      if (set !== 'C') values.push(set === null ? START_C : TO_C);
      set = 'C';
      values.push(Number(text.slice(at, at + 2)));
      at += 2;
    } else {
      if (set !== 'B') values.push(set === null ? START_B : TO_B);
      set = 'B';
      values.push(text.charCodeAt(at) - 0x20);
      at += 1;
    }
  }
  return values;
}

/** How many digits must follow for set C to save as many symbols as switching to it costs. */
function digitsForC(text: string, at: number, digits: number, set: 'B' | 'C' | null): number {
  if (set === 'C' || text.length === 2) return 2;
  return at === 0 || at + digits === text.length ? 4 : 6;
}
