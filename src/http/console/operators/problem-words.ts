import { ERRORS, type Problem } from '../../../kernel/errors.ts';

/** The text of an error on a page of the console: what happened, and what a person can do. */
export interface ProblemWords {
  readonly title: string;
  readonly fix: string;
}

/**
 * The API's titles and advice address programs: keys, headers, members. People who fill in forms
 * get these texts instead. Codes missing here have the same text for both.
 */
const WORDS: Partial<Record<Problem['code'], ProblemWords>> = {
  bad_request: {
    title: 'Please check what you entered',
    fix: 'Go back and correct it.',
  },
  invalid: {
    title: 'Please check what you entered',
    fix: 'Go back and correct it.',
  },
  too_large: {
    title: 'This is too large',
    fix: 'Go back and send less at a time.',
  },
  too_slow: {
    title: 'The form arrived too slowly',
    fix: 'Go back and send it again.',
  },
  unsupported_media_type: {
    title: 'The form could not be read',
    fix: 'Open the page again and repeat what you did.',
  },
  forbidden: {
    title: 'You may not do this',
    fix: 'Sign in with a key that may (waybill keys create --ops).',
  },
  not_found: {
    title: 'Not found',
    fix: 'It may have been deleted or handled in the meantime. Go back to the list.',
  },
  cannot_refresh: {
    title: 'The carrier cannot be asked now',
    fix: 'The parcel has ended, or no account of this carrier may be asked.',
  },
  erased: {
    title: 'This was deleted',
    fix: 'Deleted data cannot be restored.',
  },
  conflict: {
    title: 'This is not possible now',
    fix: 'It may have changed in the meantime. Open the page again.',
  },
  forbidden_move: {
    title: 'The shipment cannot get that status',
    fix: 'Go back and choose another status.',
  },
  precondition_failed: {
    title: 'This has changed in the meantime',
    fix: 'Open the page again and repeat your change.',
  },
  rate_limited: {
    title: 'Too many attempts',
    fix: 'Try again later.',
  },
  carrier_unavailable: {
    title: 'The carrier does not answer',
    fix: 'The request may have reached the carrier. Check that before you send it again.',
  },
  internal: {
    title: 'Something went wrong in the hub',
    fix: 'Try again. If it happens again, look for the request below in the log.',
  },
  overloaded: {
    title: 'The hub is overloaded',
    fix: 'Nothing was saved. Try again later.',
  },
};

/** A problem's own advice takes precedence over that for its code. Pure. */
export function problemWords({ code, fix, retryAfterS }: Problem): ProblemWords {
  const words = WORDS[code] ?? ERRORS[code];
  if (fix !== null) return { ...words, fix };
  return retryAfterS === null ? words : { ...words, fix: `${words.fix} ${waitOf(retryAfterS)}` };
}

function waitOf(seconds: number): string {
  const wait = Math.max(1, Math.ceil(seconds));
  return `Wait ${wait} ${wait === 1 ? 'second' : 'seconds'} before you do.`;
}
