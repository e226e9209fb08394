import { describe, expect, it } from 'vitest';
import type { EgressOutcome } from '../../../platform/net/egress.ts';
import { judge, RESPONSE_CHARS_MAX } from './judge.ts';

const answer = (status: number, more: Partial<Extract<EgressOutcome, { kind: 'answer' }>> = {}) =>
  judge({ kind: 'answer', status, headers: {}, text: '', truncated: false, ...more }, 0);

describe('an answer', () => {
  it.each([200, 201, 202, 204, 299])('%i is a delivery', (status) => {
    expect(answer(status)).toMatchObject({ kind: 'delivered', reason: null, status });
  });

  it.each([100, 400, 401, 404, 408, 409, 429, 500, 503])('%i is none', (status) => {
    expect(answer(status)).toMatchObject({ kind: 'failed', reason: `answered ${status}` });
  });

  it.each([301, 302, 303, 307, 308])('%i is none, and says that it is not followed', (status) => {
    const headers = { location: 'http://127.0.0.1/' };
    expect(answer(status, { headers })).toMatchObject({
      kind: 'failed',
      reason: `answered ${status}; redirects are not followed`,
    });
  });

  it('410 means never again', () => {
    expect(answer(410).kind).toBe('gone');
  });

  it('is kept as far as a person reads, whatever it holds', () => {
    const { response } = answer(500, { text: `a\0b\ud800${'x'.repeat(5_000)}` });
    expect(response).toHaveLength(RESPONSE_CHARS_MAX);
    expect(response?.slice(0, 4)).toBe('a\ufffdb\ufffd');
  });

  it('is waited for as long as Retry-After says, unless it is a delivery', () => {
    const headers = { 'retry-after': '7' };
    expect(answer(503, { headers }).pauseMs).toBe(7_000);
    expect(answer(200, { headers }).pauseMs).toBeNull();
  });
});

describe('no answer', () => {
  it('in time makes the endpoint a slow one; nothing else does', () => {
    const slow = judge({ kind: 'failed', reason: 'timeout', detail: 'no answer in time' }, 0);
    expect(slow).toMatchObject({ kind: 'failed', isSlow: true, status: null });
    const dead = judge({ kind: 'failed', reason: 'network', detail: 'ECONNREFUSED' }, 0);
    expect(dead).toMatchObject({ isSlow: false, reason: 'network: ECONNREFUSED' });
  });

  it('because we do not send there says so', () => {
    const refused = judge({ kind: 'refused', reason: 'address', detail: 'not public' }, 0);
    expect(refused).toMatchObject({ kind: 'failed', reason: 'not sent: not public' });
  });
});
