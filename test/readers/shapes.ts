/** A text of about so many characters. */
export type Shape = (chars: number) => string;

export const repeated =
  (unit: string): Shape =>
  (chars) =>
    unit.repeat(Math.ceil(chars / unit.length)).slice(0, chars);

/** Ten inputs that make careless readers slow: nothing ends, everything ends at once, nothing matches. */
export const SHAPES: ReadonlyMap<string, Shape> = new Map(
  Object.entries({
    'one word': repeated('a'),
    'line feeds': repeated('\n'),
    'carriage returns': repeated('\r'),
    blanks: repeated(' '),
    quotes: repeated('"'),
    commas: repeated(','),
    NUL: repeated('\0'),
    'opening brackets': repeated('[{<('),
    'digits and dots': repeated('0.'),
    'short pairs': repeated('a=é;"b: c\\\n'),
  }),
);
