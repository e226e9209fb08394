import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  looseBoolean,
  looseCode,
  looseList,
  looseNumber,
  looseObject,
  looseText,
  parseJsonOrNull,
} from './loose.ts';

const JUNK = [undefined, null, {}, [], true, '', '  ', '\u0000', Number.NaN];

describe('reading loosely', () => {
  it('takes junk as absent and never throws', () => {
    for (const junk of JUNK) {
      expect(looseText.parse(junk)).toBeUndefined();
      expect(looseCode.parse(junk)).toBeUndefined();
      expect(looseNumber.parse(junk)).toBeUndefined();
      expect(looseList(looseText, 3).parse({ junk })).toEqual([]);
    }
    for (const junk of [undefined, null, {}, [], 2, '', 'nein']) {
      expect(looseBoolean.parse(junk)).toBeUndefined();
    }
    for (const junk of [undefined, null, 1, 'x', []]) {
      expect(looseObject({ a: looseText }).parse(junk)).toBeUndefined();
    }
  });

  it('keeps out what the database cannot hold', () => {
    expect(looseText.parse('a\u0000b\ud800')).toBe('a b');
    const cut = looseText.parse(`${'x'.repeat(499)}😀`);
    expect(cut).toBe('x'.repeat(499));
  });

  it('removes characters that would reverse the surrounding words, and invisible ones in a code', () => {
    expect(looseText.parse('\u202elive \u2066a\u2069')).toBe('live  a');
    // A joiner is part of how Persian is written.
    expect(looseText.parse('می\u200cشود')).toBe('می\u200cشود');
    expect(looseCode.parse('\u202eO\u200bD\u2066')).toBe('OD');
    expect(looseCode.parse('\u200b')).toBeUndefined();
  });

  it('cuts long text but drops long codes', () => {
    expect(looseText.parse('y'.repeat(2_000))).toHaveLength(500);
    expect(looseCode.parse('y'.repeat(65))).toBeUndefined();
    expect(looseCode.parse(' 2Q ')).toBe('2Q');
    expect(looseCode.parse(11)).toBe('11');
  });

  it('reads numbers and booleans that are written as text', () => {
    expect(looseNumber.parse('21.5')).toBe(21.5);
    expect(looseNumber.parse('1e999')).toBeUndefined();
    for (const no of [false, 'false', ' No ', 'N', 'off', '0', 0]) {
      expect(looseBoolean.parse(no)).toBe(false);
    }
    for (const yes of [true, 'TRUE', 'yes', '1', 1]) expect(looseBoolean.parse(yes)).toBe(true);
  });

  it('holds the place of a broken item and reads one more than allowed', () => {
    const list = looseList(z.object({ a: looseText }), 2);
    expect(list.parse([{ a: '1' }, 7])).toEqual([{ a: '1' }, null]);
    expect(list.parse([{}, {}, {}, {}])).toHaveLength(3);
  });

  it('takes an object in the place of a list for its only item', () => {
    const list = looseList(z.object({ a: looseText }), 2);
    expect(list.parse({ a: '1' })).toEqual([{ a: '1' }]);
    expect(z.object({ list }).parse({})).toEqual({ list: [] });
    for (const nothing of [{}, null, 7, 'text']) expect(list.parse(nothing)).toEqual([]);
  });

  it('misses members without failing the object around them', () => {
    const shape = z.object({ a: looseText, list: looseList(looseText, 2) });
    expect(shape.parse({})).toEqual({ list: [] });
  });
});

describe('parseJsonOrNull', () => {
  it('returns null for invalid JSON, however deep', () => {
    for (const text of ['', ' ', '{', '[1,]', 'nope', '['.repeat(100_000)]) {
      expect(parseJsonOrNull(text)).toBeNull();
    }
  });

  it('skips a byte order mark and leaves prototypes alone', () => {
    expect(parseJsonOrNull('\uFEFF{"a":1}')).toEqual({ value: { a: 1 } });
    parseJsonOrNull('{"__proto__":{"polluted":true}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
