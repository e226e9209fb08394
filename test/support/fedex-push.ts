import { hmacSha256Base64 } from '../../src/kernel/wire/hmac.ts';

/** A secret for tests and benchmarks only. */
export const PUSH_SECRET = 'test-push-secret-not-a-secret';

/** One scan of a synthetic push. */
export interface Scan {
  readonly code: string;
  /** `2026-03-01T10:00:00-05:00` */
  readonly date: string;
  /** With DE: FedEx's exception code. */
  readonly exception?: string;
}

export interface Push {
  readonly number: string;
  readonly scans: readonly Scan[];
  /** The estimated day of delivery; absent or null: none. */
  readonly estimate?: string | null;
  /** Pads the body to this many bytes with members that real pushes contain and nobody reads. */
  readonly bytes?: number;
}

/** A FedEx push: the format of the track answer, with only the members that are read. */
export function fedexPush(push: Push): string {
  const { number, bytes = 0 } = push;
  const body = { ...bodyOf([push]), unread: [] as string[] };
  const missing = bytes - Buffer.byteLength(JSON.stringify(body)) - 2;
  if (missing > 0) body.unread.push(filler(number, missing));
  return JSON.stringify(body);
}

/** A push about several parcels, at most a hundred. */
export function fedexPushes(pushes: readonly Push[]): string {
  return JSON.stringify(bodyOf(pushes));
}

function bodyOf(pushes: readonly Push[]) {
  const completeTrackResults = pushes.map(({ number, scans, estimate = null }) => ({
    trackingNumber: number,
    trackResults: [
      {
        trackingNumberInfo: { trackingNumber: number, carrierCode: 'FDXG' },
        scanEvents: scans.map(({ code, date, exception }) => ({
          date,
          eventType: code,
          ...(exception === undefined ? {} : { exceptionCode: exception }),
          scanLocation: { city: 'MEMPHIS', stateOrProvinceCode: 'TN', countryCode: 'US' },
        })),
        ...(estimate !== null && {
          dateAndTimes: [{ type: 'ESTIMATED_DELIVERY', dateTime: `${estimate}T00:00:00-06:00` }],
        }),
      },
    ],
  }));
  return { transactionId: 'test', output: { completeTrackResults } };
}

/** Random words, different for each number: compresses about as well as real answers do. */
function filler(number: string, length: number): string {
  let state = Number(number) >>> 0;
  let text = '';
  while (text.length < length) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += `${WORDS[state % WORDS.length]}${(state >>> 8) % 1_000} `;
  }
  return text.slice(0, length);
}

const WORDS = [
  'stateOrProvinceCode',
  'INELIGIBLE',
  'deliveryOptionEligibility',
  'MEMPHIS',
  'residential',
  'packageIdentifiers',
  'DIRECT_SIGNATURE',
  'weight',
  'KG',
  'dimensions',
  'SHIPPING_RECEIVING',
  'countryName',
];

/** Headers with which FedEx would post `body`. */
export function pushHeaders(
  body: string | Uint8Array,
  secret = PUSH_SECRET,
): Record<string, string> {
  return { 'content-type': 'application/json', 'fdx-signature': hmacSha256Base64(body, secret) };
}

const START_MS = Date.UTC(2026, 0, 1);

/** The n-th minute of 2026: each n is a separate scan, and so a fact. */
export function minuteScan(n: number, code = 'AR'): Scan {
  const local = new Date(START_MS + n * 60_000).toISOString().slice(0, 19);
  return { code, date: `${local}-05:00` };
}

/** In drills on a filled database, numbers start after those that are in it. */
const FIRST_SERIAL = process.env['WAYBILL_DRILL_DATA'] ? 39_681_000_000 : 39_581_000_000;

/** A 12-digit number of a synthetic parcel, with a valid check digit. */
export function parcelNumber(n: number): string {
  const serial = String(FIRST_SERIAL + n);
  const weights = [3, 1, 7];
  const sum = [...serial].reduce((all, digit, i) => all + Number(digit) * (weights[i % 3] ?? 0), 0);
  return `${serial}${(sum % 11) % 10}`;
}
