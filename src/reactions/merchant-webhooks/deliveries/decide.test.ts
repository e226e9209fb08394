import { describe, expect, it } from 'vitest';
import { readEntry } from '../../../events/read-entry.ts';
import { anEntry, anEvent } from '../../../events/test-events.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
import type { EgressOutcome } from '../../../platform/net/egress.ts';
import { judge, RESPONSE_CHARS_MAX, wants } from './decide.ts';

const event = anEvent('shipment.status_changed', {
  data: { status: 'delivered', tags: ['vip', 'web'] },
});

describe('an endpoint', () => {
  it.each([
    [['*'], true],
    [['shipment.status_changed'], true],
    [['shipment.*'], true],
    [['shipment.created', 'shipment.*'], true],
    [['shipment'], false],
    [['ship.*'], false],
    [['shipment.status'], false],
    [['carrier_account.*'], false],
    [[], false],
  ])('subscribed to %j receives a change of status: %s', (events, is) => {
    expect(wants({ events, filters: {} }, event)).toBe(is);
  });

  it.each([
    [{ carriers: ['acme'] }, true],
    [{ carriers: ['other'] }, false],
    [{ statuses: ['returned_to_sender', 'delivered'] }, true],
    [{ tags: ['web'] }, true],
    [{ tags: ['wholesale'] }, false],
    [{ tags: [] }, false],
    [{ carriers: ['acme'], statuses: ['created'] }, false],
  ])('with the filters %j receives it: %s', (filters, is) => {
    expect(wants({ events: ['*'], filters }, event)).toBe(is);
  });

  it('with a filter receives no event that lacks the filtered member', () => {
    const account = readEntry({
      ...anEntry({ type: 'carrier_account.health_changed' }),
      data: { id: 'a', carrier: 'bolt', tags: 'vip' },
    });
    expect(wants({ events: ['*'], filters: { tags: ['vip'] } }, account)).toBe(false);
    expect(wants({ events: ['*'], filters: { carriers: ['acme'] } }, account)).toBe(false);
    expect(wants({ events: ['*'], filters: {} }, account)).toBe(true);
  });
});

const answer = (status: number, more: Partial<Extract<EgressOutcome, { kind: 'answer' }>> = {}) =>
  judge({ kind: 'answer', status, headers: {}, text: '', truncated: false, ...more }, 0);

describe('an answer', () => {
  it.each([200, 201, 202, 204, 299])('%i is a delivery', (status) => {
    expect(answer(status)).toMatchObject({ kind: 'delivered', reason: null, status });
  });

  it.each([100, 400, 401, 404, 408, 409, 429, 500, 503])('%i is none', (status) => {
    expect(answer(status)).toMatchObject({
      kind: 'failed',
      reason: { 'webhooks.attemptAnswered': { status } },
    });
  });

  it.each([301, 302, 303, 307, 308])('%i is none, and says that it is not followed', (status) => {
    const headers = { location: 'http://127.0.0.1/' };
    expect(answer(status, { headers })).toMatchObject({
      kind: 'failed',
      reason: { 'webhooks.attemptRedirected': { status } },
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
    expect(dead).toMatchObject({ isSlow: false, noAnswer: 'network' });
    expect(dead.reason && errorText(dead.reason)).toBe('network: ECONNREFUSED');
    expect(dead.reason && errorText(dead.reason, 'de')).toBe('nicht erreicht: ECONNREFUSED');
  });

  it('because we do not send there says so', () => {
    const detail = 'webhooks.useHttps';
    const { kind, noAnswer, reason } = judge({ kind: 'refused', reason: 'scheme', detail }, 0);
    expect([kind, noAnswer]).toEqual(['failed', 'refused']);
    expect(reason && errorText(reason)).toBe('not sent: expected a URL that begins with https://.');
  });
});
