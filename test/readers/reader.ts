import type { Shape } from './shapes.ts';

/** What reads bytes or text of somebody outside. */
export interface Reader {
  readonly name: string;
  /** Sources that the test is about; test/readers/readers.test.ts says which must be here. */
  readonly files: readonly string[];
  /** Longer input is refused unread. */
  readonly charsMax?: number;
  /** Before and behind each shape, so that it gets past what refuses it at the first character. */
  readonly around?: readonly (readonly [before: string, after: string])[];
  /** Inputs of its own format, besides the ten. */
  readonly own?: Readonly<Record<string, Shape>>;
  /** May throw: refusing is an answer. */
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

/** Reads a text to its end; a refusal is an end, too. */
export async function readAll({ read }: Reader, text: string): Promise<void> {
  try {
    await read(text);
  } catch (error) {
    // Bugs of the reader are none of its refusals.
    if (error instanceof TypeError || error instanceof ReferenceError) {
      if (!('code' in error) && !/URI|URL|JSON|encoded data/.test(error.message)) throw error;
    }
  }
}
