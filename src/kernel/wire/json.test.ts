import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJson } from './json.ts';

it('throws for what is not JSON, also with a long integer in it', () => {
  for (const text of [
    '',
    '[1 996003263000037805]',
    '{996003263000037805: 1}',
    '[0996003263000037805]',
  ]) {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  }
});

it.each([
  ['996003263000037805', '996003263000037805'],
  ['-9400111899223197428490', '-9400111899223197428490'],
  ['9007199254740993', '9007199254740993'],
  ['996003263000037805.00', '996003263000037805'],
  // Its digits are lost.
  ['9.4E+21', '9.4E+21'],
  ['1.23e17', '1.23e17'],
  ['-1E400', '-1E400'],
  // What a number can hold stays one.
  ['1.7E+12', 1.7e12],
  ['1000000000000000000.0', 1e18],
  ['9007199254740991', 9_007_199_254_740_991],
  ['1000000000000000000', 1e18],
  ['52.520008123456789012', 52.52000812345679],
])('reads %s with the digits that were sent', (text, value) => {
  expect(parseJson(text)).toBe(value);
  expect(parseJson(`{"a":[ 1,${text}]}`)).toEqual({ a: [1, value] });
});

it('changes nothing in strings and names', () => {
  const json = fc.json({ stringUnit: 'binary' });
  const odd = fc.stringMatching(/^(["\\:, -]|996003263000037805|9\.4E\+21){0,20}$/);
  fc.assert(
    fc.property(json, odd, (text, word) => {
      const quoted = JSON.stringify(word);
      const [value, inner, long] = parseJson(
        `[${text}, {${quoted}: ${quoted}}, 996003263000037805]`,
      ) as unknown[];
      expect(value).toEqual(JSON.parse(text));
      expect(inner).toEqual(JSON.parse(`{${quoted}: ${quoted}}`));
      expect(long).toBe('996003263000037805');
    }),
  );
});
