import { type ErrorItem, Problem } from '../../../kernel/errors.ts';
import { englishItem } from '../../../platform/messages/error-text.ts';
import type { PositionResult } from '../../positions/index.ts';

/** Cached responses for fully accepted batches, by length: nearly all batches are. */
const ALL_ACCEPTED_TEXTS = new Map<number, string>();

/** The response to a request, as text. */
export function resultsJson(results: readonly PositionResult[]): string {
  if (!results.every((result) => result.outcome === 'accepted' && result.notShown === null)) {
    return JSON.stringify(resultsBody(results));
  }
  const known = ALL_ACCEPTED_TEXTS.get(results.length);
  if (known !== undefined) return known;
  const text = JSON.stringify(resultsBody(results));
  ALL_ACCEPTED_TEXTS.set(results.length, text);
  return text;
}

function resultsBody(results: readonly PositionResult[]) {
  const counts = { accepted: 0, duplicate: 0, rejected: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  return {
    accepted: counts.accepted,
    duplicates: counts.duplicate,
    rejected: counts.rejected,
    results: results.map((result, index) => ({ index, ...resultJson(result) })),
  };
}

function resultJson(result: PositionResult) {
  if (result.outcome === 'rejected')
    return { outcome: result.outcome, error: englishItem(result.fault) };
  if (result.outcome === 'duplicate' || result.notShown === null) {
    return { outcome: result.outcome };
  }
  return { outcome: result.outcome, not_shown: result.notShown };
}

const ERRORS_MAX = 50;
/**
 * Seconds after which the client may retry: by then, a courier may send fifty positions a second
 * again.
 */
const RETRY_AFTER_S = 10;

/** Throws when no position of a request could be accepted. */
export function assertAnyAccepted(results: readonly PositionResult[]): void {
  const errors: ErrorItem[] = [];
  for (const [index, result] of results.entries()) {
    if (result.outcome !== 'rejected') return;
    const { pointer, reason, fix, code } = result.fault;
    if (code === 'too_many') {
      throw new Problem('rate_limited', reason, { retryAfterS: RETRY_AFTER_S, fix });
    }
    errors.push({ pointer: `/${index}${pointer}`, reason, fix });
  }
  const [first] = errors;
  if (first === undefined) return;
  const { pointer, reason } = first;
  const values = { count: results.length, pointer, reason: { text: reason } };
  throw new Problem(
    'invalid',
    { 'positions.allPositionsRefused': values },
    {
      errors: errors.slice(0, ERRORS_MAX),
    },
  );
}
