import { contrast, RATIO_TEXT } from '../../../kernel/color-contrast.ts';

/** How readable text in a colour is on white, and white text on it. Pure. */
export function contrastOnWhite(color: string): { ratio: string; isReadable: boolean } {
  const ratio = contrast(color, '#ffffff');
  // Rounded down, so that no ratio below the limit is shown as reaching it.
  return {
    ratio: (Math.floor(ratio * 10) / 10).toFixed(1),
    isReadable: ratio >= RATIO_TEXT,
  };
}
