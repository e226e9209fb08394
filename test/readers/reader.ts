import type { Shape } from './shapes.ts';

/** A reader of external bytes or text. */
export interface Reader {
  readonly name: string;
  /** The sources under test; test/readers/readers.test.ts says which are required. */
  readonly files: readonly string[];
  /** Longer input is rejected unread. */
  readonly charsMax?: number;
  /** Added before and after each shape, so that it gets past checks of the first characters. */
  readonly around?: readonly (readonly [before: string, after: string])[];
  /** Inputs of its own format, besides the ten. */
  readonly own?: Readonly<Record<string, Shape>>;
  /** May throw: rejecting is valid. */
  readonly read: (text: string) => unknown;
}

export interface Case {
  readonly name: string;
  readonly make: Shape;
}

/** The inputs of a reader. */
export function casesOf(
  { own = {}, around = [['', '']] }: Reader,
  shapes: ReadonlyMap<string, Shape>,
): Case[] {
  const common = [...shapes].flatMap(([name, shape]) =>
    around.map(([before, after]) => ({
      name: `${before}${name}${after}`,
      make: (chars: number) => before + shape(chars) + after,
    })),
  );
  return [...common, ...Object.entries(own).map(([name, make]) => ({ name, make }))];
}

/** Reads a text to its end; a rejection is an end, too. */
export async function readAll({ read }: Reader, text: string): Promise<void> {
  try {
    await read(text);
  } catch (error) {
    // Bugs of the reader do not count as rejections.
    if (error instanceof TypeError || error instanceof ReferenceError) {
      if (!('code' in error) && !/URI|URL|JSON|encoded data/.test(error.message)) throw error;
    }
  }
}
