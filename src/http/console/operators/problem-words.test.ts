import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode, Problem } from '../../../kernel/errors.ts';
import { problemWords } from './problem-words.ts';

/** Words that only concern programs. */
const FOR_PROGRAMS = /\b(header|Retry-After|scope|body|HTTP|ETag|If-Match|JSON|pointer|detail)\b/i;

describe('an error on a page of the console', () => {
  it.each([
    'bad_request',
    'invalid',
    'too_large',
    'too_slow',
    'forbidden',
    'not_found',
    'erased',
    'conflict',
    'forbidden_move',
    'precondition_failed',
    'rate_limited',
    'unsupported_media_type',
    'carrier_unavailable',
    'internal',
    'overloaded',
  ] as const)('addresses a person: %s', (code) => {
    const { title, fix } = problemWords(new Problem(code, 'What happened.'));
    expect(`${title} ${fix}`).not.toMatch(FOR_PROGRAMS);
  });

  it('says how long to wait, and shows its own advice', () => {
    const late = new Problem('rate_limited', 'Too many.', { retryAfterS: 29.2 });
    expect(problemWords(late).fix).toBe('Try again later. Wait 30 seconds before you do.');
    const stale = new Problem('forbidden', 'Stale.', { fix: 'Open the page again.' });
    expect(problemWords(stale).fix).toBe('Open the page again.');
  });

  it('has texts for every code', () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      expect(problemWords(new Problem(code, 'x')).title).not.toBe('');
    }
  });
});
