import { wallClockMs } from '../kernel/time/place-time.ts';
import type { DocumentedCode } from './codes-csv.ts';

/** Who compared a code's rule with the carrier's description, and on which day. */
export interface CodeReview {
  readonly by: string;
  readonly on: string;
}

/** A name has letters; these words are no names. */
const NAME = /\p{L}{2}/u;
const NOBODY =
  /^(?:true|false|yes|no|ok|done|reviewed|todo|tbd|none|nobody|somebody|unknown|n\/a)$/i;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The review that a row of `codes.csv` states: null for none, a sentence for one that is invalid. */
export function reviewOf({
  kind,
  code,
  reviewedBy: by = '',
  reviewedOn: on = '',
}: DocumentedCode): CodeReview | string | null {
  if (by === '' && on === '') return null;
  if (!NAME.test(by) || NOBODY.test(by)) {
    return `${kind} ${code}: expected the reviewer's name in reviewed_by, found "${by}"`;
  }
  if (!DAY.test(on) || wallClockMs(on) === null) {
    return `${kind} ${code}: expected a day such as 2026-11-20 in reviewed_on, found "${on}"`;
  }
  return { by, on };
}
