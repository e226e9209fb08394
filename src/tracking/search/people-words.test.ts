import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPeopleHashes } from './people-hashes.ts';
import {
  ENTRIES_MAX,
  indexedEntries,
  PREFIX_MAX,
  PREFIX_MIN,
  wantedEntries,
} from './people-words.ts';

const tenant = { merchantId: '0190f3d2-7c7e-7cc3-a0ee-5d8a5a4a4a4a', mode: 'test' as const };

const of = (name: string, email = '') => ({ recipient: { name, email }, destination: null });
const finds = (text: string, name: string, email?: string) => {
  const indexed = new Set(indexedEntries(of(name, email)));
  const wanted = text.split(/\s+/).flatMap(wantedEntries);
  return wanted.length > 0 && wanted.every((entry) => indexed.has(entry));
};

/** Words in several scripts, accented and not; none is too short for a prefix. */
const letters = [...'aAbdeéöñşİłçÅzΣσςжЖя'];
const word = fc
  .array(fc.constantFrom(...letters), { minLength: PREFIX_MIN, maxLength: 18 })
  .map((some) => some.join(''));
const name = fc.array(word, { minLength: 1, maxLength: 3 });

describe('a recipient', () => {
  it('is found by the beginning of each word of the name, in any order, case and accents', () => {
    fc.assert(
      fc.property(name, fc.nat(20), fc.boolean(), (words, shorter, isPlain) => {
        const text = words
          .map((each) => each.slice(0, Math.max(PREFIX_MIN, each.length - shorter)))
          .reverse()
          .map((each) => (isPlain ? each.normalize('NFD').replaceAll(/\p{M}/gu, '') : each))
          .map((each) => (isPlain ? each.toUpperCase() : each.toLowerCase()))
          .join(' ');
        expect([text, finds(text, words.join(' '))]).toEqual([text, true]);
      }),
    );
  });

  it('is not found by anything else', () => {
    fc.assert(
      fc.property(name, word, (words, other) => {
        const compared = (text: string) => wantedEntries(text)[0]?.slice(2, 2 + PREFIX_MAX) ?? '';
        const isBeginning = words.some((each) => compared(each).startsWith(compared(other)));
        expect(finds(other, words.join(' '))).toBe(isBeginning);
      }),
    );
  });

  it('has a limited number of entries, each once, none longer than a prefix of the limit', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.string(), (parts, email) => {
        const entries = indexedEntries(of(parts.join(' '), email));
        expect(entries.length).toBeLessThanOrEqual(ENTRIES_MAX);
        expect(new Set(entries).size).toBe(entries.length);
        const words = entries.filter((entry) => entry.startsWith('w '));
        for (const entry of words) expect([...entry].length).toBeLessThanOrEqual(2 + PREFIX_MAX);
      }),
    );
  });

  it.each([
    ['annab', 'Annabella Quist', '', true],
    ['annabella q', 'Annabella Quist', '', false],
    ['nnabella', 'Annabella Quist', '', false],
    ['LUKASZ ostergaard', 'Łukasz Østergård', '', false],
    ['lukasz ostergard', 'Łukasz Østergård', '', true],
    ['strasse', 'Frau Straße', '', true],
    ['ΟΔΟΣ', 'οδός', '', true],
    ['οδο', 'ΟΔΟΣ', '', true],
    ['王', '王小明', '', true],
    ['王小', '王小明', '', true],
    ['li', 'Li Wu', '', true],
    ['li', 'Lina Wu', '', false],
    ["o'brien", "Sean O'Brien", '', true],
    ['brien', "Sean O'Brien", '', true],
    ['anna.quist', '', 'anna.quist@example.com', true],
    ['anna.quist@', '', 'Anna.Quist@Example.com', true],
    ['anna.quist@exam', '', 'anna.quist@example.com', true],
    ['anna.quist@example.co', '', 'anna.quist@example.com', true],
    ['anna.quist@example.com', '', 'anna.quist@example.com', true],
    ['@example', '', 'anna.quist@example.com', true],
    // Before the @ an address is complete.
    ['anna@example.com', '', 'anna.quist@example.com', false],
    ['quist@example.com', '', 'anna.quist@example.com', false],
    ['anna.quist@example.org', '', 'anna.quist@example.com', false],
    ['...', 'Anna', '', false],
    ['', 'Anna', '', false],
  ])('searched as “%s” among “%s” “%s”: %s', (text, recipient, email, isFound) => {
    expect(finds(text, recipient, email)).toBe(isFound);
  });
});

describe('hashes of people', () => {
  const hashes = createPeopleHashes(new Uint8Array(32).fill(1));
  const person = {
    recipient: { name: ' Ada  M. Byron', email: 'ADA@example.com ', phone: '+44 (0)20 7946 0018' },
    destination: { name: 'Byron, Ada M', country: 'GB' },
  };

  it('are the same in any spelling, and differ for another tenant, mode or key', () => {
    const stored = new Set(hashes.of(tenant, person));
    const found = (of: typeof hashes, own: typeof tenant | typeof live, text: string) => {
      const wanted = [...of.ofWord(own, text), ...of.ofPhone(own, text)];
      return wanted.some((hash) => stored.has(hash));
    };
    const live = { ...tenant, mode: 'live' as const };
    const other = { ...tenant, merchantId: '0190f3d2-7c7e-7cc3-a0ee-5d8a5a4a4a4b' };
    for (const text of ['ada@EXAMPLE.com', '0044 20 79460018', 'byr', 'ADA']) {
      expect([text, found(hashes, tenant, text)]).toEqual([text, true]);
      expect(found(hashes, live, text)).toBe(false);
      expect(found(hashes, other, text)).toBe(false);
      const otherKey = createPeopleHashes(new Uint8Array(32).fill(2));
      expect(found(otherKey, tenant, text)).toBe(false);
    }
  });

  it('are integers of 64 bits in order, which does not show what belongs together', () => {
    const found = hashes.of(tenant, person).map(BigInt);
    expect(found).toEqual(found.toSorted((a, b) => (a < b ? -1 : 1)));
    for (const hash of found) expect(BigInt.asIntN(64, hash)).toBe(hash);
  });

  it('are none where nothing is known', () => {
    expect(hashes.of(tenant, { recipient: null, destination: null })).toEqual([]);
    const short = { recipient: { name: ' ', phone: '12' }, destination: {} };
    expect(hashes.of(tenant, short)).toEqual([]);
    expect([...hashes.ofWord(tenant, '...'), ...hashes.ofPhone(tenant, '12')]).toEqual([]);
  });
});
