import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { webhook } from './webhook.ts';

const SECRET = 'test-key-for-fedex';
const BODY = new TextEncoder().encode('{"output":{}}');

function digest(encoding: 'base64' | 'base64url' | 'hex'): string {
  return createHmac('sha256', SECRET).update(BODY).digest(encoding);
}

function verdictOn(signature: string, rawBody: Uint8Array = BODY) {
  return webhook.verify({ headers: { 'fdx-signature': signature }, rawBody }, [SECRET], 0);
}

describe('fdx-signature', () => {
  it('is refused in hex and in the URL alphabet, though both hold the right bytes', () => {
    expect(verdictOn(digest('hex'))).toEqual({ ok: false, reason: 'signature_malformed' });
    expect(verdictOn(digest('base64url'))).toEqual({ ok: false, reason: 'signature_malformed' });
  });

  it('is refused for the same JSON in other bytes', () => {
    const spaced = new TextEncoder().encode('{"output": {}}');
    expect(verdictOn(digest('base64'), spaced)).toEqual({
      ok: false,
      reason: 'signature_mismatch',
    });
  });

  it('is Base64 of HMAC-SHA256 over the raw bytes, also when they are no UTF-8', () => {
    expect(verdictOn(digest('base64'))).toEqual({ ok: true, trust: 'signed' });
    const bytes = Uint8Array.of(0xff, 0x00, 0xc3);
    const signature = createHmac('sha256', SECRET).update(bytes).digest('base64');
    expect(verdictOn(signature, bytes)).toEqual({ ok: true, trust: 'signed' });
  });
});
