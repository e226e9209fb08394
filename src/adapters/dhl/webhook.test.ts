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
