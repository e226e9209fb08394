import { expect, it } from 'vitest';
import { readMembers } from './optional-members.ts';

const locale = (text: string) => readMembers('recipient', { locale: text }).kept['locale'];
const country = (text: string) => readMembers('destination', { country: text }).kept['country'];

it('leaves out what cannot be used, alone, and says why without quoting it', () => {
  const phone = '030 1234567 oder 0171 12345678 abends';
  const recipient = { name: 'A. Example', email: 'a@', phone, locale: 'German' };
  expect(readMembers('recipient', recipient)).toEqual({
    kept: { name: 'A. Example' },
    leftOut: [
      expect.objectContaining({ field: 'recipient.email' }),
      { field: 'recipient.phone', reason: 'values.unusable', fix: 'shops.expectOnePhone' },
      { field: 'recipient.locale', reason: 'values.unusable', fix: 'shipments.useLanguageTag' },
    ],
  });
  const place = { city: 'Berlin', postal_code: null, line2: undefined, country: 'Atlantis' };
  const { kept, leftOut } = readMembers('destination', place);
  expect(kept).toEqual({ ...place, country: undefined });
  expect(leftOut).toMatchObject([{ field: 'destination.country' }]);
});

it('reads a locale as POSIX writes it', () => {
  expect(['de_DE', 'pt_BR.UTF-8', 'de_DE@euro', 'zh-Hant-TW'].map(locale)).toEqual([
    ...['de-DE', 'pt-BR', 'de-DE', 'zh-Hant-TW'],
  ]);
});

it('reads a country by its code or by its name in any of our languages', () => {
  const names = ['de', 'Germany', 'DEU', 'Österreich', 'États-Unis', 'Países Bajos', 'UK'];
  expect(names.map(country)).toEqual(['DE', 'DE', 'DE', 'AT', 'US', 'NL', 'GB']);
});

it('reads the one phone number of a text', () => {
  const phone = (text: string) => readMembers('recipient', { phone: text }).kept['phone'];
  const texts = [
    '030/123 45-67',
    '+49 (0)30 1234567',
    'Tel.: (030) 1234567 (abends)',
    '\u202a+49‑30‑1234567\u202c',
  ];
  expect(texts.map(phone)).toEqual([
    ...['030/123 45-67', '+49 (0)30 1234567', '(030) 1234567', '+49-30-1234567'],
  ]);
  for (const text of [
    '030 1234567 / 0171 12345678',
    '030 123456, 2. OG',
    'O30 1234567',
    '112',
    '-',
  ]) {
    expect(phone(text), text).toBeUndefined();
  }
});
