import { jsonOrNull } from '../../kernel/wire/loose.ts';
import {
  askedNumber,
  type CarrierReport,
  type NumberMiss,
  type ParseOutcome,
  type Payload,
} from '../contract.ts';
import { failureByStatus, failureOf, missOf } from './errors.ts';
import { numbers } from './numbers.ts';
import { loneScanBody } from './reading/lone-scan.ts';
import { joinOneParcel } from './reading/one-parcel.ts';
import { sitePackagesBody } from './reading/site-packages.ts';
import { trackReplyBody } from './reading/track-reply.ts';
import { track2ReplyBody } from './reading/track2-reply.ts';
import { reportOf } from './report.ts';
import {
  type CompleteTrackResult,
  LIVES_MAX,
  RESULTS_MAX,
  type TrackAnswer,
  type TrackResult,
  trackAnswer,
  trackResult,
} from './schema.ts';
import { statusOf } from './snapshot.ts';

const EXPECTED = 'expected an object with output.completeTrackResults, packages or errors';

type NumberResult = Pick<CompleteTrackResult, 'trackingNumber' | 'trackResults'>;

/** FedEx puts the results into `output`; those who pass an answer on often take them out of it. */
function resultsOf(answer: TrackAnswer, json: unknown): readonly (NumberResult | null)[] {
  const { output, completeTrackResults, trackingNumber, trackResults } = answer;
  const listed = output?.completeTrackResults ?? [];
  if (listed.length > 0) return listed.map(withLives);
  if (completeTrackResults.length > 0) return completeTrackResults.map(withLives);
  const lives = trackResults.length > 0 ? trackResults : (output?.trackResults ?? []);
  if (lives.length > 0) return [{ trackingNumber, trackResults: lives }];
  const alone = trackResult.safeParse(json);
  const isLife = alone.success && answer.errors.length === 0 && speaksOfParcel(alone.data);
  return isLife ? [{ trackingNumber, trackResults: [alone.data] }] : [];
}

/** Some write what the only result of a number says beside the number. */
function withLives(result: CompleteTrackResult | null): NumberResult | null {
  const isLife = result?.trackResults.length === 0 && speaksOfParcel(result);
  return isLife ? { trackingNumber: result.trackingNumber, trackResults: [result] } : result;
}

/** An error that FedEx gives for single numbers, or news. */
function speaksOfParcel({ error, ...life }: TrackResult): boolean {
  const isMiss = error?.code !== undefined && missOf('', error).outcome !== 'error';
  return isMiss || life.scanEvents.length > 0 || statusOf(life) !== undefined;
}

/**
 * A Track API answer or an Advanced Integrated Visibility push, which have the same body, or a
 * reply of the web service before them, or of the XML before that, or what fedex.com tells its own
 * page.
 */
export function parse(payload: Payload): ParseOutcome {
  const given = jsonOrNull(payload.text);
  const older =
    track2ReplyBody(payload.text) ??
    trackReplyBody(payload.text, given?.value) ??
    sitePackagesBody(given?.value);
  const scan = older === null ? loneScanBody(given?.value) : null;
  const body = older ?? scan;
  const json = body === null ? given : { value: body };
  const answer = json === null ? null : trackAnswer.safeParse(json.value);
  if (answer === null || !answer.success) {
    const found =
      json === null ? 'the text is neither JSON nor a TrackReply in XML' : 'the JSON is no object';
    return failureByStatus(payload.httpStatus) ?? unreadable(`${found}; ${EXPECTED}`);
  }
  return (
    readResults(
      answer.data,
      json?.value,
      scan === null ? payload : asNews(payload),
      older !== null,
    ) ??
    failureOf(answer.data, payload.httpStatus) ??
    failureByStatus(payload.httpStatus) ??
    unreadable(`found neither; ${EXPECTED}`)
  );
}

/** One scan alone is never the whole history. */
function asNews(payload: Payload): Payload {
  return { ...payload, kind: 'webhook' };
}

/** Null when the answer has no results at all. */
function readResults(
  answer: TrackAnswer,
  json: unknown,
  payload: Payload,
  isOlder: boolean,
): ParseOutcome | null {
  const results = resultsOf(answer, json);
  if (results.length === 0) return null;
  const read: Read = { isOlder, reports: [], misses: [], nameless: [], warnings: [] };
  // A push may hold one scan only (unverified), so that what it leaves out means nothing.
  const full =
    (payload.kind ?? (answer.outputMetaData === undefined ? 'track' : 'webhook')) === 'track';
  const isLone = results.length === 1 && results[0]?.trackResults.length === 1;
  const asked = full && isLone ? askedNumber(payload) : undefined;
  results.slice(0, RESULTS_MAX).forEach((result, i) => {
    const at = `completeTrackResults[${i}]`;
    if (result === null) read.warnings.push(`${at}: not an object`);
    else readLives(result, asked, at, full, read);
  });
  if (results.length > RESULTS_MAX) {
    read.warnings.push(`more than ${RESULTS_MAX} results: the rest was not read`);
  }
  return settle(read);
}

interface Read {
  /** A reply of the web service before, which gives no reason where a number has no news. */
  readonly isOlder: boolean;
  readonly reports: CarrierReport[];
  readonly misses: NumberMiss[];
  /** Errors of results that name no number: only of use when they are all there is. */
  readonly nameless: NumberMiss[];
  readonly warnings: string[];
}

/** Several results for one number: a report each, but for those of one parcel. */
function readLives(
  result: NumberResult,
  asked: string | undefined,
  at: string,
  full: boolean,
  read: Read,
): void {
  if (result.trackResults.length === 0) read.warnings.push(`${at}: no trackResults`);
  result.trackResults.slice(0, LIVES_MAX).forEach((life, j) => {
    const where = `${at}.trackResults[${j}]`;
    const named =
      life?.trackingNumberInfo?.trackingNumber ?? result.trackingNumber ?? life?.trackingNumber;
    const asGiven = named ?? (life?.error === undefined ? asked : undefined);
    if (life === null || asGiven === undefined) {
      if (life?.error !== undefined) read.nameless.push(missOf('', life.error));
      read.warnings.push(`${where}: ${life === null ? 'not an object' : 'no tracking number'}`);
      return;
    }
    const report = reportOf(life, asGiven, result.trackingNumber, full, where, read.warnings);
    if (life.error !== undefined && report === null) {
      read.misses.push(missOf(numbers.normalize(asGiven), life.error));
    } else if (report === null && read.isOlder && named !== undefined) {
      const reason = 'the number is known and has neither scans nor a status';
      const trackingNumber = numbers.normalize(asGiven);
      read.misses.push({ trackingNumber, outcome: 'not_yet', reason });
    } else if (report === null) {
      read.warnings.push(`${where}: neither scans nor a status`);
    } else {
      if (life.error !== undefined) read.warnings.push(`${where}: an error beside scans`);
      read.reports.push(report);
    }
  });
  if (result.trackResults.length > LIVES_MAX) {
    read.warnings.push(`${at}: more than ${LIVES_MAX} lives: the rest was not read`);
  }
}

/** An answer that brings nothing but misses of one kind *is* that kind. */
function settle({ reports: heard, misses, nameless, warnings }: Read): ParseOutcome {
  const reports = joinOneParcel(heard);
  if (reports.length > 0) {
    // An earlier life of a number may be empty where another has news.
    const told = new Set(reports.map(({ trackingNumber }) => trackingNumber));
    const others = misses.filter(
      (miss) => miss.outcome !== 'not_yet' || !told.has(miss.trackingNumber),
    );
    return { outcome: 'reports', reports, misses: others, warnings };
  }
  const [first] = misses;
  if (first === undefined) {
    const [error] = nameless;
    if (error !== undefined) {
      return { outcome: error.outcome, reason: error.reason, trackingNumbers: [] };
    }
    return unreadable(`nothing readable: ${warnings.slice(0, 5).join('; ')}`);
  }
  if (misses.some(({ outcome }) => outcome !== first.outcome)) {
    return { outcome: 'reports', reports, misses, warnings };
  }
  return {
    outcome: first.outcome,
    reason: first.reason,
    trackingNumbers: [...new Set(misses.map(({ trackingNumber }) => trackingNumber))],
  };
}

function unreadable(reason: string): ParseOutcome {
  return { outcome: 'unreadable', reason, trackingNumbers: [] };
}
