/**
 * States by the first two digits of a ZIP code, from 00 on; `-`: they are of several, single
 * offices aside. Prefixes:
 * Labeling List L002 of the Postal Service.
 */
const ZIP_STATES = (
  '- MA - - ME VT CT NJ NJ - NY NY NY NY NY PA PA PA PA - - MD VA VA - WV WV NC NC SC ' +
  'GA GA FL FL FL AL AL TN - - KY KY KY OH OH OH IN IN MI MI IA IA IA WI WI MN MN SD ND MT ' +
  'IL IL IL MO MO MO KS KS NE NE LA - AR - OK TX TX TX TX TX CO CO WY - UT AZ AZ NM - NV ' +
  'CA CA CA CA CA CA - OR WA -'
).split(' ');

/** Provinces by the first letter of a postal code; X is of two territories. */
const CANADA: Readonly<Record<string, string>> = {
  ...{ A: 'NL', B: 'NS', C: 'PE', E: 'NB', G: 'QC', H: 'QC', J: 'QC', K: 'ON', L: 'ON', M: 'ON' },
  ...{ N: 'ON', P: 'ON', R: 'MB', S: 'SK', T: 'AB', V: 'BC', Y: 'YT' },
};

/**
 * The state or province of a postal area, the first two characters of its codes, as people there
 * abbreviate it; null: it is not certain, or the country has none that people name. Pure.
 *
 * @example stateOfArea('US', '78') // 'TX'
 */
export function stateOfArea(country: string, area: string): string | null {
  if (country === 'CA') return CANADA[area.charAt(0)] ?? null;
  const state = country === 'US' && /^\d\d$/.test(area) ? ZIP_STATES[Number(area)] : undefined;
  return state === undefined || state === '-' ? null : state;
}
