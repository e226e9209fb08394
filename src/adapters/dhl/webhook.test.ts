import { describe, expect, it } from 'vitest';
import { webhook } from './webhook.ts';

const SECRET = 'test-key-0123456789';
const verify = (
  headers: Record<string, string | undefined>,
  secrets: readonly string[] = [SECRET],
  header?: string,
) =>
  webhook.verify(
    { headers, rawBody: new Uint8Array() },
    secrets,
    0,
    header === undefined ? undefined : { header },
  );

describe('DHL push verification', () => {
  it('refuses everything without a secret', () => {
    const refused = { ok: false, reason: 'no_secret_configured' };
    expect(verify({ 'x-api-key': SECRET }, [])).toEqual(refused);
    expect(verify({ 'x-api-key': '' }, [''])).toEqual(refused);
  });

  it('refuses a missing and an empty header', () => {
    const refused = { ok: false, reason: 'signature_missing' };
    expect(verify({})).toEqual(refused);
    expect(verify({ 'x-api-key': '' })).toEqual(refused);
  });

  it.each([
    ['another secret', 'test-key-0123456780'],
    ['a beginning', SECRET.slice(0, -1)],
    ['more than it', `${SECRET}0`],
    ['blanks around it', ` ${SECRET} `],
    ['a repeated header', `${SECRET}, ${SECRET}`],
    ['another case', SECRET.toUpperCase()],
  ])('refuses %s', (_, offered) => {
    expect(verify({ 'x-api-key': offered })).toEqual({ ok: false, reason: 'signature_mismatch' });
  });

  it('accepts any live secret, at trust "secret" and no more', () => {
    expect(verify({ 'x-api-key': SECRET }, ['test-other', SECRET])).toEqual({
      ok: true,
      trust: 'secret',
    });
  });

  it('reads the header the operator named, in any case, and then no other', () => {
    expect(verify({ 'x-hook-token': SECRET }, [SECRET], 'X-Hook-Token').ok).toBe(true);
    expect(verify({ 'x-api-key': SECRET }, [SECRET], 'x-hook-token').ok).toBe(false);
  });

  it('signs by setting the header', () => {
    expect(webhook.sign('{}', SECRET, 0)).toEqual({ headers: { 'x-api-key': SECRET }, body: '{}' });
  });
});

describe('DHL handshake', () => {
  const SELF = 'https://api-eu.dhl.com/tracking/push/v1/subscription/sub-0001';
  const handshake = (body: unknown) =>
    webhook.handshake?.({
      headers: {},
      rawBody: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
    });
  const validate = { scope: 'subscription.validate', self: SELF, secret: 'test-one-time-secret' };

  it.each([
    ['no JSON', '{'],
    ['an array', []],
    ['another scope', { ...validate, scope: 'subscription.ready' }],
    ['a push', { ...validate, scope: 'subscription.push', shipments: [] }],
    ['no secret', { scope: validate.scope, self: SELF }],
    ['a secret that fits no header', { ...validate, secret: 'a\r\nx-evil: 1' }],
    ['a secret without end', { ...validate, secret: 'a'.repeat(513) }],
    ['no address', { scope: validate.scope, secret: 'test' }],
    ['an address without an id', { ...validate, self: 'https://api-eu.dhl.com/a%2Fb' }],
  ])('is not requested by %s', (_, body) => {
    expect(handshake(body)).toBe(null);
  });

  it('sends the one-time secret back to the subscription', () => {
    expect(handshake(validate)).toEqual({
      subscriptionId: 'sub-0001',
      call: {
        method: 'POST',
        path: '/tracking/push/v1/subscription/sub-0001',
        headers: { 'dhl-api-hook-secret': 'test-one-time-secret' },
      },
    });
  });

  it('is sent to our carrier’s address, whatever host the push names', () => {
    const call = handshake({ ...validate, self: 'https://evil.example/steal/sub-2?x=1' })?.call;
    expect(call?.path).toBe('/tracking/push/v1/subscription/sub-2');
    expect(call?.origin).toBeUndefined();
  });
});
