import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HEADER, webhook } from './webhook.ts';

const NOW_MS = Date.UTC(2026, 10, 28, 12);
const SECONDS = NOW_MS / 1_000;
const SECRET = 'a-test-secret';
const { headers, body } = webhook.sign('{"event":"track_updated"}', SECRET, NOW_MS);
const rawBody = Buffer.from(body);
const signature = headers[HEADER] ?? '';
const verify = (
  header: string | undefined = signature,
  bytes: Uint8Array = rawBody,
  secrets: readonly string[] = [SECRET],
  nowMs = NOW_MS,
) => webhook.verify({ headers: { [HEADER]: header }, rawBody: bytes }, secrets, nowMs);

describe('a webhook of Shippo', () => {
  it('has the documented form, whose HMAC other programs compute, too', () => {
    // printf '1795867200.{"event":"track_updated"}' | openssl dgst -sha256 -hmac a-test-secret
    expect(signature).toBe(
      `t=${SECONDS},v1=b051de40be6c89f2ee8072893732f6d9eacc2a31afaa81e77d10ba46638dd162`,
    );
  });

  it('is accepted with any live secret, and refused with others', () => {
    expect(verify()).toEqual({ ok: true, trust: 'signed' });
    expect(verify(signature, rawBody, ['', 'other', SECRET])).toMatchObject({ ok: true });
    const reason = 'signature_mismatch';
    expect(verify(signature, rawBody, ['other', `${SECRET} `])).toEqual({ ok: false, reason });
    expect(verify(signature, rawBody, ['', ''])).toMatchObject({ reason: 'no_secret_configured' });
  });

  it('is refused if any byte of the body differs, is missing or is added', () => {
    fc.assert(
      fc.property(fc.nat(rawBody.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = Uint8Array.from(rawBody);
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        return !verify(signature, bytes).ok && !verify(signature, rawBody.subarray(0, at)).ok;
      }),
    );
    expect(verify(signature, Buffer.concat([rawBody, Buffer.from(' ')])).ok).toBe(false);
  });

  it('is refused with another time, and before and after five minutes', () => {
    const moved = signature.replace(String(SECONDS), String(SECONDS + 1));
    expect(verify(moved)).toEqual({ ok: false, reason: 'signature_mismatch' });
    for (const byMs of [-300_000, 300_000]) {
      expect(verify(signature, rawBody, [SECRET], NOW_MS + byMs).ok).toBe(true);
    }
    for (const byMs of [-301_000, 301_000]) {
      const verdict = verify(signature, rawBody, [SECRET], NOW_MS + byMs);
      expect(verdict).toEqual({ ok: false, reason: 'timestamp_stale' });
    }
  });

  it.each([
    ['', 'signature_missing'],
    [signature.slice(0, -1), 'signature_malformed'],
    [signature.toUpperCase(), 'signature_malformed'],
    [signature.replace(',', ', '), 'signature_malformed'],
    [`${signature},v1=${'0'.repeat(64)}`, 'signature_malformed'],
    [signature.replace(/^t=\d+,/, ''), 'signature_malformed'],
    [signature.replace('v1=', 'v0='), 'signature_malformed'],
    [`t=${SECONDS},v1=${'0'.repeat(64)}`, 'signature_mismatch'],
  ])('is refused with the header %s', (header, reason) => {
    expect(verify(header)).toEqual({ ok: false, reason });
  });

  it('is refused without the header', () => {
    const verdict = webhook.verify({ headers: {}, rawBody }, [SECRET], NOW_MS);
    expect(verdict).toEqual({ ok: false, reason: 'signature_missing' });
  });
});
