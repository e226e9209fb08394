import { describe, expect, it } from 'vitest';
import { outcomeOfFailure, outcomeOfStatus, retryAfterS } from './exchange.ts';
import { TEST_NOW_MS } from './test-deps.ts';

describe('how long to wait', () => {
  const waitFor = (text: string) => retryAfterS({ 'retry-after': text }, TEST_NOW_MS);

  it('is given in seconds or as a date', () => {
    expect(waitFor('7')).toBe(7);
    expect(waitFor(new Date(TEST_NOW_MS + 90_000).toUTCString())).toBe(90);
    expect(waitFor(new Date(TEST_NOW_MS - 90_000).toUTCString())).toBe(0);
  });

  it('is a day at most, and nothing where it cannot be read', () => {
    expect(waitFor('99999999')).toBe(86_400);
    for (const text of ['', 'soon', '-5', 'Infinity']) expect([null, 0]).toContain(waitFor(text));
    expect(retryAfterS({}, TEST_NOW_MS)).toBeNull();
  });
});

describe('an answer by its status', () => {
  const of = (status: number, repeat: 'never' | 'idempotent') =>
    outcomeOfStatus(status, {}, { repeat, nowMs: TEST_NOW_MS }).outcome;

  it('that may hide a message sent is unknown where it must not come twice', () => {
    for (const status of [500, 502, 504, 599]) {
      expect(of(status, 'never')).toBe('unknown');
      expect(of(status, 'idempotent')).toBe('retry');
    }
    for (const status of [200, 204, 299]) expect(of(status, 'never')).toBe('unknown');
  });

  it('that says that nothing was done is tried again', () => {
    for (const status of [301, 302, 307, 401, 403, 408, 425, 429, 503]) {
      expect(of(status, 'never')).toBe('retry');
    }
  });

  it('that finds fault with the message is final', () => {
    for (const status of [400, 404, 413, 422]) expect(of(status, 'never')).toBe('refused');
  });

  it('quotes a code of the provider, and no sentence', () => {
    const code = "21211 The 'To' number +15551234567 is not valid\r\n<script>";
    const outcome = outcomeOfStatus(400, {}, { repeat: 'never', nowMs: TEST_NOW_MS, code });
    expect(JSON.stringify(outcome)).not.toMatch(/[<>\r\n+']/);
    expect(JSON.stringify(outcome).length).toBeLessThan(200);
  });
});

describe('no answer', () => {
  it('is no loss where nothing can have left', () => {
    expect(outcomeOfFailure({ kind: 'failed', reason: 'network', unsent: true }).outcome).toBe(
      'retry',
    );
    const refused = { kind: 'failed', reason: 'network', detail: 'ECONNREFUSED' } as const;
    expect(outcomeOfFailure(refused).outcome).toBe('retry');
    expect(outcomeOfFailure({ kind: 'failed', reason: 'dns', detail: 'x' }).outcome).toBe('retry');
  });

  it('leaves open what became of it otherwise', () => {
    expect(outcomeOfFailure({ kind: 'failed', reason: 'timeout' }).outcome).toBe('unknown');
    const reset = { kind: 'failed', reason: 'network', detail: 'ECONNRESET' } as const;
    expect(outcomeOfFailure(reset).outcome).toBe('unknown');
  });
});
