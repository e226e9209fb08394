import { expect, it } from 'vitest';
import { numbersIn } from './several.ts';

const [A, B, C] = ['1Z999AA10123456784', '1Z999AA10123456793', '1Z999AA10123456802'];
const [F, G] = ['254899580324', '254899580335'];

it.each([
  ...[`${A} ${B}`, `${A}\n${B}`, `${A}\r\n${B}`, `${A}/${B}`, `${A} / ${B}`, `${A}, ${B}`],
  ...[`${A};${B}`, `${A} und ${B}`, `${A} & ${B}`, `${A} + ${B}`, `${A} - ${B}`, `${A}|${B}`],
  ...[`${A} (${B})`, `${A}<br/>${B}`, `${A}，${B}`, `${A}、${B}`, `${A}\t${B}`, `${A}${B}`],
  ...[`UPS ${A}, FedEx ${F}`, `1: ${A} 2: ${B}`, `${A} and also ${B}`, `${F}, ${G}`, `${F} ${G}`],
  ...[`${F}-${G}`, `${F} y ${G}`, 'RR123456785DE RR123456799DE', 'R1000, R1001', 'AB1234;AB1235'],
  ...['RR 123 456 785 DE RR 123 456 799 DE', 'RR 123 456 785 DE et RR 123 456 799 DE'],
  '9400 1118 9922 3197 4284 90, 9400 1118 9922 3197 4284 83',
  '9400 1118 9922 3197 4284 90 9400 1118 9922 3197 4284 83',
  ...[`https://www.ups.com/track?tracknum=${A},${B}`, `https://x.test/?n=${F}%2C${G}`],
  `https://www.ups.com/track?tracknum=${A} https://www.ups.com/track?tracknum=${B}`,
])('finds two numbers in %j', (text) => {
  expect(numbersIn(text)).toHaveLength(2);
});

it('returns each number in its own words, once', () => {
  expect(numbersIn(` ${A},${B}; ${C}\n${A} `)).toEqual([A, B, C]);
  expect(numbersIn('RR 123 456 785 DE, RR 123 456 799 DE')).toEqual([
    'RR 123 456 785 DE',
    'RR 123 456 799 DE',
  ]);
});

it.each([
  ...[A, ` ${A} `, '1Z 999 AA1 01 2345 6784', '1Z-999-AA1-01-2345-6784', `${A}, ${A}`],
  ...['RU 936 061 244 GB', '9400 1118 9922 3197 4284 90', '7946 4479 0501', `${A},`],
  ...['680000000000000000000017', '6800 0000 0000 0000 0000 0017', '0034043 4161094 015902'],
  ...['42010115 9400111202555842332607', '420101151234 9400111202555842332607'],
  ...[`${A}, 2 parcels`, `${A} / 24.12.2026`, `UPS: ${A}`, `${A} +49 171 1234567`, 'a, b', ''],
  ...[
    `Order 1001, ${A}`,
    `https://www.ups.com/track?tracknum=${A}&loc=de_DE`,
    '3SABCD1234567-NL-1234AB',
  ],
  ...[
    '0191e3a0-1234-7abc-89ab-0123456789ab',
    'https://x.test/track/ups/7/1Z999AA10123456784?a=1,2',
  ],
])('finds one number in %j', (text) => {
  expect(numbersIn(text)).toEqual([text]);
});
