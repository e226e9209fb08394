import { type ListedParcels, trackListed, z } from '../../sdk.ts';
import { numbers } from './numbers.ts';
import { parse } from './parse.ts';

/** A list of trackers, each as it is. */
const list = z.object({
  trackers: z.array(z.looseObject({ tracking_code: z.string(), id: z.string() })),
  has_more: z.boolean().default(false),
});

/** Retrieves existing trackers by `POST /v2/trackers/batch`, whatever their carrier. */
const trackers: ListedParcels = {
  numbers,
  parse,
  callFor: (tracking_codes) => ({
    method: 'POST',
    path: '/v2/trackers/batch',
    body: { json: { tracking_codes } },
  }),
  readList(value) {
    const read = list.safeParse(value);
    if (!read.success) return null;
    return {
      parcels: read.data.trackers.map((item) => ({
        number: item.tracking_code,
        id: item.id,
        item,
      })),
      hasMore: read.data.has_more,
    };
  },
  documentOf: (items) => ({ trackers: items }),
};

export const track = trackListed(trackers);
