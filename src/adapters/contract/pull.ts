/**
 * The pulling half of the contract: how the hub calls a carrier, and how the carrier's adapter
 * reads the answers. An adapter decides which call to make and what its answer means. The session
 * it receives owns the token, the budget, the rate, the time-out, the circuit breaker and the
 * clock. So an adapter has no retry loop, no sleep and no state.
 */

// ---------------------------------------------------------------- access

/** One value that an account needs before the carrier can be called. */
export interface CredentialField {
  /** The name of the member in `credentials` of `POST /carrier-accounts`, in snake case. */
  readonly name: string;
  /** The name that the carrier's own portal uses. */
  readonly label: string;
  readonly secret: boolean;
  readonly required: boolean;
}

export type Credentials = Readonly<Record<string, string>>;

export interface CarrierAccess {
  /** The credentials, in the order of the form in which a person enters them. */
  readonly credentials: readonly CredentialField[];
  /**
   * The carrier's hosts, such as `https://host`, without a trailing slash. `test` is the carrier's
   * own test system, if it has one.
   */
  readonly origins: {
    readonly production: string;
    readonly test: string | null;
    /** Further hosts of the carrier that a call may name as its `origin`. */
    readonly others?: readonly string[];
  };
  /** How to get a token; absent when the credentials themselves are sent with each call. */
  readonly token?: TokenAccess;
  /**
   * The headers that authenticate a call. `token` is null without `TokenAccess`. `origin` is the
   * call's own if it names one, because other hosts need other credentials.
   */
  headers(
    credentials: Credentials,
    token: string | null,
    origin?: string,
  ): Readonly<Record<string, string>>;
  /**
   * The cheapest call by whose answer right credentials can be distinguished from wrong ones. Used
   * when an account is saved, and only without `TokenAccess`: otherwise the request for a token
   * shows it.
   */
  readonly verify?: {
    request(credentials: Credentials): CarrierCall;
    /** Reads any answer, however odd. Pure and total. */
    read(answer: HttpAnswer): VerifyOutcome;
  };
}

/** The verdict on credentials. `accepted`: the carrier knows them, whatever else it said. */
export type VerifyOutcome =
  | { readonly outcome: 'accepted' }
  | {
      readonly outcome: 'auth_error' | 'scope_missing' | 'rate_limited' | 'error';
      readonly reason: string;
      readonly retryAfterS?: number;
    };

export interface TokenAccess {
  request(credentials: Credentials): CarrierCall;
  /** Reads any answer of the token endpoint, however odd. Pure and total. */
  read(answer: HttpAnswer): TokenOutcome;
  /** The limit of the token endpoint, enforced by the session. */
  readonly callsPerSecondMax: number;
}

export type TokenOutcome =
  | { readonly outcome: 'token'; readonly token: string; readonly lifetimeS: number }
  | {
      readonly outcome: 'auth_error' | 'scope_missing' | 'rate_limited' | 'error';
      readonly reason: string;
      readonly retryAfterS?: number;
    };

// ---------------------------------------------------------------- the session

/** What the hub gives an adapter for one account and one piece of work. */
export interface CarrierSession {
  /**
   * Sends one call. The session adds the token, and renews it once when the carrier answers 401.
   * The budget is debited first. Never rejects: failures are values.
   */
  send(call: CarrierCall): Promise<CarrierAnswer>;
  readonly credentials: Credentials;
  /** The time, epoch milliseconds. */
  nowMs(): number;
  /** Returns a new id of 32 hex digits, for carriers that require one with each call. */
  newId(): string;
  /**
   * For bridges: what the hub knows of a number that `track` gets. Absent or null: the number only.
   */
  parcelOf?(trackingNumber: string): BridgedParcel | null;
}

/** A parcel that a bridge tracks. */
export interface BridgedParcel {
  readonly trackingNumber: string;
  /** The bridge's own code of the carrier; null: the bridge has to detect the carrier. */
  readonly carrierCode: string | null;
  /** The bridge's id of the parcel, as `register` returned it; null: none is known. */
  readonly reference: string | null;
  /** What some carriers ask for besides the number; null: unknown. */
  readonly postalCode: string | null;
}

export interface CarrierCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /**
   * The path from the origin, with its query already encoded, such as `/track/v1/trackingnumbers`.
   */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly json: unknown } | { readonly form: Readonly<Record<string, string>> };
  /**
   * One of `origins.others`; nothing is sent to any other host. Absent: the account's own origin.
   */
  readonly origin?: string;
  /** Whether the answer is binary: then use `HttpAnswer.bytes`. */
  readonly wantsBytes?: true;
}

/** An HTTP answer: any status, header names in lower case, the body as text. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The unchanged body, when the call set `wantsBytes`. */
  readonly bytes?: Uint8Array;
}

export type CarrierAnswer =
  | ({ readonly kind: 'http' } & HttpAnswer)
  /**
   * Nothing was sent: the account may make no call now, its circuit breaker is open, or the hub is
   * stopping.
   */
  | {
      readonly kind: 'unsent';
      readonly reason: 'budget' | 'breaker_open' | 'stopping';
      readonly retryAfterS: number | null;
    }
  /** No token was available, so nothing was sent. */
  | { readonly kind: 'no_token'; readonly failure: Exclude<TokenOutcome, { outcome: 'token' }> }
  /**
   * There is no usable answer. `invalid_call`: the adapter made a mistake, so nothing was sent. Its
   * path leads away from the origin, or its own origin is not one of the carrier's.
   */
  | {
      readonly kind: 'failed';
      readonly reason: 'timeout' | 'network' | 'too_large' | 'invalid_call';
    };

// ---------------------------------------------------------------- tracking

/**
 * The result of one pull for one number.
 * `answer`: this number's part of the answer, as text that `parse` reads as `track` (a batch is
 * split by the adapter; each part is a whole document in the shape of a single answer).
 * `not_found`: the carrier does not know the number. `not_yet`: it knows the number and has no
 * scan.
 * `refused`: it will never answer us about this number. All other outcomes say nothing about the
 * number, but something about the account or the carrier.
 */
export type TrackOutcome = { readonly trackingNumber: string } & TrackFinding;

/** The result without the number. */
export type TrackFinding =
  | { readonly outcome: 'answer'; readonly httpStatus: number; readonly text: string }
  | { readonly outcome: 'not_found' | 'not_yet' | 'refused'; readonly reason: string }
  | AccountFailure;

/**
 * A failure of the account or the carrier. `auth_error`: the credentials are wrong.
 * `scope_missing`: they are right and lack a permission. `rate_limited`: the whole account waits.
 * `unsent`: nothing was sent. `error`: anything else.
 */
export interface AccountFailure {
  readonly outcome: 'auth_error' | 'scope_missing' | 'rate_limited' | 'unsent' | 'error';
  /** What was found. Never a secret, never personal data. */
  readonly reason: string;
  readonly retryAfterS?: number;
}

// ---------------------------------------------------------------- push subscriptions

/** The address for the carrier's pushes, and the secret by which they are verified. */
export interface PushHook {
  readonly url: string;
  readonly secret: string;
  /** The name of the header, for carriers that let one choose it. */
  readonly header: string | null;
}

export type SubscribeOutcome =
  | {
      readonly outcome: 'subscribed';
      /** The number that the subscription is for; null: the whole account. */
      readonly trackingNumber: string | null;
      /** The carrier's own id of the subscription, if it gives one. */
      readonly subscriptionId: string | null;
      /** When it ends, epoch ms; null: not by itself. */
      readonly expiresAtMs: number | null;
      /** Whether it waits for the carrier's handshake before anything is pushed. */
      readonly pending: boolean;
    }
  | {
      readonly outcome: 'refused';
      readonly trackingNumber: string | null;
      readonly reason: string;
    }
  | ({ readonly trackingNumber: string | null } & AccountFailure);

/** The answer to a push that asks us to call back before the subscription is active. */
export interface Handshake {
  readonly subscriptionId: string;
  readonly call: CarrierCall;
}

// ---------------------------------------------------------------- proof of delivery

export interface ProofRequest {
  readonly trackingNumber: string;
  readonly carrierPieceId: string | null;
  /**
   * The proofs that the newest answer since the delivery offers: `signature`, `photo`, `document`.
   * Null: nothing is known, because there was no such answer, for example when a push reported the
   * delivery.
   */
  readonly offered: readonly string[] | null;
}

export interface ProofDocument {
  readonly kind: 'signature' | 'photo' | 'document';
  /**
   * `application/pdf`, `image/png`, `image/gif` or `image/jpeg`; nothing that a browser would
   * execute.
   */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export type ProofOutcome =
  | { readonly outcome: 'documents'; readonly documents: readonly ProofDocument[] }
  /** The carrier has no proof (yet), or not for us. */
  | { readonly outcome: 'none'; readonly reason: string }
  | AccountFailure;

// ---------------------------------------------------------------- for every adapter

/** What a failed call means for the account; null when there is an HTTP answer. */
export function failureOf(answer: CarrierAnswer): AccountFailure | null {
  switch (answer.kind) {
    case 'http':
      return null;
    case 'unsent':
      return {
        outcome: 'unsent',
        reason: answer.reason,
        ...(answer.retryAfterS === null ? {} : { retryAfterS: answer.retryAfterS }),
      };
    case 'no_token':
      return answer.failure;
    case 'failed':
      return { outcome: 'error', reason: `no usable answer: ${answer.reason}` };
  }
}

/** Matches a token that may be put into a header; real ones are some kilobytes of JWT. */
export const BEARER_TOKEN = /^[\x21-\x7e]{1,8192}$/;

/**
 * The wait that the answer asks for, as `{ retryAfterS }`, or an empty object; to be spread into an
 * outcome.
 */
export function waitRequestedBy(
  answer: HttpAnswer,
  nowMs?: number,
): { readonly retryAfterS?: number } {
  const retryAfterS = retryAfterOf(answer, nowMs);
  return retryAfterS === null ? {} : { retryAfterS };
}

/**
 * The seconds that a `Retry-After` asks for, given as seconds or as an HTTP date; null without a
 * usable one. A date counts from the answer's own `Date` if no clock is given.
 */
export function retryAfterOf(
  answer: HttpAnswer,
  nowMs = Date.parse(answer.headers['date'] ?? ''),
): number | null {
  const value = answer.headers['retry-after']?.trim();
  if (value === undefined || value === '') return null;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const waitS = Math.ceil((Date.parse(value) - nowMs) / 1_000);
  return Number.isNaN(waitS) ? null : Math.max(0, waitS);
}

/** The result of one call for the numbers of its batch. */
export type BatchAnswer<Finding> =
  | { readonly found: ReadonlyMap<string, Finding> }
  /** The carrier refused the whole call because of some number in it, which it may name. */
  | { readonly refused: Finding; readonly named?: readonly string[] }
  /**
   * A failure of the account or the carrier. It applies to all remaining numbers, and ends the
   * work.
   */
  | { readonly failed: Finding };

/**
 * Requests `batches` of numbers. A refused batch is requested again without the numbers that the
 * carrier named, or else in halves, depth first, until the number at fault is alone. After
 * `callsMax` calls, the remaining numbers get `exhausted`.
 * @example await askInBatches(batchesOf(numbers, 30), 12, exhausted, (batch) => ask(batch,
 * session))
 */
export async function askInBatches<Finding>(
  batches: readonly (readonly string[])[],
  callsMax: number,
  exhausted: Finding,
  ask: (batch: readonly string[]) => Promise<BatchAnswer<Finding>>,
): Promise<ReadonlyMap<string, Finding>> {
  const found = new Map<string, Finding>();
  const queue = [...batches];
  const setAll = (numbers: readonly string[], finding: Finding) => {
    for (const number of numbers) found.set(number, finding);
  };
  for (let calls = 0; queue.length > 0; calls += 1) {
    const batch = queue.shift() ?? [];
    const answer = calls < callsMax ? await ask(batch) : { failed: exhausted };
    if ('found' in answer) for (const [number, finding] of answer.found) found.set(number, finding);
    else if ('failed' in answer) setAll([...batch, ...queue.splice(0).flat()], answer.failed);
    else {
      const named = batch.filter((number) => answer.named?.includes(number));
      const isNarrowed = named.length > 0 && named.length < batch.length;
      if (batch.length === 1) setAll(batch, answer.refused);
      else if (isNarrowed) {
        setAll(named, answer.refused);
        queue.unshift(batch.filter((number) => !named.includes(number)));
      } else queue.unshift(...batchesOf(batch, Math.ceil(batch.length / 2)));
    }
  }
  return found;
}

/** Splits `numbers` into batches of at most `size`. */
export function batchesOf(numbers: readonly string[], size: number): (readonly string[])[] {
  const batches: (readonly string[])[] = [];
  for (let at = 0; at < numbers.length; at += size) batches.push(numbers.slice(at, at + size));
  return batches;
}
