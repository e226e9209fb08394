import type { PlaceTime } from '../../kernel/time/place-time.ts';
import type { Trust } from '../../kernel/trust.ts';
import type {
  PickupPointQuery,
  PickupPointsOutcome,
  RedirectOptionsOutcome,
  RedirectOutcome,
  RedirectRequest,
} from './extras.ts';
import type {
  CarrierAccess,
  CarrierSession,
  Handshake,
  ProofOutcome,
  ProofRequest,
  PushHook,
  SubscribeOutcome,
  TrackOutcome,
} from './pull.ts';

/**
 * The hub's interface to a carrier. One folder under `src/adapters/` exports one `CarrierAdapter`
 * as `adapter`; nothing else in the code names a carrier.
 *
 * Everything here is pure and total: adapters do no I/O of their own, read no clock, have no state,
 * and answer any input, however broken, with an outcome rather than a throw.
 */
export interface CarrierAdapter {
  readonly manifest: AdapterManifest;
  readonly numbers: NumberRecogniser;
  /** Payload (already JSON- or XML-decoded text's raw string) → outcome. Pure and total. */
  parse(payload: Payload): ParseOutcome;
  /**
   * Present exactly with the capability `scans`: the parcels are the merchant's own, which numbers
   * them and scans them itself.
   */
  readonly scans?: ScanDesk;
  /** Absent when the carrier pushes nothing. */
  readonly webhook?: WebhookVerifier;
  /** Absent when the carrier cannot be called; then so are all below. */
  readonly access?: CarrierAccess;
  /**
   * Pulls at most `limits.batchMax` numbers and returns one outcome for each of them. Never
   * rejects.
   */
  track?(numbers: readonly string[], session: CarrierSession): Promise<readonly TrackOutcome[]>;
  /** Asks the carrier to push; at most `push.subscription.numbersPerCall` numbers. Never rejects. */
  subscribe?(
    numbers: readonly string[],
    hook: PushHook,
    session: CarrierSession,
  ): Promise<readonly SubscribeOutcome[]>;
  /** Never rejects. */
  proofOfDelivery?(shipment: ProofRequest, session: CarrierSession): Promise<ProofOutcome>;
  /** Where a parcel can be fetched near a place. Never rejects. */
  pickupPoints?(near: PickupPointQuery, session: CarrierSession): Promise<PickupPointsOutcome>;
  /** The options of `redirect` for a parcel now. Goes together with it. Never rejects. */
  redirectOptions?(
    trackingNumber: string,
    session: CarrierSession,
  ): Promise<RedirectOptionsOutcome>;
  /** Asks for a parcel to go elsewhere; one call, never repeated. Never rejects. */
  redirect?(request: RedirectRequest, session: CarrierSession): Promise<RedirectOutcome>;
}

/** What the hub needs from the carrier whose inbound messages are scans (`POST /scans`). Pure. */
export interface ScanDesk {
  /** A random number with its check digits; the caller checks whether it is used already. */
  mint(randomBytes: (length: number) => Uint8Array): string;
  /** `ReportedFact.identity` as `parse` makes it, so that a repeated scan is recognised at once. */
  identity(scan: ScanName): readonly string[];
}

/**
 * What distinguishes a scan from others of its parcel, each value as it was sent; empty: not sent.
 */
export interface ScanName {
  readonly code: string;
  readonly scannedAt: string;
  readonly facilityCode: string;
  readonly piece: string;
}

// ---------------------------------------------------------------- manifest

export interface AdapterManifest {
  /** Folder name, YAML name and URL segment: kebab-case. */
  readonly name: string;
  /** As people write it. */
  readonly displayName: string;
  readonly capabilities: readonly Capability[];
  readonly limits: AdapterLimits;
  /** The keys a fact's `codes` may have; a mapping may match on these and no others. */
  readonly matchKeys: readonly string[];
  /**
   * Which combinations of match keys to try, most specific first. A rule's place in this list
   * is how specific it is: `['event','exception']` beats `['event']`.
   */
  readonly matchOrder: readonly (readonly string[])[];
  /**
   * How a row of `codes.csv` reads as match keys, by its `code_kind`: one entry for each way its
   * code is met. A kind that is absent here names no fact's code, and coverage leaves it out.
   */
  readonly codeKinds?: Readonly<Record<string, readonly CodeKind[]>>;
  /** Match keys, best first, whose value is "the code" of a fact where one word must do. */
  readonly codeShown: readonly string[];
  /** In words: how the carrier gives times and how we know the zone. */
  readonly zonePolicy: string;
  /** True when a pull lists every fact of the life, so that absence means something (rule 2). */
  readonly pullsFullHistory: boolean;
  /** After how many days, or beyond how many events, absence from a pull means nothing. */
  readonly historyCap: { readonly maxEvents: number | null; readonly maxAgeDays: number | null };
  /** Codes with which the carrier takes back a delivery (rule 4). */
  readonly corrections: readonly CodeMatch[];
  /** Codes that say "the return is off" (rule 5). */
  readonly returnCancelled: readonly CodeMatch[];
  /** JSON members that differ between two pulls with the same content. */
  readonly volatileFields: readonly string[];
  /** How pushes are authenticated, for `/carriers`, docs and `doctor`. */
  readonly push: PushManifest | null;
  /** What the carrier's terms require of those who store its data. */
  readonly retention: { readonly deleteDaysAfterDelivery: number | null; readonly note: string };
  /** Where a person sees the parcel at the carrier; `{number}` is replaced. */
  readonly publicTrackingUrl: string | null;
  readonly docs: readonly {
    readonly title: string;
    readonly url: string;
    /** The day somebody read it, `2026-03-14`; null: our copy of it bears no date. */
    readonly readOn: string | null;
  }[];
}

/**
 * `scans`: not a carrier but the merchant's own couriers. There are no pulls and no pushes; its
 * payloads are the scans that `POST /scans` stored. One carrier of an installation has it.
 */
export type Capability =
  | 'push'
  | 'pull'
  | 'scans'
  | 'proof_of_delivery'
  | 'pickup_points'
  | 'redirect';

export interface AdapterLimits {
  /** Numbers a call. */
  readonly batchMax: number;
  readonly callsPerSecond: number | null;
  readonly callsPerHour: number | null;
  readonly callsPerDay: number | null;
  /** A tighter bound on bursts, where the carrier names one. */
  readonly burst?: { readonly calls: number; readonly perS: number };
  /** When `callsPerDay` resets; absent: a sliding window of 24 hours, as far as is known. */
  readonly dayEnds?: 'midnight_utc';
  /** Where the figures come from, and which of them are unverified. */
  readonly source: string;
}

export interface PushManifest {
  /** `signed`: HMAC over the bytes. `secret`: a static header. */
  readonly trust: Extract<Trust, 'signed' | 'secret'>;
  /** Request headers (lower case) that are themselves secrets and must not be stored. */
  readonly secretHeaders: readonly string[];
  /** Header (lower case) that contains the signature or secret by default. */
  readonly header: string;
  /** Settings key under which an operator may rename the header; null when it is fixed. */
  readonly headerConfigurable: boolean;
  readonly replayWindowS: number | null;
  /** How pushes are requested by API; absent where a person does it in the carrier's portal. */
  readonly subscription?: PushSubscriptionManifest;
}

export interface PushSubscriptionManifest {
  /** `number`: parcel by parcel. `account`: once for all of the account's parcels. */
  readonly scope: 'number' | 'account';
  readonly numbersPerCall: number;
  /** After which it ends by itself; null when it does not. */
  readonly lifetimeS: number | null;
}

/** `{ key: 'code', with: { type: 'X' } }`: the row's code occurs under `code`, in type X only. */
export interface CodeKind {
  readonly key: string;
  readonly with?: CodeMatch;
}

/** `{ event: 'DE' }` matches every fact whose codes have `event: DE`. */
export type CodeMatch = Readonly<Record<string, string>>;

// ---------------------------------------------------------------- numbers

export interface NumberRecogniser {
  /**
   * The spelling the hub stores: no blanks or dashes, upper case, routing prefixes stripped. Total:
   * an unknown shape is returned cleaned but otherwise unchanged.
   */
  normalize(input: string): string;
  /**
   * Candidates for an already normalized number; empty when it is not one of ours. `written` is
   * the same number before `normalize` cut a prefix or a wrapping off it (kernel/bare-number.ts),
   * where it is known: a whole barcode proves more than the number inside.
   */
  recognise(number: string, written?: string): readonly NumberCandidate[];
}

export interface NumberCandidate {
  /** e.g. `express_12`. */
  readonly format: string;
  /**
   * 0 … 1: how likely a number of this shape is this carrier's, among all that people paste. 0.9
   * or more only where prefix and check digit prove it; a check digit alone fits one number in ten.
   */
  readonly certainty: number;
  readonly checkDigit: 'valid' | 'invalid' | 'none';
  /** A sentence or two for the person who pasted it; absent: generated from the above. */
  readonly why?: string;
}

// ---------------------------------------------------------------- parsing

export type PayloadKind = 'webhook' | 'track';

export interface Payload {
  /** The body as text; the adapter decodes it itself, because some carriers wrap JSON in JSON. */
  readonly text: string;
  /** Absent: the shape shows it. */
  readonly kind?: PayloadKind;
  /** HTTP status of a pull; absent for a push or a file. */
  readonly httpStatus?: number;
  /**
   * The requested number, normalized, if there was one (see `requestedNumber`); empty: one parcel was
   * requested, but its number is unknown, so a report leaves it empty. Never set for a push.
   */
  readonly requestedNumber?: string;
}

export const PARSE_OUTCOMES = [
  'reports',
  'not_found',
  'not_yet',
  'auth_error',
  'rate_limited',
  'error',
  'unreadable',
] as const;
export type ParseOutcomeKind = (typeof PARSE_OUTCOMES)[number];

export type ParseOutcome =
  | {
      readonly outcome: 'reports';
      readonly reports: readonly CarrierReport[];
      /** Numbers of the same answer that brought no report. */
      readonly misses: readonly NumberMiss[];
      /** The skipped parts: "events[3]: no code". Never personal data. */
      readonly warnings: readonly string[];
    }
  | {
      readonly outcome: Exclude<ParseOutcomeKind, 'reports'>;
      /** The value found and the expected one. Never personal data, never a secret. */
      readonly reason: string;
      readonly trackingNumbers: readonly string[];
      readonly retryAfterS?: number;
    };

/**
 * The reports of an answer, marked as a whole history only if all of it could be read: garbled
 * facts were not retracted. Adapters need not use this; it is for callers that look for absent
 * facts.
 */
export function reportsAsRead({
  reports,
  warnings,
}: Extract<ParseOutcome, { outcome: 'reports' }>): readonly CarrierReport[] {
  if (warnings.length === 0) return reports;
  return reports.map((report) => ({ ...report, fullHistory: false }));
}

export interface NumberMiss {
  readonly trackingNumber: string;
  readonly outcome: Exclude<ParseOutcomeKind, 'reports' | 'unreadable'>;
  readonly reason: string;
}

/** The statements of one payload about one parcel. */
export interface CarrierReport {
  /** Normalized (see `NumberRecogniser.normalize`). */
  readonly trackingNumber: string;
  /**
   * The parcel's carrier, if it is another one's: a merchant scans in its own building what others
   * bring. Such a report ends nothing, whatever its codes mean. Absent: the adapter's own.
   */
  readonly carrier?: string;
  /** Other spellings under which the same parcel may be registered (e.g. the 15 digits of a 22). */
  readonly aliases: readonly string[];
  /** The carrier's own id of this instance of the number, when it has one. */
  readonly carrierPieceId: string | null;
  /** The carrier's own "as of"; null when it gives none (then the newest fact counts). */
  readonly asOf: PlaceTime | null;
  /** True when the report lists the whole history, so that absence could mean something. */
  readonly fullHistory: boolean;
  readonly facts: readonly ReportedFact[];
  readonly snapshot: ReportSnapshot;
  readonly links: readonly ReportedLink[];
}

/** One thing the carrier says happened. */
export interface ReportedFact {
  /** Raw codes under the manifest's `matchKeys`; a key without a value is absent. */
  readonly codes: CodeMatch;
  /**
   * What the carrier would repeat from any source: [identity version, canonical code, wall clock at
   * the coarsest precision of any source, piece]. Never offset, place or text, never the time of
   * inbound message; but if the carrier gave no code, its words are the code (`wordsAsCode`).
   */
  readonly identity: readonly string[];
  /** True where words stand in the code's place in `identity`; else absent. */
  readonly namedByWords?: true;
  /**
   * The `identity` of an earlier version of the adapter; absent if it was the same. A fact stored
   * under it stays the same fact, so that nothing happens twice after an upgrade.
   */
  readonly formerIdentity?: readonly string[];
  readonly time: PlaceTime;
  readonly place: ReportedPlace | null;
  /** The carrier's own words: stored with the inbound message, never shown to the public. */
  readonly text: string | null;
  /** Piece under this number, when the number covers several. */
  readonly piece: string | null;
  /** The carrier itself marks it as not a physical scan. */
  readonly logical: boolean;
}

export interface ReportedPlace {
  readonly city: string | null;
  readonly region: string | null;
  readonly postalCode: string | null;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string | null;
  /** The carrier's name or code of the building, when it gives one. */
  readonly facility: string | null;
}

/** The part of the report about the parcel as a whole. */
export interface ReportSnapshot {
  readonly estimatedDelivery: ReportedEstimate | null;
  /** True or false only when the carrier says so. */
  readonly returnFlag: boolean | null;
  /** The current status as codes; becomes a fact only when the report lists no events. */
  readonly summary: { readonly codes: CodeMatch; readonly time: PlaceTime } | null;
  readonly serviceLevel: string | null;
  readonly weightG: number | null;
  readonly piecesTotal: number | null;
  readonly destination: ReportedPlace | null;
  readonly origin: ReportedPlace | null;
  /** Proofs the carrier offers: `signature`, `photo`, `document`. */
  readonly proofs: readonly string[];
}

export interface ReportedEstimate {
  /** Local calendar date at the destination, `YYYY-MM-DD`. */
  readonly date: string;
  /** Local wall clock or with offset, ISO 8601; null when the carrier gives no window. */
  readonly from: string | null;
  readonly to: string | null;
}

export interface ReportedLink {
  readonly kind: 'partner_leg' | 'return' | 'reroute' | 'replacement' | 'piece';
  readonly trackingNumber: string;
  /** Carrier id when the report names it and we have it. */
  readonly carrier: string | null;
}

// ---------------------------------------------------------------- webhooks

export interface WebhookRequest {
  /** Header names in lower case; the first value of each. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly rawBody: Uint8Array;
}

export type Verdict =
  | { readonly ok: true; readonly trust: Extract<Trust, 'signed' | 'secret'> }
  | {
      readonly ok: false;
      readonly reason:
        | HeaderRefusal
        | 'signature_mismatch'
        | 'timestamp_missing'
        | 'timestamp_stale';
    };

/** Refusals that do not depend on the body. */
export type HeaderRefusal = 'no_secret_configured' | 'signature_missing' | 'signature_malformed';

export interface WebhookOptions {
  /** Operator's name for the header, lower case, when the manifest lets it be renamed. */
  readonly header?: string;
}

export interface Acknowledgement {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WebhookVerifier {
  /**
   * Over the raw bytes, in constant time, against every live secret. `nowMs` is epoch ms. Without a
   * secret everything is refused.
   *
   * Headers come first: `no_secret_configured`, `signature_missing` and `signature_malformed` do
   * not depend on the body, and where trust is `secret` no verdict does. The hub calls it before it
   * reads a body, and reads no body that these refuse (judge-headers.ts).
   */
  verify(
    request: WebhookRequest,
    secrets: readonly string[],
    nowMs: number,
    options?: WebhookOptions,
  ): Verdict;
  /**
   * Where the body is signed: which of those three reasons `verify` would give, null for none,
   * judged by the header's presence and form alone. Absent: `verify` is called with an empty body,
   * which computes a signature for nothing.
   */
  refusedByHeaders?(
    headers: WebhookRequest['headers'],
    secrets: readonly string[],
    options?: WebhookOptions,
  ): HeaderRefusal | null;
  /** The answer to an accepted push; absent: an empty 200. */
  acknowledge?(request: WebhookRequest): Acknowledgement;
  /** The call back that an accepted push asks for before its subscription lives; null: none. */
  handshake?(request: WebhookRequest): Handshake | null;
  /**
   * Signs a body the way the carrier would, for simulators, tests and the tour. Returns the
   * headers (and the body, when the signature lives in it).
   */
  sign(
    body: string,
    secret: string,
    nowMs: number,
    options?: WebhookOptions,
  ): { readonly headers: Readonly<Record<string, string>>; readonly body: string };
}

// ---------------------------------------------------------------- helpers every adapter needs

/**
 * The number of the parcel that a document is about if it names none and covers one parcel only;
 * undefined if the document must name it. A number in the document takes precedence, even if it is
 * another.
 */
export function requestedNumber({ kind, requestedNumber: requested }: Payload): string | undefined {
  return kind === 'webhook' ? undefined : requested;
}

export const EMPTY_SNAPSHOT: ReportSnapshot = {
  estimatedDelivery: null,
  returnFlag: null,
  summary: null,
  serviceLevel: null,
  weightG: null,
  piecesTotal: null,
  destination: null,
  origin: null,
  proofs: [],
};
