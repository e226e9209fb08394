import { type ListedParcels, trackListed, z } from '../../sdk.ts';
import { TRACKINGS } from './access.ts';
import { numbers } from './numbers.ts';
import { parse } from './parse.ts';

/** A page of trackings, each as it is. */
const page = z.object({
  data: z.object({
    pagination: z.object({ has_next_page: z.boolean() }).optional().catch(undefined),
    trackings: z.array(z.looseObject({ tracking_number: z.string(), id: z.string() })),
  }),
});

/** Gets trackings by their numbers, whatever their carrier: a page has 200, more than needed. */
const trackings: ListedParcels = {
  numbers,
  parse,
  callFor: (requested) => ({
    method: 'GET',
    path: `${TRACKINGS}?limit=200&tracking_numbers=${requested.join()}`,
  }),
  readList(value) {
    const read = page.safeParse(value);
    if (!read.success) return null;
    const { data } = read.data;
    return {
      parcels: data.trackings.map((item) => ({ number: item.tracking_number, id: item.id, item })),
      hasMore: data.pagination?.has_next_page ?? false,
    };
  },
  documentOf: (items) => ({ meta: { code: 200 }, data: { trackings: items } }),
};

export const track = trackListed(trackings);
