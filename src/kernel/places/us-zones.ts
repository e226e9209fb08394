/**
 * Zones of United States ZIP codes, where the first three digits settle it. Ranges that a zone
 * border runs through are left out on purpose: a wrong zone would be worse than none.
 * Borders: 49 CFR part 71 (Standard Time Zone Boundaries); prefixes: Labeling List L002 of the
 * Postal Service.
 */
export type ZipRange = readonly [from: number, to: number, zone: string];

export const EASTERN = 'America/New_York';
export const CENTRAL = 'America/Chicago';
export const MOUNTAIN = 'America/Denver';
export const PACIFIC = 'America/Los_Angeles';
const INDIANA = 'America/Indiana/Indianapolis';
const PHOENIX = 'America/Phoenix';
const ANCHORAGE = 'America/Anchorage';

/**
 * By the first three digits. Left out, with the reason: 090–098, 340, 962–966 military;
 * 324 FL (Port St. Joe); 368 AL (Phenix City keeps Georgia's time); 373, 377 TN; 401, 425–427 KY;
 * 465, 469, 475, 479 IN; 498–499 MI; 575–576 SD; 585–588 ND; 677–678 KS; 690–692 NE; 798 TX;
 * 835 ID; 860, 865 AZ (Navajo Nation); 898 NV (West Wendover); 979 OR (Malheur County);
 * 995, 999 AK (Adak, Hyder); 969 (several island states).
 */
export const ZIP3_ZONES: readonly ZipRange[] = [
  [5, 5, EASTERN],
  [6, 7, 'America/Puerto_Rico'],
  [8, 8, 'America/St_Thomas'],
  [9, 9, 'America/Puerto_Rico'],
  [10, 89, EASTERN],
  [100, 323, EASTERN],
  [325, 325, CENTRAL],
  [326, 339, EASTERN],
  [341, 349, EASTERN],
  [350, 367, CENTRAL],
  [369, 372, CENTRAL],
  [374, 374, EASTERN],
  [375, 375, CENTRAL],
  [376, 376, EASTERN],
  [378, 379, EASTERN],
  [380, 397, CENTRAL],
  [398, 400, EASTERN],
  [402, 418, EASTERN],
  [420, 424, CENTRAL],
  [430, 459, EASTERN],
  [460, 462, INDIANA],
  [463, 464, CENTRAL],
  [466, 468, INDIANA],
  [470, 474, INDIANA],
  [476, 477, CENTRAL],
  [478, 478, INDIANA],
  [480, 497, 'America/Detroit'],
  [500, 528, CENTRAL],
  [530, 567, CENTRAL],
  [570, 574, CENTRAL],
  [577, 577, MOUNTAIN],
  [580, 584, CENTRAL],
  [590, 599, MOUNTAIN],
  [600, 676, CENTRAL],
  [679, 689, CENTRAL],
  [693, 693, MOUNTAIN],
  [700, 797, CENTRAL],
  [799, 831, MOUNTAIN],
  [832, 834, 'America/Boise'],
  [836, 837, 'America/Boise'],
  [838, 838, PACIFIC],
  [840, 847, MOUNTAIN],
  [850, 857, PHOENIX],
  [859, 859, PHOENIX],
  [863, 864, PHOENIX],
  [870, 885, MOUNTAIN],
  [889, 897, PACIFIC],
  [900, 961, PACIFIC],
  [967, 968, 'Pacific/Honolulu'],
  [970, 978, PACIFIC],
  [980, 994, PACIFIC],
  [996, 998, ANCHORAGE],
];

/** By all five digits, where three do not settle it; these win. */
export const ZIP5_ZONES: readonly ZipRange[] = [
  [96799, 96799, 'Pacific/Pago_Pago'],
  [96910, 96932, 'Pacific/Guam'],
  [96950, 96952, 'Pacific/Saipan'],
  [99501, 99545, ANCHORAGE],
];

/** Zones a state has; one means that the state alone settles it. */
export const STATE_ZONES: Readonly<Record<string, readonly string[]>> = {
  ...sameZone(EASTERN, 'CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV'),
  ...sameZone(CENTRAL, 'AR IA IL LA MN MO MS OK WI'),
  ...sameZone(MOUNTAIN, 'CO MT NM UT WY'),
  ...sameZone(PACIFIC, 'CA WA'),
  AK: [ANCHORAGE, 'America/Adak'],
  AL: [CENTRAL, EASTERN],
  AS: ['Pacific/Pago_Pago'],
  AZ: [PHOENIX, MOUNTAIN],
  FL: [EASTERN, CENTRAL],
  GU: ['Pacific/Guam'],
  HI: ['Pacific/Honolulu'],
  ID: ['America/Boise', PACIFIC],
  IN: [INDIANA, CENTRAL],
  KS: [CENTRAL, MOUNTAIN],
  KY: [EASTERN, CENTRAL],
  MI: ['America/Detroit', CENTRAL],
  MP: ['Pacific/Saipan'],
  ND: [CENTRAL, MOUNTAIN],
  NE: [CENTRAL, MOUNTAIN],
  NV: [PACIFIC, MOUNTAIN],
  OR: [PACIFIC, MOUNTAIN],
  PR: ['America/Puerto_Rico'],
  SD: [CENTRAL, MOUNTAIN],
  TN: [CENTRAL, EASTERN],
  TX: [CENTRAL, MOUNTAIN],
  VI: ['America/St_Thomas'],
};

function sameZone(zone: string, states: string): Record<string, readonly string[]> {
  return Object.fromEntries(states.split(' ').map((state) => [state, [zone]]));
}
