import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import {
  type CarrierReport,
  type NumberMiss,
  type ParseOutcome,
  type Payload,
  requestedNumber,
} from '../contract/contract.ts';
import { failureByStatus, failureOf, missOf } from './errors.ts';
import { numbers } from './numbers.ts';
import { joinOneParcel, reportOf } from './report.ts';
import {
  type CompleteTrackResult,
  LIVES_MAX,
  RESULTS_MAX,
  type TrackAnswer,
  trackAnswer,
} from './schema.ts';

const EXPECTED = 'expected an object with output.completeTrackResults or errors';

/**
 * Reads a Track API answer or an Advanced Integrated Visibility push, which have the same body.
 * FedEx's other services, and results outside of `output`, are unreadable.
 */
export function parse(payload: Payload): ParseOutcome {
  const json = parseJsonOrNull(payload.text);
  const answer = json === null ? null : trackAnswer.safeParse(json.value);
  if (answer === null || !answer.success) {
    const found = json === null ? 'the text is not JSON' : 'the JSON is not an object';
    return failureByStatus(payload.httpStatus) ?? unreadable(`${found}; ${EXPECTED}`);
  }
  return (
    readResults(answer.data, payload) ??
    failureOf(answer.data, payload.httpStatus) ??
    failureByStatus(payload.httpStatus) ??
    unreadable(`found neither; ${EXPECTED}`)
  );
}

/** Reads the results of an answer; null when it has none at all. */
function readResults(answer: TrackAnswer, payload: Payload): ParseOutcome | null {
  const results = answer.output?.completeTrackResults ?? [];
  if (results.length === 0) return null;
  const read: Read = { reports: [], misses: [], nameless: [], warnings: [] };
  // A push may contain one scan only (unverified), so missing scans mean nothing.
  const full =
    (payload.kind ?? (answer.outputMetaData === undefined ? 'track' : 'webhook')) === 'track';
  const isLone = results.length === 1 && results[0]?.trackResults.length === 1;
  const requested = full && isLone ? requestedNumber(payload) : undefined;
  results.slice(0, RESULTS_MAX).forEach((result, i) => {
    const at = `completeTrackResults[${i}]`;
    if (result === null) read.warnings.push(`${at}: not an object`);
    else readLives(result, requested, at, full, read);
  });
  if (results.length > RESULTS_MAX) {
    read.warnings.push(`more than ${RESULTS_MAX} results: the rest was not read`);
  }
  return outcomeOf(read);
}

interface Read {
  readonly reports: CarrierReport[];
  readonly misses: NumberMiss[];
  /** Errors of results that name no number. They are used only when there is nothing else. */
  readonly nameless: NumberMiss[];
  readonly warnings: string[];
}

/**
 * Reads the results of one number: each is a report, except that those of one parcel are joined.
 */
function readLives(
  result: CompleteTrackResult,
  requested: string | undefined,
  at: string,
  full: boolean,
  read: Read,
): void {
  if (result.trackResults.length === 0) read.warnings.push(`${at}: no trackResults`);
  result.trackResults.slice(0, LIVES_MAX).forEach((life, j) => {
    const where = `${at}.trackResults[${j}]`;
    const named = life?.trackingNumberInfo?.trackingNumber ?? result.trackingNumber;
    const asGiven = named ?? (life?.error === undefined ? requested : undefined);
    if (life === null || asGiven === undefined) {
      if (life?.error !== undefined) read.nameless.push(missOf('', life.error));
      read.warnings.push(`${where}: ${life === null ? 'not an object' : 'no tracking number'}`);
      return;
    }
    const report = reportOf(life, asGiven, result.trackingNumber, full, where, read.warnings);
    if (life.error !== undefined && report === null) {
      read.misses.push(missOf(numbers.normalize(asGiven), life.error));
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

/**
 * Turns what was read into an outcome. If every number was missed with the same outcome, that is
 * the outcome of all.
 */
function outcomeOf({ reports: raw, misses, nameless, warnings }: Read): ParseOutcome {
  const reports = joinOneParcel(raw);
  if (reports.length > 0) {
    // An earlier instance of a number may be empty where another has updates.
    const settled = new Set(reports.map(({ trackingNumber }) => trackingNumber));
    const others = misses.filter(
      (miss) => miss.outcome !== 'not_yet' || !settled.has(miss.trackingNumber),
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
