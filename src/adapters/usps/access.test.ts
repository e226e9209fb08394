import { describe, expect, it } from 'vitest';
import { answerOf } from '../session/test-carrier-session.ts';
import { access } from './access.ts';

const CREDENTIALS = { client_id: 'test-id', client_secret: 'test-secret' };
const read = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  access.token?.read(answerOf(status, body, headers));

/** A token answer as in USPS/api-examples README.md, where `expires_in` is text. */
const GRANTED = {
  access_token: 'test.token',
  token_type: 'Bearer',
  issued_at: '1111111111111',
  expires_in: '28799',
  status: 'approved',
  scope: 'addresses locations prices tracking labels',
};

describe('USPS token answers', () => {
  it.each([
    ['nothing', 200, ''],
    ['a page', 200, '<html></html>'],
    ['no token', 200, { expires_in: 28799 }],
    ['a token that is not text', 200, { access_token: 7 }],
    ['a token that fits no header', 200, { access_token: 'a\nb' }],
    ['an outage', 503, ''],
    ['a redirect', 302, ''],
  ])('that hold %s are errors', (_, status, body) => {
    expect(read(status, body)?.outcome).toBe('error');
  });

  it('without the scope "tracking" are reported, although they were issued', () => {
    for (const scope of ['domestic-prices addresses locations', '', 'subscriptions-tracking']) {
      expect(read(200, { ...GRANTED, scope })?.outcome).toBe('scope_missing');
    }
    expect(read(400, { error: 'invalid_scope' })?.outcome).toBe('scope_missing');
  });

  it('without any scope have the requested one', () => {
    const { scope: _, ...unscoped } = GRANTED;
    expect(read(200, unscoped)?.outcome).toBe('token');
  });

  it.each([
    [400, { error: 'invalid_request' }, 'invalid_request'],
    [401, { error: 'invalid_client', error_description: 'for JANE test-secret' }, 'invalid_client'],
    [401, '', '401'],
    [403, { error: 'of JANE' }, '403'],
  ])('that refuse with %i repeat no words but those of RFC 6749', (status, body, word) => {
    const outcome = read(status, body);
    expect(outcome).toEqual({
      outcome: 'auth_error',
      reason: `the token request was refused (${word})`,
    });
  });

  it('that limit the rate say for how long, as seconds or as a date', () => {
    expect(read(429, '', { 'retry-after': '90' })).toMatchObject({ retryAfterS: 90 });
    const headers = {
      date: 'Fri, 06 Mar 2026 12:00:00 GMT',
      'retry-after': 'Fri, 06 Mar 2026 12:01:00 GMT',
    };
    expect(read(429, '', headers)).toMatchObject({ outcome: 'rate_limited', retryAfterS: 60 });
    const { date: _, ...undated } = headers;
    expect(read(429, '', undated)).toEqual({
      outcome: 'rate_limited',
      reason: 'too many token calls (429)',
    });
  });

  it('give the token and its life in seconds, an hour when none is said', () => {
    expect(read(200, GRANTED)).toEqual({
      outcome: 'token',
      token: 'test.token',
      lifetimeS: 28_799,
    });
    expect(read(200, { ...GRANTED, expires_in: 0 })).toMatchObject({ lifetimeS: 3_600 });
    expect(read(200, { ...GRANTED, expires_in: 'soon' })).toMatchObject({ lifetimeS: 3_600 });
  });
});

describe('USPS access', () => {
  it('asks for a token with the credentials in the body, and for no scope', () => {
    expect(access.token?.request(CREDENTIALS)).toEqual({
      method: 'POST',
      path: '/oauth2/v3/token',
      body: {
        form: {
          grant_type: 'client_credentials',
          client_id: 'test-id',
          client_secret: 'test-secret',
        },
      },
    });
  });

  it('sends the token as bearer, and never the secret', () => {
    expect(access.headers(CREDENTIALS, 'test.token')).toEqual({
      authorization: 'Bearer test.token',
    });
    expect(access.headers(CREDENTIALS, null)).toEqual({});
  });
});
