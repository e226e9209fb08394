/**
 * Makes a merchant's colour readable: WCAG 2.2's contrast ratio, and the nearest colour of the same
 * hue that has enough of it. Colours are `#rrggbb`.
 */

/** The ratio for text of ordinary size (WCAG 2.2, 1.4.3). */
export const RATIO_TEXT = 4.5;
/** The number of steps on the way to black or white; smaller steps are not visible. */
const STEPS = 50;

export const HEX_COLOR = /^#[0-9a-f]{6}$/i;

/** Returns black or white, whichever is easier to read on that background. */
export function inkOn(ground: string): '#000000' | '#ffffff' {
  return contrast('#ffffff', ground) >= contrast('#000000', ground) ? '#ffffff' : '#000000';
}

/**
 * Returns the colour itself if text in it is readable on that background, otherwise the nearest one
 * between it and black or white that is.
 *
 * @param ratio the required contrast; non-text needs less
 * @example readableOn('#ffd400', '#ffffff') // '#7a6600': yellow text on white becomes dark yellow
 */
export function readableOn(color: string, ground: string, ratio = RATIO_TEXT): string {
  const ink = inkOn(ground);
  for (let step = 0; step < STEPS; step += 1) {
    const mixed = mix(color, ink, step / STEPS);
    if (contrast(mixed, ground) >= ratio) return mixed;
  }
  return ink;
}

/** Returns the contrast ratio, from 1 (the same colour) to 21 (black on white). */
export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function mix(color: string, toward: string, share: number): string {
  const target = channels(toward);
  const mixed = channels(color).map((value, i) =>
    Math.round(value + ((target[i] ?? 0) - value) * share),
  );
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channels(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}
