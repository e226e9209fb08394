import { describe, expect, it } from 'vitest';
import { ERROR_CODES, Problem } from '../../../kernel/errors.ts';
import { problemWords } from './problem-page.tsx';

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
    const { title, fix } = problemWords(new Problem(code, 'values.unusable'));
    expect(`${title} ${fix}`).not.toMatch(FOR_PROGRAMS);
  });

  it('says how long to wait, and shows its own advice', () => {
    const late = new Problem('rate_limited', 'values.unusable', { retryAfterS: 29.2 });
    expect(problemWords(late).fix).toBe('Try again later. Wait 30 seconds before you do.');
    const stale = new Problem('forbidden', 'values.unusable', { fix: 'desk.reopenAndRepeat' });
    expect(problemWords(stale).fix).toBe('Open the page again and repeat what you did.');
  });

  it('has texts for every code', () => {
    for (const code of ERROR_CODES) {
      expect(problemWords(new Problem(code, 'values.unusable')).title).not.toBe('');
    }
  });
});
