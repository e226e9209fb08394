import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../src/kernel/seeded-random.ts';
import { mutatePayload } from './odd-payloads.ts';

const mutants = (text: string) => {
  const random = randomFrom(1);
  return Array.from({ length: 50 }, () => mutatePayload(text, random));
};

describe('payloads are mutated', () => {
  it('as JSON, and stay JSON', () => {
    const made = mutants('{"a":[{"b":"c"}]}');
    for (const text of made) JSON.parse(text);
    expect(new Set(made).size).toBeGreaterThan(5);
  });

  it('as markup whose elements contain odd texts or are missing', () => {
    const made = mutants('<a x="1"><b>2</b><c>3</c></a>');
    expect(made.every((text) => /^<a x="1">.*<\/a>$/s.test(text))).toBe(true);
    expect(made.some((text) => !text.includes('<b>'))).toBe(true);
    expect(made.some((text) => text.includes('__proto__'))).toBe(true);
  });

  it('and left alone where they are neither', () => {
    expect(new Set(mutants('no payload'))).toEqual(new Set(['no payload']));
  });
});
