import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyring } from './sealing.ts';
import {
  addressTags,
  LINK_PURPOSES,
  type LinkClaim,
  readLink,
  signingTag,
  signLink,
} from './signed-links.ts';

const random = (length: number) => new Uint8Array(length).fill(7);
const OLD = new Uint8Array(32).fill(1);
const NEW = new Uint8Array(32).fill(2);
const keyring = createKeyring([OLD], random);
const NOW_MS = Date.UTC(2026, 4, 1);
const CLAIM: LinkClaim = {
  purpose: 'self_service',
  subject: '01890a5d-ac96-774b-bcce-b302099a8057',
  expiresAtS: NOW_MS / 1_000 + 3_600,
};

describe('a signed link', () => {
  it('returns what was signed, whatever it is', () => {
    const claims = fc.record({
      purpose: fc.constantFrom(...LINK_PURPOSES),
      subject: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
      expiresAtS: fc.integer({ min: NOW_MS / 1_000 + 1, max: 36 ** 7 }),
    });
    fc.assert(
      fc.property(claims, (claim) => {
        const token = signLink(keyring, claim);
        expect(readLink(keyring, token, NOW_MS)).toEqual({ kind: 'good', claim });
      }),
    );
  });

  it('opens nothing after its time, and says that this is why', () => {
    const token = signLink(keyring, CLAIM);
    expect(readLink(keyring, token, CLAIM.expiresAtS * 1_000)).toMatchObject({ kind: 'expired' });
  });

  it('is refused when any character of it is another', () => {
    const token = signLink(keyring, CLAIM);
    for (let at = 0; at < token.length; at += 1) {
      const other = token[at] === 'a' ? 'b' : 'a';
      const altered = token.slice(0, at) + other + token.slice(at + 1);
      expect(readLink(keyring, altered, NOW_MS).kind, `character ${at}`).toBe('forged');
    }
  });

  it('does not accept the signature of another purpose, subject or time', () => {
    const [, ...others] = LINK_PURPOSES;
    const claims: LinkClaim[] = [
      ...others.map((purpose) => ({ ...CLAIM, purpose })),
      { ...CLAIM, subject: CLAIM.subject.replace('0', '1') },
      { ...CLAIM, expiresAtS: CLAIM.expiresAtS + 1 },
    ];
    const unsigned = (token: string) => token.slice(0, token.lastIndexOf('.'));
    const signature = signLink(keyring, CLAIM).slice(unsigned(signLink(keyring, CLAIM)).length);
    for (const claim of claims) {
      const swapped = unsigned(signLink(keyring, claim)) + signature;
      expect([claim, readLink(keyring, swapped, NOW_MS).kind]).toEqual([claim, 'forged']);
    }
  });

  it('signed with a key that was never ours is refused, also under the id of ours', () => {
    const theirs = signLink(createKeyring([NEW], random), CLAIM).split('.');
    const ours = signLink(keyring, CLAIM).split('.');
    const disguised = [...theirs.slice(0, 3), ours[3], theirs[4]].join('.');
    expect(readLink(keyring, disguised, NOW_MS).kind).toBe('forged');
  });

  it('is refused under another installation’s key, and honoured after a rotation', () => {
    const token = signLink(keyring, CLAIM);
    expect(readLink(createKeyring([NEW], random), token, NOW_MS).kind).toBe('forged');
    expect(readLink(createKeyring([NEW, OLD], random), token, NOW_MS).kind).toBe('good');
  });

  it('is never read from nonsense', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readLink(keyring, text, NOW_MS).kind).toBe('forged');
      }),
    );
  });
});

describe('the tag of an address', () => {
  it('is known by every key that signs or signed, fits a subject, and differs by address and key', () => {
    const before = signingTag(keyring, 'a@example.com');
    expect(before).toMatch(/^[\w-]{12}$/);
    const rotated = createKeyring([NEW, OLD], random);
    const now = signingTag(rotated, 'a@example.com');
    expect(now).not.toBe(before);
    expect(addressTags(rotated, 'a@example.com')).toEqual(expect.arrayContaining([before, now]));
    expect(addressTags(rotated, 'b@example.com')).not.toContain(before);
  });
});
