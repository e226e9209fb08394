import { describe, expect, it } from 'vitest';
import { gs1CheckDigit } from './check-digit.ts';
import { lastDigit, type NumberFormat, readByFormats } from './number-formats.ts';

const FORMATS: readonly NumberFormat[] = [
  {
    format: 'summed',
    form: 'an EAN',
    shape: /^\d{13}$/,
    check: lastDigit(gs1CheckDigit),
    certainty: 0.8,
    certaintyFails: 0.1,
    but: 'So are books.',
  },
  { format: 'bare', form: 'a word', shape: /^[A-Z]{3}$/, certainty: 0.4 },
];

describe('readByFormats', () => {
  it('knows nothing of other forms', () => {
    expect(readByFormats(FORMATS, '')).toBeNull();
    expect(readByFormats(FORMATS, '400638133393')).toBeNull();
  });

  it('says which check digit there is and which there should be', () => {
    expect(readByFormats(FORMATS, '4006381333932')).toEqual({
      format: 'summed',
      certainty: 0.1,
      checkDigit: 'invalid',
      why: 'It has the form of an EAN, but its check digit is 2 and should be 1. So are books.',
    });
    expect(readByFormats(FORMATS, '4006381333931')).toEqual({
      format: 'summed',
      certainty: 0.8,
      checkDigit: 'valid',
      why: 'It has the form of an EAN, and its check digit 1 is right. So are books.',
    });
  });

  it('says that there is none to check', () => {
    expect(readByFormats(FORMATS, 'ABC')).toMatchObject({
      checkDigit: 'none',
      why: 'It has the form of a word, which has no check digit known to us.',
    });
  });
});

it('lastDigit checks nothing but digits', () => {
  expect(lastDigit(gs1CheckDigit)('12A')).toBeNull();
  expect(lastDigit(gs1CheckDigit)('1')).toBeNull();
});
