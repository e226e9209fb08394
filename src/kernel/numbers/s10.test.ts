import { expect, it } from 'vitest';
import { postalItem } from './s10.ts';

it.each(['', 'RB123456785', 'R1123456785US', 'RB12345678US', 'RB123456785ZZ', 'RB123456785UK'])(
  'takes %s for no postal item',
  (number) => expect(postalItem(number)).toBeNull(),
);

it('knows the posts of all countries and says which check digit is wanted', () => {
  for (const country of ['US', 'DE', 'GB', 'CN', 'CV', 'CF', 'HK', 'XK', 'AN', 'TF', 'UN']) {
    const item = { country, digit: { found: '5', wanted: 5 } };
    expect(postalItem(`RB123456785${country}`)).toEqual(item);
  }
  expect(postalItem('RB123456786US')?.digit).toEqual({ found: '6', wanted: 5 });
});
