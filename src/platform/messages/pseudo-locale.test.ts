import { expect, it } from 'vitest';
import { argumentsOf, formatterOf } from './format-text.ts';
import { plainWords, pseudoMessage } from './test-pseudo-locale.ts';

it('keeps the arguments of a message, and leaves no plain word', () => {
  const english = "{name} sent {count, plural, one {# parcel} other {# parcels}} to '{x}'";
  const pseudo = pseudoMessage(english);
  expect(argumentsOf(pseudo)).toEqual(argumentsOf(english));
  const text = formatterOf(pseudo, 'en')({ name: '4711', count: 1200 });
  expect(plainWords(text)).toEqual([]);
  expect(text).toMatch(/^4711 šéñţ· 1,200 þáŕçéļš··/);
});
