import { z } from 'zod';
import { COMPARED_GROUPS } from '../../lanes/comparison.ts';

const text = z.string().trim().min(1).max(300);

/** A text with placeholders, all of which are required. */
function template(...places: string[]) {
  return text.refine((value) => places.every((place) => value.includes(`{${place}}`)), {
    error: `must contain ${places.map((place) => `{${place}}`).join(', ')}`,
  });
}

/** config/messages/prediction/<language>.yaml */
export const predictionTexts = z.strictObject({
  language: z.string().regex(/^[a-z]{2}$/),
  /** For dates and times, if the destination's country has no locale of this language. */
  locale: z.string().regex(/^[a-z]{2}-[A-Z]{2}$/),
  today: text,
  tomorrow: text,
  between: template('day', 'from', 'to'),
  by: template('day', 'to'),
  after: template('day', 'from'),
  range: template('from', 'to'),
  moved: z.strictObject({
    reported: template('reason'),
    carrier: text,
    out_for_delivery: text,
    holiday: template('date'),
    weekend: template('date'),
    day_over: text,
    late: text,
    slower: text,
    faster: text,
    estimate: text,
  }),
  drivers: z.strictObject({
    longer: template('what', 'days'),
    shorter: template('what', 'days'),
    under_way: template('parcels'),
    pace: template('share', 'parcels'),
    residual: template('parcels', 'days'),
    groups: z.record(z.enum(COMPARED_GROUPS), text),
    /**
     * Keys are the names of a model's columns, without those of groups; a missing name stands for
     * itself.
     */
    features: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), text),
  }),
});
export type PredictionTexts = Readonly<z.infer<typeof predictionTexts>>;

/** Fills in a template's placeholders; values are inserted literally. */
export function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, place: string) => values[place] ?? whole);
}
