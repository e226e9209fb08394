import { z } from 'zod';

/** A text of a page, as its file has it. */
export const text = z.string().trim().min(1).max(300);

/** A text with places to fill in, all of which it must have. */
export function template(...places: string[]) {
  return text.refine((value) => places.every((place) => value.includes(`{${place}}`)), {
    error: `must contain ${places.map((place) => `{${place}}`).join(', ')}`,
  });
}
