import type { PlaceTime } from '../../kernel/time/place-time.ts';
import type { Trust } from '../../kernel/trust.ts';
import type { BridgeDesk } from './bridge.ts';
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
  /** Reads a payload, whose text is not parsed yet. Pure and total. */
  parse(payload: Payload): ParseOutcome;
  /**
   * Present exactly with the capability `scans`: then the parcels are the merchant's own, who
   * numbers and scans them.
   */
  readonly scans?: ScanDesk;
  /** Present exactly with the role `bridge` and `access`: how parcels are registered. */
  readonly bridge?: BridgeDesk;
  /** Verifies pushes; absent when the carrier pushes nothing. */
  readonly webhook?: WebhookVerifier;
  /**
   * How the carrier is called; absent when it cannot be called, and then so are all members below.
   */
  readonly access?: CarrierAccess;
  /**
   * Pulls at most `limits.batchMax` numbers, and returns one outcome for each of them. Never
   * rejects.
   */
  track?(numbers: readonly string[], session: CarrierSession): Promise<readonly TrackOutcome[]>;
  /**
   * Asks the carrier to push, for at most `push.subscription.numbersPerCall` numbers. Never
   * rejects.
   */
  subscribe?(
    numbers: readonly string[],
    hook: PushHook,
    session: CarrierSession,
  ): Promise<readonly SubscribeOutcome[]>;
  /** Fetches the proof of a delivery. Never rejects. */
  proofOfDelivery?(shipment: ProofRequest, session: CarrierSession): Promise<ProofOutcome>;
  /** Finds places near a given one where a parcel can be fetched. Never rejects. */
  pickupPoints?(near: PickupPointQuery, session: CarrierSession): Promise<PickupPointsOutcome>;
  /**
   * Finds the options of `redirect` for a parcel now. Present exactly with `redirect`. Never
   * rejects.
   */
  redirectOptions?(
    trackingNumber: string,
    session: CarrierSession,
  ): Promise<RedirectOptionsOutcome>;
  /** Asks the carrier to take a parcel elsewhere: one call, never repeated. Never rejects. */
  redirect?(request: RedirectRequest, session: CarrierSession): Promise<RedirectOutcome>;
}

/** What the hub needs from the carrier whose inbound messages are scans (`POST /scans`). Pure. */
export interface ScanDesk {
  /** Makes a random number with its check digits; the caller checks whether it is used already. */
  mint(randomBytes: (length: number) => Uint8Array): string;
  /**
   * Returns the same `ReportedFact.identity` as `parse`, so that a repeated scan is recognised at
   * once.
   */
  identity(scan: ScanName): readonly string[];
}

/**
 * The values that distinguish a scan from others of its parcel, each as it was sent; empty: not
 * sent.
 */
export interface ScanName {
  readonly code: string;
  readonly scannedAt: string;
  readonly facilityCode: string;
  readonly piece: string;
}

// ---------------------------------------------------------------- manifest

/** A code that takes back a delivery, and where the carrier says so. */
export interface Correction {
  readonly match: CodeMatch;
  /** The document, its address if it has one, and the day on which it was read. */
  readonly source: string;
}

export interface AdapterManifest {
  /** The name of the folder and the YAML file, and the URL segment, in kebab case. */
  readonly name: string;
  /** The name as people write it. */
  readonly displayName: string;
  /**
   * `bridge`: a service that reports parcels of many carriers, each report with its `carrier`. No
   * parcel has a bridge as its carrier. `own`: the merchant's own couriers. Absent: `carrier`.
   */
  readonly role?: 'carrier' | 'bridge' | 'own';
  readonly capabilities: readonly Capability[];
  readonly limits: AdapterLimits;
  /** The keys that a fact's `codes` may have. A mapping may match on these and no others. */
  readonly matchKeys: readonly string[];
  /**
   * The combinations of match keys to try, most specific first. The position in this list decides
   * how specific a rule is: `['event','exception']` beats `['event']`.
   */
  readonly matchOrder: readonly (readonly string[])[];
  /**
   * The match keys whose values only group codes: the phase, the rollup, the service. What a rule
   * reads from these alone never takes a parcel back (rule 6). Absent: every key is a code.
   */
  readonly categoryKeys?: readonly string[];
  /**
   * How to read a row of `codes.csv` as match keys, by its `code_kind`: one entry for each way in
   * which its code occurs. Kinds that are absent here are not codes of facts, and coverage leaves
   * them out.
   */
  readonly codeKinds?: Readonly<Record<string, readonly CodeKind[]>>;
  /** Match keys, best first: the first with a value is shown as "the code" where only one fits. */
  readonly codeShown: readonly string[];
  /** A text that says how the carrier gives times, and how we know their zone. */
  readonly zonePolicy: string;
  /**
   * Whether a pull lists all facts of a parcel, so that an absent fact means something (rule 2).
   */
  readonly pullsFullHistory: boolean;
  /**
   * Limits of the history that a pull lists: beyond so many events or days, an absent fact means
   * nothing.
   */
  readonly historyCap: { readonly maxEvents: number | null; readonly maxAgeDays: number | null };
  /** Codes that the carrier documents as taking back a delivery (rule 4). */
  readonly corrections: readonly Correction[];
  /** Codes that say "the return is off" (rule 5). */
  readonly returnCancelled: readonly CodeMatch[];
  /** JSON members that differ between two pulls of the same content. */
  readonly volatileFields: readonly string[];
  /** How pushes are authenticated, for `/carriers`, docs and `doctor`; null: there are none. */
  readonly push: PushManifest | null;
  /** What the carrier's terms require of those who store its data. */
  readonly retention: { readonly deleteDaysAfterDelivery: number | null; readonly note: string };
  /** The carrier's page about a parcel; `{number}` is replaced. */
  readonly publicTrackingUrl: string | null;
  readonly docs: readonly {
    readonly title: string;
    readonly url: string;
    /**
     * The day on which somebody read the source, such as `2026-03-14`; null: our copy of it bears
     * no date.
     */
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
  /** How many numbers fit in a call. */
  readonly batchMax: number;
  readonly callsPerSecond: number | null;
  readonly callsPerHour: number | null;
  readonly callsPerDay: number | null;
  /** A tighter bound on bursts, where the carrier names one. */
  readonly burst?: { readonly calls: number; readonly perS: number };
  /** The least time between two polls of one parcel, where the carrier names one. */
  readonly parcelPauseS?: number;
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
  /** Whether an operator can give the header another name. */
  readonly headerConfigurable: boolean;
  readonly replayWindowS: number | null;
  /** How pushes are requested by API; absent where a person does it in the carrier's portal. */
  readonly subscription?: PushSubscriptionManifest;
}

export interface PushSubscriptionManifest {
  /** What a subscription covers. `number`: one parcel. `account`: all of the account's parcels. */
  readonly scope: 'number' | 'account';
  readonly numbersPerCall: number;
  /** The time after which it ends by itself; null when it does not. */
  readonly lifetimeS: number | null;
}

/**
 * How a code occurs in a fact. `{ key: 'code', with: { type: 'X' } }`: the row's code occurs under
 * `code`, and only with type X.
 */
export interface CodeKind {
  readonly key: string;
  readonly with?: CodeMatch;
}

/** Codes to match a fact by. `{ event: 'DE' }` matches every fact whose codes have `event: DE`. */
export type CodeMatch = Readonly<Record<string, string>>;

// ---------------------------------------------------------------- numbers

export interface NumberRecogniser {
  /**
   * Converts a number to the spelling that the hub stores: no blanks or dashes, upper case, routing
   * prefixes stripped. Total: an unknown shape is returned cleaned but otherwise unchanged.
   */
  normalize(input: string): string;
  /**
   * Returns the candidates for an already normalized number; empty when it is not one of ours.
   * `written` is the same number before `normalize` cut a prefix or a wrapping off it, without
   * separators (`bareNumber` in kernel/numbers/check-digit.ts), where that is known: a whole
   * barcode proves more than the number inside.
   */
  recognise(number: string, written?: string): readonly NumberCandidate[];
}

export interface NumberCandidate {
  /** The format of the number, such as `express_12`. */
  readonly format: string;
  /**
   * How likely a number of this shape is this carrier's, among all that people paste, from 0 to 1.
   * It is 0.9 or more only if prefix and check digit prove it; a check digit alone fits one number
   * in ten.
   */
  readonly certainty: number;
  readonly checkDigit: 'valid' | 'invalid' | 'none';
  /** A sentence or two for the person who pasted the number; absent: generated from the above. */
  readonly why?: string;
}

// ---------------------------------------------------------------- parsing

export type PayloadKind = 'webhook' | 'track';

export interface Payload {
  /** The body as text; the adapter decodes it itself, because some carriers wrap JSON in JSON. */
  readonly text: string;
  /** What the payload answers; absent: its shape shows it. */
  readonly kind?: PayloadKind;
  /** HTTP status of a pull; absent for a push or a file. */
  readonly httpStatus?: number;
  /**
   * The requested number, normalized, if there was one (see `requestedNumber`). Empty: one parcel
   * was requested, but its number is unknown, so a report leaves it empty. Never set for a push.
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
      /** The skipped parts, such as "events[3]: no code". Never personal data. */
      readonly warnings: readonly string[];
    }
  | {
      readonly outcome: Exclude<ParseOutcomeKind, 'reports'>;
      /** The value found and the one expected. Never personal data, never a secret. */
      readonly reason: string;
      readonly trackingNumbers: readonly string[];
      readonly retryAfterS?: number;
    };

/**
 * Returns the reports of an answer, marked as a full history only if all of it could be read: facts
 * that could not be read have not been retracted. For callers that look for absent facts; adapters
 * need not use it.
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

/** What one payload says about one parcel. */
export interface CarrierReport {
  /** The normalized number (see `NumberRecogniser.normalize`). */
  readonly trackingNumber: string;
  /**
   * The parcel's carrier, if it is another one's: our name of it. A bridge sets it to its own code
   * of the carrier, which the hub looks up in `config/carriers.yaml`.
   * A merchant scans in its own building parcels that others deliver; such a report ends nothing,
   * whatever its codes mean. Absent: the adapter's own.
   */
  readonly carrier?: string;
  /**
   * Other spellings under which the same parcel may be registered, such as the last 15 digits of
   * 22.
   */
  readonly aliases: readonly string[];
  /** The carrier's own id of this instance of the number, when it has one. */
  readonly carrierPieceId: string | null;
  /** The carrier's own "as of" time; null when it gives none (then the newest fact counts). */
  readonly asOf: PlaceTime | null;
  /** Whether the report lists the whole history, so that an absent fact may mean something. */
  readonly fullHistory: boolean;
  readonly facts: readonly ReportedFact[];
  readonly snapshot: ReportSnapshot;
  readonly links: readonly ReportedLink[];
}

/** One thing that happened according to the carrier. */
export interface ReportedFact {
  /** Raw codes under the manifest's `matchKeys`; a key without a value is absent. */
  readonly codes: CodeMatch;
  /**
   * What the carrier would repeat from any source: [identity version, canonical code, local time at
   * the coarsest precision of any source, piece]. Never offset, place, text or the time of receipt.
   * If the carrier gave no code, its words are the code (`wordsAsCode`).
   */
  readonly identity: readonly string[];
  /** True if the carrier's words replace the code in `identity`; otherwise absent. */
  readonly namedByWords?: true;
  /**
   * The `identity` by an earlier version of the adapter; absent if it was the same. A fact stored
   * under it stays the same fact, so that nothing happens twice after an upgrade.
   */
  readonly formerIdentity?: readonly string[];
  readonly time: PlaceTime;
  readonly place: ReportedPlace | null;
  /**
   * The carrier's own words. They are stored with the inbound message and never shown to the
   * public.
   */
  readonly text: string | null;
  /** The piece, when the number covers several. */
  readonly piece: string | null;
  /** Whether the carrier itself marks it as not a physical scan. */
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

/** The part of a report about the parcel as a whole. */
export interface ReportSnapshot {
  readonly estimatedDelivery: ReportedEstimate | null;
  /** True or false only when the carrier says so. */
  readonly returnFlag: boolean | null;
  /** The current status as codes. It becomes a fact only if the report lists no events. */
  readonly summary: { readonly codes: CodeMatch; readonly time: PlaceTime } | null;
  readonly serviceLevel: string | null;
  readonly weightG: number | null;
  readonly piecesTotal: number | null;
  readonly destination: ReportedPlace | null;
  readonly origin: ReportedPlace | null;
  /** The proofs that the carrier offers: `signature`, `photo`, `document`. */
  readonly proofs: readonly string[];
}

export interface ReportedEstimate {
  /** Local calendar date at the destination, `YYYY-MM-DD`. */
  readonly date: string;
  /**
   * The start of the window, in local time or with an offset, ISO 8601; null when the carrier gives
   * none.
   */
  readonly from: string | null;
  readonly to: string | null;
}

export interface ReportedLink {
  readonly kind: 'partner_leg' | 'return' | 'reroute' | 'replacement' | 'piece';
  readonly trackingNumber: string;
  /** Our name of the carrier, if the report names it and we have an adapter for it. */
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
  /** The operator's name for the header, in lower case, if the manifest lets it be renamed. */
  readonly header?: string;
}

export interface Acknowledgement {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WebhookVerifier {
  /**
   * What `verify` gets as `secrets`. `shared`: what the sender signs with or sends, too. `public`:
   * the sender's public keys (SPKI in PEM) with the id that `keyId` returns, usually one; the hub
   * finds them in the JSON Web Key Sets that the setting names as `file:/path` or URL. Absent:
   * `shared`.
   */
  readonly keys?: 'shared' | 'public';
  /**
   * Present exactly with public keys: the id of the key that signed the push, by the headers alone;
   * null if they name none.
   */
  keyId?(headers: WebhookRequest['headers']): string | null;
  /**
   * Verifies a push: over the raw bytes, in constant time, against every live secret. `nowMs` is
   * epoch ms. Without a secret everything is refused.
   * Headers are judged first: `no_secret_configured`, `signature_missing` and `signature_malformed`
   * do not depend on the body, and where trust is `secret` no verdict does. The hub calls it before
   * it reads a body, and reads no body if the headers are refused (judge-headers.ts).
   */
  verify(
    request: WebhookRequest,
    secrets: readonly string[],
    nowMs: number,
    options?: WebhookOptions,
  ): Verdict;
  /**
   * For carriers that sign the body: which of those three refusals `verify` would return, judged by
   * the header's presence and form alone; null for none. Absent: `verify` is called with an empty
   * body, and computes a signature that nobody needs.
   */
  refusedByHeaders?(
    headers: WebhookRequest['headers'],
    secrets: readonly string[],
    options?: WebhookOptions,
  ): HeaderRefusal | null;
  /** Returns the answer to an accepted push; absent: an empty 200. */
  acknowledge?(request: WebhookRequest): Acknowledgement;
  /**
   * Returns the call back that an accepted push asks for before its subscription is active; null:
   * none.
   */
  handshake?(request: WebhookRequest): Handshake | null;
  /**
   * Signs a body as the carrier would, for simulators, tests and the tour. `secret` is the private
   * key (PKCS #8 in PEM) if keys are public. Returns the headers, and the body if the signature is
   * part of it.
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
 * The number of the parcel that a document is about, if the document covers only one parcel and
 * does not name it; undefined if it must name it. A number in the document takes precedence, even
 * if it is another.
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
