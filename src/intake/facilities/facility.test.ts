import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FACILITY_TEXT_CHARS_MAX, matchKey } from './facility.ts';

describe('matchKey', () => {
  it.each([
    [' Köln-Bonn,  Hub ', 'KOLN BONN HUB'],
    ['KÖLN/BONN HUB', 'KOLN BONN HUB'],
    ['0992', '0992'],
    ['Straße 7', 'STRASSE 7'],
    ['東京 HUB', '東京 HUB'],
    ['—', ''],
  ])('reads %s as %s', (text, key) => {
    expect(matchKey(text)).toBe(key);
  });

  it('keeps leading zeros: they are another building', () => {
    expect(matchKey('0992')).not.toBe(matchKey('992'));
  });

  it('of a key is the key, is bounded, and contains no line feed, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        const key = matchKey(text);
        expect(matchKey(key)).toBe(key);
        expect(key.length).toBeLessThanOrEqual(FACILITY_TEXT_CHARS_MAX);
        expect(key).not.toMatch(/[\n\0]/);
      }),
    );
  });
});
