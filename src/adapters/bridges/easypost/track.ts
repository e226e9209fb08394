import { looseList, SENDABLE_NUMBER, trackInBatches, z } from '../../sdk.ts';
import { manifest } from './manifest.ts';
import { parse } from './parse.ts';
import { TRACKERS_MAX } from './schema.ts';

/** A list of trackers, or one, each as it is. */
const list = z.looseObject({
  trackers: looseList(z.looseObject({}), TRACKERS_MAX).optional(),
});

/** Retrieves existing trackers by `POST /v2/trackers/batch`, whatever their carrier. */
export const track = trackInBatches({
  parse,
  size: manifest.limits.batchMax,
  pattern: SENDABLE_NUMBER,
  callFor: (tracking_codes) => ({
    method: 'POST',
    path: '/v2/trackers/batch',
    body: { json: { tracking_codes } },
  }),
  itemsIn(answer) {
    const { data } = list.safeParse(answer);
    return (data?.trackers ?? [data]).filter((item) => item != null);
  },
  numberedBy: 'tracking_code',
  answerWith: (trackers) => ({ trackers }),
  lacking: { outcome: 'not_found', reason: 'no such tracker was created' },
});
