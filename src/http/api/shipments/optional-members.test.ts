import { expect, it } from 'vitest';
import { readMembers, readOptional } from './optional-members.ts';

const locale = (text: string) => readMembers('recipient', { locale: text }).kept['locale'];
const country = (text: string) => readMembers('destination', { country: text }).kept['country'];

it('leaves out what cannot be used, alone, and says why without quoting it', () => {
  const phone = '030 1234567 oder 0171 12345678 abends';
  const recipient = { name: 'A. Example', email: 'a@', phone, locale: 'Klingonisch' };
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

it('reads a locale as systems write it, and the name of a language', () => {
  const given = ['de_DE', 'pt_BR.UTF-8', 'de_DE@euro', 'zh-Hant-TW', 'pt-br', 'zh_Hans_CN'];
  expect(given.map(locale)).toEqual([
    'de-DE',
    'pt-BR',
    'de-DE',
    'zh-Hant-TW',
    'pt-BR',
    'zh-Hans-CN',
  ]);
  const others = [
    'german',
    'Deutsch',
    'English (US)',
    'français',
    'GER',
    'de-AT,de;q=0.9,en;q=0.8',
  ];
  expect(others.map(locale)).toEqual(['de', 'de', 'en', 'fr', 'de', 'de-AT']);
});

it('reads a country by its code or by its name in any language', () => {
  const given =
    'de DE,Germany DE,DEU DE,usa US,U.S.A. US,UK GB,U.K. GB,Österreich AT,États-Unis US,Países Bajos NL,' +
    'Deutschland DE,Niemcy DE,Magyarország HU,日本 JP,Россия RU,Deutschland (DE) DE,DE - Germany DE,US-CA US';
  for (const each of given.split(',')) {
    const code = each.slice(-2);
    expect(country(each.slice(0, -3)), each).toBe(code);
  }
  for (const text of ['Atlantis', 'ZZ', 'Germany / France', 'constructor', '-']) {
    expect(country(text), text).toBeUndefined();
  }
});

it('reads the one mail address of a text', () => {
  const email = (text: string) => readMembers('recipient', { email: text }).kept['email'];
  for (const text of [
    'A. Example <a@example.com>',
    '"Example, A." <mailto:a@example.com>',
    'mailto:a@example.com?subject=Order',
    ' a@example.com. ',
    '<a@example.com>;',
    'a@example.com\u200b',
    'a @ example.com',
  ]) {
    expect(email(text), text).toBe('a@example.com');
  }
  for (const text of ['a@example.com, b@example.com', 'a@example', 'see order']) {
    expect(email(text), text).toBeUndefined();
  }
});

it('reads numbers and days that have one reading, and leaves alone what is too long or has several', () => {
  const body = {
    tracking_number: '1',
    order_id: 4711,
    service_level: 'x'.repeat(500),
    weight_g: '1200.0',
    promised_date: '24.12.2026',
    destination: { postal_code: 10115, city: 'y'.repeat(101), lat: '52,52', lng: '13.405' },
    recipient: { name: 'A. Example' },
  };
  const { kept, leftOut } = readOptional(body);
  expect(kept).toEqual({
    tracking_number: '1',
    order_id: '4711',
    weight_g: 1200,
    promised_date: '2026-12-24',
    destination: { postal_code: '10115', lat: 52.52, lng: 13.405 },
    recipient: { name: 'A. Example' },
  });
  expect(leftOut.map(({ field }) => field)).toEqual(['service_level', 'destination.city']);
  const days = ['12/24/2026', '24/12/2026', '2026-12-24T10:00:00+01:00', '2026/12/24', '20261224'];
  for (const day of days) {
    expect(readOptional({ promised_date: day }).kept, day).toEqual({ promised_date: '2026-12-24' });
  }
  for (const odd of [
    { promised_date: '03/04/2026' },
    { weight_g: '1.200' },
    { weight_g: '1,200' },
  ]) {
    expect(readOptional(odd)).toMatchObject({
      kept: {},
      leftOut: [{ field: Object.keys(odd)[0] }],
    });
  }
  const half = readOptional({ destination: { lat: 1, city: 'Berlin' } });
  expect(half).toMatchObject({ kept: { destination: { city: 'Berlin' } }, leftOut: [{}] });
});

it('reads the one phone number of a text', () => {
  const phone = (text: string) => readMembers('recipient', { phone: text }).kept['phone'];
  const texts = [
    '030/123 45-67',
    '+49 (0)30 1234567',
    'Tel.: (030) 1234567 (abends)',
    '\u202a+49‑30‑1234567\u202c',
    '+1 555 123 4567 ext. 89',
    '(555) 123-4567 x89',
    '0049 30 1234567',
    '4915112345678.0',
  ];
  expect(texts.map(phone)).toEqual([
    ...['030/123 45-67', '+49 (0)30 1234567', '(030) 1234567', '+49-30-1234567'],
    ...['+1 555 123 4567', '(555) 123-4567', '0049 30 1234567', '4915112345678'],
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
