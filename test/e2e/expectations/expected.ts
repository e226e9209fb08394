/**
 * What each of the carriers' published payloads must result in, judged from the payload and the
 * carrier's documentation, not from the code's output. An event is `status[/reason] local-time
 * instant`, newest first; `-` if the instant cannot be known.
 */
export interface Expected {
  readonly number: string;
  readonly status: string;
  readonly subStatus?: string;
  /** `date` or `date from–to`, in local time; absent: the carrier gives no estimate. */
  readonly estimate?: string;
  readonly events: readonly string[];
}

/** The kind of answer of a payload without a parcel. */
export type Outcome =
  | 'not_found'
  | 'not_yet'
  | 'auth_error'
  | 'rate_limited'
  | 'error'
  | 'unreadable';

export type Expectations = Readonly<Record<string, readonly Expected[] | Outcome>>;
