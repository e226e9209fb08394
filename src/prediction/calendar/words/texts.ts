import { z } from 'zod';
import { COMPARED_GROUPS } from '../../lanes/comparison.ts';

const text = z.string().trim().min(1).max(300);

/** A text with places to fill in, all of which it must have. */
function template(...places: string[]) {
  return text.refine((value) => places.every((place) => value.includes(`{${place}}`)), {
    error: `must contain ${places.map((place) => `{${place}}`).join(', ')}`,
  });
}

/** config/messages/prediction/<language>.yaml */
export const predictionTexts = z.strictObject({
  language: z.string().regex(/^[a-z]{2}$/),
  /** For dates and times, where the destination's country has no own of this language. */
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
    /** By the names of a model's columns but for those of groups; a name that is missing stands for itself. */
    features: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), text),
  }),
});
export type PredictionTexts = Readonly<z.infer<typeof predictionTexts>>;

/** Fills the places of a template; what is filled in is taken literally. */
export function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, place: string) => values[place] ?? whole);
}
