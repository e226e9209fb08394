/**
 * What each of the carriers' published payloads must come to, judged from the payload and the
 * carrier's documentation, not from what the code makes of it. An event is
 * `status[/reason] local-time instant`, newest first; `-` where nobody can know the instant.
 */
export interface Expected {
  readonly number: string;
  readonly status: string;
  readonly subStatus?: string;
  /** `date` or `date from–to`, as local clocks; absent: the carrier promises nothing. */
  readonly estimate?: string;
  readonly events: readonly string[];
}

/** A payload that reports no parcel says so, and of which kind. */
export type Outcome =
  | 'not_found'
  | 'not_yet'
  | 'auth_error'
  | 'rate_limited'
  | 'error'
  | 'unreadable';

export type Expectations = Readonly<Record<string, readonly Expected[] | Outcome>>;
