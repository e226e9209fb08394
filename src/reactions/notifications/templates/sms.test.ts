import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../../../kernel/test-text.ts';
import { smsSize, smsText } from './sms.ts';
import { compileText } from './text-template.ts';
import { WITH_ADDRESSES } from './variable-names.ts';

const variants = (...sources: string[]) => sources.map((text) => compileText(text, WITH_ADDRESSES));
const nothing = () => null;

describe('an SMS', () => {
  it('is counted as networks count it', () => {
    expect(smsSize('a'.repeat(160))).toEqual({ alphabet: 'gsm', letters: 160, parts: 1 });
    expect(smsSize('a'.repeat(161)).parts).toBe(2);
    expect(smsSize('a'.repeat(307)).parts).toBe(3);
    expect(smsSize('€'.repeat(80))).toEqual({ alphabet: 'gsm', letters: 160, parts: 1 });
    expect(smsSize('я'.repeat(70))).toEqual({ alphabet: 'unicode', letters: 70, parts: 1 });
    expect(smsSize('я'.repeat(71)).parts).toBe(2);
    expect(smsSize('😀')).toEqual({ alphabet: 'unicode', letters: 2, parts: 1 });
  });

  it('is the longest variant of those that take the fewest', () => {
    const texts = variants('a'.repeat(170), 'b'.repeat(150), 'c');
    expect(smsText(texts, nothing)).toBe('b'.repeat(150));
    expect(smsText(variants('a'.repeat(300), 'b'.repeat(170)), nothing)).toBe('a'.repeat(300));
    expect(smsText(variants('a'.repeat(400), 'b'.repeat(170)), nothing)).toBe('b'.repeat(170));
  });

  it('writes letters that cost half the room as plain ones, but leaves another script alone', () => {
    expect(smsText(variants('Él está en São Paulo – “ça va” …'), nothing)).toBe(
      'Él esta en Sao Paulo - "ca va" ...',
    );
    expect(smsText(variants('Ihr Paket: Größe ñ ü'), nothing)).toBe('Ihr Paket: Größe ñ ü');
    expect(smsText(variants('Ваша посылка’'), nothing)).toBe('Ваша посылка’');
  });

  it('has one line and no control character, whatever is filled in', () => {
    const [template] = variants('[{merchant_name}: ]x {track_url}');
    if (template === undefined) throw new Error('there is one');
    fc.assert(
      fc.property(anyText(), (value) => {
        const text = smsText([template], () => value);
        expect(text).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202e]/u);
      }),
      { seed: 3 },
    );
  });
});
