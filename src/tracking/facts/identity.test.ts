import { describe, expect, it } from 'vitest';
import { hashIdentity } from './identity.ts';

describe('hashIdentity', () => {
  it('distinguishes lists that read alike when joined', () => {
    const alike = [
      ['1', 'ab', 'c'],
      ['1', 'a', 'bc'],
      ['1', 'abc'],
      ['1', 'abc', ''],
      ['1,"abc"'],
      ['1', 'ab","c'],
      [],
      [''],
    ];
    expect(new Set(alike.map(hashIdentity)).size).toBe(alike.length);
  });

  it('distinguishes broken surrogates, which UTF-8 would turn into one', () => {
    expect(hashIdentity(['\ud800'])).not.toBe(hashIdentity(['\ud801']));
    expect(hashIdentity(['\ud800'])).not.toBe(hashIdentity(['\ufffd']));
  });

  it('is 32 lower-case hex characters and the same in every release', () => {
    const hash = hashIdentity(['1', 'DL', '2026-03-02T14:12', '']);
    expect(hash).toMatch(/^[0-9a-f]{32}$/);
    // sha256('["1","DL","2026-03-02T14:12",""]'): stored identities must stay findable.
    expect(hash).toBe('d78b8944c181206e145a068b88cec16f');
  });
});
