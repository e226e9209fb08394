import { withEstimatesOfToday } from '../../events/estimate.ts';

/** As the table keeps it: the answer's text and its entity tag. */
interface StoredAnswer {
  readonly body: string;
  readonly etag: string;
}

/**
 * A ready answer in the form of today. One that was made ready before estimates told instants stays
 * as it lies until its parcel is received of again, and is read as what it would be now. Nearly all are
 * of today, and looking costs them a search in the text.
 */
export function publicTrackOfToday<T extends StoredAnswer>(row: T): T {
  if (!HAS_ESTIMATE.test(row.body) || row.body.includes('"precision":')) return row;
  const body = JSON.stringify(withEstimatesOfToday(JSON.parse(row.body)));
  // Other bytes than those that a browser or a cache may hold under the old name.
  return { ...row, body, etag: row.etag.replace(/"$/, '-2"') };
}

const HAS_ESTIMATE = /"(?:estimated_delivery|previous_estimate)":\{/;
