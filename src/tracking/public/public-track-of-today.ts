import { withEstimatesOfToday } from '../../events/estimate.ts';

/** The stored answer: its text and its entity tag. */
interface StoredAnswer {
  readonly body: string;
  readonly etag: string;
}

/**
 * Converts a stored answer to the current form. An answer stored before estimates had instants
 * stays unchanged until its parcel's next update, and is converted here when it is read. Nearly all
 * already have the current form; to check that costs a search in the text.
 */
export function publicTrackOfToday<T extends StoredAnswer>(row: T): T {
  if (!HAS_ESTIMATE.test(row.body) || row.body.includes('"precision":')) return row;
  const body = JSON.stringify(withEstimatesOfToday(JSON.parse(row.body)));
  // A new entity tag, because browsers or caches may hold other bytes under the old one.
  return { ...row, body, etag: row.etag.replace(/"$/, '-2"') };
}

const HAS_ESTIMATE = /"(?:estimated_delivery|previous_estimate)":\{/;
