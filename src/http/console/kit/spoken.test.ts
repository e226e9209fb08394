import { expect, it } from 'vitest';
import { dateTexts } from './dates.ts';
import { localeFor } from './spoken.tsx';

it.each([
  ['/console', 'en-GB,en;q=0.9', '23:00'],
  ['/console', 'en-US,en-GB;q=0.9', '11:00 PM'],
  ['/console', 'en', '11:00 PM'],
  ['/console?lang=de', 'en-GB', '23:00'],
  ['/console?lang=en', 'de-AT, en-AU;q=0.5', '11:00 pm'],
])('writes times at %s by the region of %s', (url, language, expected) => {
  const locale = localeFor({ url, headers: { 'accept-language': language } });
  const words = { today: '', yesterday: '', tomorrow: '', localTime: () => '' };
  const { clock } = dateTexts(locale, { nowMs: 0, timeZone: 'UTC', words });
  expect(clock('2026-11-29T23:00:00Z').replaceAll(/\s/gu, ' ')).toBe(expected);
});
