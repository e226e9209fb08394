import { readShippedYaml, z } from '../../sdk.ts';

const byText = z.record(z.string(), z.string());

/** Wordings that stand in for codes, by lower-case text; order counts where beginnings are matched. */
export const TEXTS = readShippedYaml(
  new URL('../texts.yaml', import.meta.url),
  z.strictObject({
    ecommerce: z.record(z.string(), z.array(z.string()).min(1)),
    parcel_de_events: byText,
    parcel_de_words: byText,
  }),
);
