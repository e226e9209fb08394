import { looseList, SENDABLE_NUMBER, trackInBatches, z } from '../../sdk.ts';
import { TRACKINGS } from './access.ts';
import { manifest } from './manifest.ts';
import { parse } from './parse.ts';
import { TRACKINGS_MAX } from './schema.ts';

/** A page of trackings, or one, each as it is. */
const page = z.object({
  data: z.looseObject({ trackings: looseList(z.looseObject({}), TRACKINGS_MAX).optional() }),
});

/** Gets trackings by their numbers, whatever their carrier: a page has 200, more than needed. */
export const track = trackInBatches({
  parse,
  size: manifest.limits.batchMax,
  pattern: SENDABLE_NUMBER,
  callFor: (numbers) => ({
    method: 'GET',
    path: `${TRACKINGS}?limit=200&tracking_numbers=${numbers.join()}`,
  }),
  itemsIn(answer) {
    const data = page.safeParse(answer).data?.data;
    return (data?.trackings ?? [data]).filter((item) => item != null);
  },
  numberedBy: 'tracking_number',
  answerWith: (trackings) => ({ meta: { code: 200 }, data: { trackings } }),
  lacking: { outcome: 'not_found', reason: 'no such tracking was created' },
});
