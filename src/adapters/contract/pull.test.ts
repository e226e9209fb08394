import { describe, expect, it } from 'vitest';
import { retryAfterOf, waitRequestedBy } from './pull.ts';

const NOON_MS = Date.parse('2026-11-20T12:00:00Z');
const IN_A_MINUTE = 'Fri, 20 Nov 2026 12:01:00 GMT';
const answer = (headers: Record<string, string>) => ({ status: 429, headers, text: '' });

describe('Retry-After', () => {
  it('asks for nothing where it is missing, empty, odd, or a date without a clock', () => {
    for (const headers of [{}, { 'retry-after': ' ' }, { 'retry-after': 'soon' }]) {
      expect(retryAfterOf(answer(headers as Record<string, string>), NOON_MS)).toBeNull();
    }
    expect(retryAfterOf(answer({ 'retry-after': IN_A_MINUTE }))).toBeNull();
    expect(waitRequestedBy(answer({ 'retry-after': IN_A_MINUTE }))).toEqual({});
  });

  it('is read as seconds, and as a date from our clock or from the answer’s own', () => {
    expect(retryAfterOf(answer({ 'retry-after': '90' }))).toBe(90);
    expect(retryAfterOf(answer({ 'retry-after': IN_A_MINUTE }), NOON_MS)).toBe(60);
    expect(retryAfterOf(answer({ 'retry-after': IN_A_MINUTE }), NOON_MS + 90_000)).toBe(0);
    const dated = { 'retry-after': IN_A_MINUTE, date: 'Fri, 20 Nov 2026 12:00:30 GMT' };
    expect(waitRequestedBy(answer(dated))).toEqual({ retryAfterS: 30 });
  });
});
