import {
  type CarrierReport,
  EMPTY_SNAPSHOT,
  failureOfStatus,
  instantMs,
  NO_TIME,
  type ParseOutcome,
  type Payload,
  parseJsonOrNull,
  placeTimeFromIso,
  type ReportedFact,
  type ReportedPlace,
  requestedNumber,
  wordsAsCode,
} from 'waybill/adapter';
import { numbers, PATTERN } from './numbers.ts';
import { trackingAnswer, type WireArticle, type WireEvent, type WireResult } from './schema.ts';

/**
 * Reads an answer of Track Items. Events have only words, which the carrier does not list, so the
 * report is the article's documented status at the time of its newest event.
 */
export function parse(payload: Payload): ParseOutcome {
  const read = trackingAnswer.safeParse(parseJsonOrNull(payload.text)?.value);
  const { tracking_results: results, errors = [] } = read.success ? read.data : {};
  const reports: CarrierReport[] = [];
  const waiting: string[] = [];
  const unknown: string[] = [];
  const warnings: string[] = [];
  (results ?? []).forEach((result, index) => {
    const asked = results?.length === 1 ? requestedNumber(payload) : undefined;
    const number = result === null ? undefined : numberOf(result, asked);
    if (result === null || number === undefined) {
      warnings.push(`tracking_results[${index}]: no tracking_id`);
      return;
    }
    if (result.errors?.some((fault) => UNKNOWN.has(fault?.code ?? ''))) {
      unknown.push(number);
      return;
    }
    const report = reportOf(number, result);
    if (report === null) waiting.push(number);
    else reports.push(report);
  });
  const notYet = { outcome: 'not_yet', reason: 'an article without a status' } as const;
  const notFound = { outcome: 'not_found', reason: 'Australia Post does not track it' } as const;
  if (reports.length > 0) {
    const misses = [
      ...waiting.map((trackingNumber) => ({ trackingNumber, ...notYet })),
      ...unknown.map((trackingNumber) => ({ trackingNumber, ...notFound })),
    ];
    return { outcome: 'reports', reports, misses, warnings };
  }
  if (waiting.length > 0) return { ...notYet, trackingNumbers: waiting };
  if (unknown.length > 0) return { ...notFound, trackingNumbers: unknown };
  const [code] = errors.map((fault) => fault?.error_code ?? fault?.code);
  if (code !== undefined && UNKNOWN.has(code)) return { ...notFound, trackingNumbers: [] };
  if (code === THROTTLED) {
    return { outcome: 'rate_limited', reason: `error ${code}`, trackingNumbers: [] };
  }
  return (
    failureOfStatus(payload.httpStatus) ?? {
      outcome: 'unreadable',
      reason: 'expected tracking_results with a tracking_id',
      trackingNumbers: [],
    }
  );
}

/** "Invalid tracking ID", "Product not trackable" and, for the whole call, INVALID_TRACKING_ID. */
const UNKNOWN: ReadonlySet<string> = new Set(['ESB-10001', 'ESB-10002', '51104']);
const THROTTLED = 'API_002';
/** Occurs in answers in place of a status. */
const NO_STATUS = 'Unknown';

function numberOf({ tracking_id: id }: WireResult, asked: string | undefined) {
  if (id === undefined) return asked;
  const number = numbers.normalize(id);
  return PATTERN.test(number) ? number : undefined;
}

/**
 * The version of the identity. Change it only together with the parts of an identity: a new version
 * makes every fact a new fact.
 */
const IDENTITY_VERSION = 'australia-post-1';

/** Null if the article has no documented status yet. */
function reportOf(trackingNumber: string, result: WireResult): CarrierReport | null {
  const articles = articlesOf(result);
  const [first] = articles;
  const own = articles.length === 1 ? first?.status : undefined;
  const status = spelledAsListed(result.status ?? own);
  if (status === null || status === NO_STATUS) return null;
  const newest = newestOf(articles);
  const time = placeTimeFromIso(newest?.date ?? '') ?? NO_TIME;
  const fact: ReportedFact = {
    codes: { status },
    identity: [IDENTITY_VERSION, status, time.local ?? ''],
    time,
    place: newest?.location === undefined ? null : placeOf(newest.location),
    text: newest?.description ?? null,
    piece: null,
    logical: false,
  };
  return {
    trackingNumber,
    aliases: [],
    carrierPieceId: null,
    asOf: null,
    fullHistory: false,
    facts: [fact],
    snapshot: {
      ...EMPTY_SNAPSHOT,
      serviceLevel: first?.product_type ?? null,
      piecesTotal: articles.length > 0 ? articles.length : null,
    },
    links: [],
  };
}

/** `In Transit` as the carrier's list spells it: `In transit`. */
function spelledAsListed(status: string | undefined): string | null {
  const words = wordsAsCode(status);
  return words && words.charAt(0).toUpperCase() + words.slice(1);
}

/** Articles may be one level deeper, in `items` of a consignment. */
function articlesOf({ trackable_items: all }: WireResult): readonly WireArticle[] {
  return (all ?? [])
    .flatMap((each) => (each?.items === undefined ? each : each.items))
    .filter((each) => each !== null);
}

function newestOf(articles: readonly WireArticle[]): WireEvent | null {
  const times = articles
    .flatMap(({ events }) => events ?? [])
    .flatMap((event) => (event === null ? [] : [event]))
    .map((event) => ({ event, atMs: instantMs(placeTimeFromIso(event.date ?? '') ?? NO_TIME) }));
  const newest = times.reduce<(typeof times)[number] | null>(
    (best, each) => ((each.atMs ?? 0) > (best?.atMs ?? 0) ? each : best),
    null,
  );
  return newest?.event ?? null;
}

const AUSTRALIAN = /^(.*) (ACT|NSW|NT|QLD|SA|TAS|VIC|WA)$/;

/** `ALEXANDRIA NSW`; abroad, the text is a country or a stage such as `Transit Scan`, and is not read. */
function placeOf(location: string): ReportedPlace | null {
  const [, city = null, region = null] = AUSTRALIAN.exec(location.trim()) ?? [];
  return region === null ? null : { city, region, postalCode: null, country: 'AU', facility: null };
}
