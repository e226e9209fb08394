import { describe, expect, it } from 'vitest';
import { errorText } from '../../platform/messages/error-text.ts';
import { createPasswords, passwordFault } from './passwords.ts';

const random = (length: number) => new Uint8Array(length).fill(length);
const FAST = { logN: 4, r: 8, p: 1 };

describe('passwords', () => {
  it('are stored as a hash that names its cost, and verified with that cost', async () => {
    const before = createPasswords(random, FAST);
    const stored = await before.hash('correct horse Ａ');
    expect(stored).toMatch(/^scrypt\$4\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    const now = createPasswords(random, { ...FAST, logN: 5 });
    // Typing does not matter: a full-width letter is the same letter.
    expect(await now.matches('correct horse A', stored)).toBe(true);
    expect(await now.matches('correct horse B', stored)).toBe(false);
    expect(await now.matches('anything', null)).toBe(false);
    expect(await now.matches('anything', 'nonsense')).toBe(false);
  });

  it('are worked on two at a time; when many wait, further ones are asked to come later', async () => {
    const passwords = createPasswords(random, FAST);
    const all = Array.from({ length: 30 }, () => passwords.matches('x', null));
    const outcomes = await Promise.allSettled(all);
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(8);
    // The queue has room again later.
    expect(await passwords.matches('x', null)).toBe(false);
  });

  it('are refused when they are easy to guess', () => {
    const email = 'maria.lopez@shop.example';
    for (const bad of ['short', 'aaaaaaaaaaaaaaaa', email, 'maria.lopez123', 'x'.repeat(201)]) {
      const fault = passwordFault(bad, email);
      expect([bad, fault && errorText(fault)]).toEqual([bad, expect.stringMatching(/^Choose/)]);
    }
    expect(passwordFault('four words are enough', email)).toBeNull();
  });
});
