import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { shippedPackages } from '../../../src/adapters/index.ts';
import {
  gs1CheckDigit,
  mod7CheckDigit,
  mod10CheckDigit,
  s10CheckDigit,
} from '../../../src/kernel/numbers/check-digit.ts';

/** A text that somebody may paste, with the carriers that may be meant; none: nobody's number. */
export interface LabelledNumber {
  readonly text: string;
  readonly carriers: readonly string[];
  readonly kind: string;
}

/**
 * Numbers that carriers and others publish for tests, by their source:
 * jkeen/tracking_number_data (`couriers/*.json`, the numbers its tests call valid), FedEx's API
 * reference guide (mock numbers), UPS-API/api-documentation (test numbers and examples), USPS/
 * api-examples, DHL's MyDHL 3.1.1 specification and developer.dhl.com (test shipments).
 */
const PUBLISHED: Readonly<Record<string, readonly string[]>> = {
  fedex: [
    '986578788855 477179081230 799531274483 790535312317 974367662710',
    '1001921334250001000300779017972697 1001921380360001000300639585804382',
    '1001901781990001000300617767839437 1002297871540001000300790695517286',
    '61299998820821171811 9261292700768711948021 041441760228964 568283610012000 568283610012734',
    '000123450000000027 9611020987654312345672',
    '9622001900000000000000776632517510 9622001560000000000000794808390594',
    '9622001560001234567100794808390594 9632001560123456789900794808390594',
    '449044304137821 149331877648230 020207021381215 403934084723025 920241085725456',
    '568838414941 039813852990618 231300687629630 797806677146 377101283611590 852426136339213',
    '797615467620 957794015041323 076288115212522 581190049992 122816215025810 843119172384577',
    '070358180009382 713062653486 02394653001023698293 61292701078443410536',
    '61292700726653585070 02394653018047202719',
  ],
  ups: [
    '1Z5R89390357567127 1Z879E930346834440 1Z410E7W0392751591 1Z8V92A70367203024',
    '1ZXX3150YW44070023 1Z999AA10123456784 1ZCIETST0111111114 1ZCIETST0422222228',
    '1Z4096YY0316914058 1Z6568YY1200043419 1Z023E2X0214323462 92748999955488513006484872',
  ],
  usps: [
    '03071790000523483741 71123456789123456787 4201002334249200190132607600833457',
    '4201028200009261290113185417468510 420221539101026837331000039521 71969010756003077385',
    '9505511069605048600624 9101123456789000000013 92748931507708513018050063',
    '9400111201080805483016 9361289878700317633795 9405803699300124287899 RB123456785US',
    '420221539400111899223197428490 9400111202555842332607',
  ],
  dhl: [
    '3318810025 73891051146 8487135506 1099255990 3821724944 3318810036 3318810014',
    'JJD0099999999 JVGL0999999990 GM2951173225174494 GM295117494011169042',
    '9356579890 4818240420 5584773180 00340434292135100124 00340434161094015902',
    'RB123456785DE 01030E092806011E001E',
  ],
  // Of couriers/canadapost.json, and of the example of Get Tracking Details.
  'canada-post': ['0073938000549297 1371134583769923'],
};

/** Numbers of carriers without an adapter, from the same list. */
const PUBLISHED_OF_CATALOGUE: Readonly<Record<string, readonly string[]>> = {
  'amazon-shipping': [
    'TBA000000000000 TBA010000000000 TBC000000000000 TBM502887274000 C1004444443',
  ],
  canpar: ['D576002440000001718010 L576002440000000001004 S576002440000000004001'],
  dpd: ['008182709980000020033350276C 008182709980000020045327276N 09980000020033F'],
  gofo: ['GFUS01011884214464 GFUS01011884214272'],
  'landmark-global': ['LTN74207623N1 LTN74209518N1'],
  lasership: [
    'LX17635036 LI12979072 1LS717793482164 1LS724505321754 1LS7119013618127-1 1LSCXVE0058631Y',
  ],
  'old-dominion': ['07209562763 77767553207 77806528897 78045768393 80003280379 80993847369'],
  ontrac: ['C11031500001879 C10999911320231 C11121552953069 D10011354453707 D10011345983010'],
  purolator: [
    '320595463938 320606146993 287809468872 320610804900 331426749957 331434972567 KYV009956937',
  ],
  'spee-dee': ['SP029692510000920746 SP029692450001607639'],
  yodel: ['JJD0002257639032011 JD0002242617644732'],
  yunexpress: ['YT2229521272164446'],
  'royal-mail': ['RB123456785GB'],
  'correios-cabo-verde': ['RB123456785CV'],
  'central-african-rep-post': ['RB123456785CF'],
};

/** Texts pasted into such fields that are no carrier's number. */
const OTHERS: readonly string[] = [
  // Invalid numbers from the same sources, with a wrong check digit or prefix.
  '996578788855 1001901781990001000300617767839438 9261292700768711948020 568283610012732',
  '000000000000000001 9600000000000000000001 9622001560001234567100794808390595',
  '2Z5R89390357567127 1A5R89390357567127 1Z1111111111111111 03071790000523483742',
  '4201028200009261290113185417468511 9200000000000000000000 3318810010 3318810034 73891051149',
  'XJD0099999998 GS295117494011169041 GR295117494011169045 RB123456786US RB123456785XX',
  '008182709980000020033350276A 09980000020033D C11031500001889 D10011345983012 07209562773',
  'TBA50288727400A LX17635036N C10000000000000 JC0002254405060992 0073938000549292',
  '4006381333931 9783161484100 978-3-16-148410-0 036000291452 73513537 10614141000415',
  '+15035550100 5035550100 (503)555-0100 +49301234567 030/1234567 2026-03-14 14.03.2026',
  '378282246310005 4111111111111111 490154203237518 DE89370400440532013000 GB82WEST12345698765432',
  '#1001 1001 ORDER-1001 PO-2026-000123 112-1234567-1234567 R123456789 SKU1234567 97205-1234 10115',
  'hello null undefined 00000000-0000-0000-0000-000000000000 550e8400-e29b-41d4-a716-446655440000',
  '127.0.0.1 a@example.com 3.14159265358979 0x1Z999AA10123456784 999999999999999999999999',
];

const SEED = 20_260_314;
/** Of each kind that is made. */
const MADE = 100;

/** All of them: published, generated by each format's rules with seeded randomness, and decoys. */
export function labelledNumbers(): readonly LabelledNumber[] {
  const random = seeded(SEED);
  const packaged = shippedPackages().flatMap(numbersOfPackage);
  const words = (texts: readonly string[]) => texts.flatMap((text) => text.split(' '));
  return [
    ...Object.entries(PUBLISHED).flatMap(([carrier, texts]) =>
      words(texts).map((text) => ({ text, carriers: [carrier], kind: 'published' })),
    ),
    ...packaged,
    ...Object.entries(PUBLISHED_OF_CATALOGUE).flatMap(([carrier, texts]) =>
      words(texts).map((text) => ({ text, carriers: [carrier], kind: 'published_of_catalogue' })),
    ),
    ...words(OTHERS)
      .filter((text) => !packaged.some((own) => own.text === text))
      .map((text) => ({ text, carriers: [], kind: 'decoy' })),
    ...Object.entries(KINDS).flatMap(([kind, { carriers, make }]) =>
      Array.from({ length: MADE }, () => ({ text: make(random), carriers, kind })),
    ),
  ];
}

const PACKAGES = fileURLToPath(new URL('../../../packages/carriers/', import.meta.url));

/** The numbers in a package's `numbers.csv`. */
function numbersOfPackage(carrier: string): readonly LabelledNumber[] {
  const file = `${PACKAGES}${carrier}/numbers.csv`;
  if (!existsSync(file)) return [];
  const [, ...rows] = readFileSync(file, 'utf8').trimEnd().split('\n');
  return rows.map((row) => ({
    text: row.split(',')[0] ?? '',
    carriers: [carrier],
    kind: 'published',
  }));
}

/** A whole number below `limit`. */
type Random = (limit: number) => number;

interface Kind {
  readonly carriers: readonly string[];
  readonly make: (random: Random) => string;
}

const digits = (random: Random, count: number) =>
  Array.from({ length: count }, () => random(10)).join('');
const letters = (random: Random, count: number) =>
  Array.from({ length: count }, () => String.fromCharCode(65 + random(26))).join('');
const either = (random: Random, all: string) => all.split(' ')[random(all.split(' ').length)] ?? '';
const values = (text: string) => Array.from(text, Number);
const gs1 = (text: string) => `${text}${gs1CheckDigit(values(text))}`;

/** FedEx Express, as the sum is published: 3, 1, 7 from the left over eleven digits. */
function express(text: string): string {
  const sum = values(text).reduce(
    (total, digit, at) => total + digit * ([3, 1, 7][at % 3] ?? 0),
    0,
  );
  return `${text}${(sum % 11) % 10}`;
}

function oneZ(random: Random): string {
  const body = `${letters(random, 2)}${digits(random, 4)}${either(random, '01 02 03 12 YW A8')}${digits(random, 7)}`;
  const sum = Array.from(body).reduce((total, char, at) => {
    const value = char >= 'A' ? (char.charCodeAt(0) - 3) % 10 : Number(char);
    return total + value * (at % 2 === 0 ? 1 : 2);
  }, 0);
  return `1Z${body}${(10 - (sum % 10)) % 10}`;
}

function s10(random: Random, country: string): string {
  const serial = digits(random, 8);
  return `${either(random, 'RR RB CP EE LX UA CQ')}${serial}${s10CheckDigit(values(serial))}${country}`;
}

function identcode(random: Random): string {
  const body = digits(random, 11);
  const sum = values(body).reduce((total, digit, at) => total + digit * (at % 2 === 0 ? 4 : 9), 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
}

function luhn(text: string): string {
  const sum = values(text).reduceRight((total, digit, at) => {
    const doubled = (text.length - at) % 2 === 1 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return `${text}${(10 - (sum % 10)) % 10}`;
}

/** OnTrac, whose sum has a 4 or 5 in front that the number does not show. */
function ontrac(random: Random): string {
  const [letter, hidden] = random(2) === 0 ? ['C', '4'] : ['D', '5'];
  const body = `1${digits(random, 12)}`;
  return `${letter}${body}${mod10CheckDigit(values(`${hidden}${body}`), [2, 1])}`;
}

/** Posts by the country in their numbers. */
const POSTS: Readonly<Record<string, string>> = {
  AU: 'australia-post',
  BR: 'correios-br',
  CN: 'china-post',
  DK: 'postnord',
  FR: 'la-poste',
  GB: 'royal-mail',
  HK: 'hong-kong-post',
  JP: 'japan-post',
  NL: 'postnl',
  NO: 'posten-bring',
  SE: 'postnord',
  SG: 'singapore-post',
};

const KINDS: Readonly<Record<string, Kind>> = {
  fedex_12: { carriers: ['fedex'], make: (r) => express(digits(r, 11)) },
  fedex_15: { carriers: ['fedex'], make: (r) => gs1(digits(r, 14)) },
  fedex_96: { carriers: ['fedex'], make: (r) => `9611020${gs1(digits(r, 14))}` },
  fedex_34: {
    carriers: ['fedex'],
    make: (r) => `1001${digits(r, 16)}00${express(digits(r, 11))}`,
  },
  fedex_ground_economy: {
    carriers: ['fedex'],
    make: (r) => gs1(`926129270${digits(r, 12)}`).slice(2),
  },
  // The post delivers these, so both answers are right.
  fedex_ground_economy_post: {
    carriers: ['fedex', 'usps'],
    make: (r) => gs1(`926129270${digits(r, 12)}`),
  },
  fedex_door_tag: { carriers: ['fedex'], make: (r) => `DT${digits(r, 12)}` },
  ups_1z: { carriers: ['ups'], make: oneZ },
  ups_waybill: { carriers: ['ups'], make: (r) => `${either(r, 'H K T')}${digits(r, 10)}` },
  ups_mail_innovations: { carriers: ['ups'], make: (r) => gs1(`927489999${digits(r, 16)}`) },
  ups_mail_innovations_id: { carriers: ['ups'], make: (r) => `MI${digits(r, 16)}` },
  ups_freight: { carriers: ['ups'], make: (r) => digits(r, 9) },
  usps_22: {
    carriers: ['usps'],
    make: (r) => gs1(`${either(r, '9400 9405 9407 9205 9208 9302 9505')}${digits(r, 17)}`),
  },
  usps_26: { carriers: ['usps'], make: (r) => gs1(`9400${digits(r, 21)}`) },
  usps_routed: {
    carriers: ['usps'],
    make: (r) => `420${digits(r, 5)}${gs1(`9405${digits(r, 17)}`)}`,
  },
  usps_routed_zip9: {
    carriers: ['usps'],
    make: (r) => `420${digits(r, 9)}${gs1(`9405${digits(r, 17)}`)}`,
  },
  usps_20: { carriers: ['usps'], make: (r) => gs1(`70${digits(r, 17)}`) },
  usps_s10: { carriers: ['usps'], make: (r) => s10(r, 'US') },
  dhl_express: {
    carriers: ['dhl'],
    make: (r) => {
      const body = `${1 + r(9)}${digits(r, 8)}`;
      return `${body}${mod7CheckDigit(values(body))}`;
    },
  },
  dhl_piece: { carriers: ['dhl'], make: (r) => `JD01${digits(r, 16)}` },
  dhl_licence_plate: { carriers: ['dhl'], make: (r) => `JJD01${digits(r, 16)}` },
  dhl_parcel_de: { carriers: ['dhl'], make: (r) => gs1(`00340434${digits(r, 11)}`) },
  dhl_identcode: { carriers: ['dhl'], make: identcode },
  dhl_parcel_nl: { carriers: ['dhl'], make: (r) => `JVGL${digits(r, 20)}` },
  dhl_gm: { carriers: ['dhl'], make: (r) => `GM${digits(r, 16)}` },
  dhl_impb: { carriers: ['dhl', 'usps'], make: (r) => gs1(`93612109124${digits(r, 10)}`) },
  dhl_s10: { carriers: ['dhl'], make: (r) => s10(r, 'DE') },
  canada_post_16: { carriers: ['canada-post'], make: (r) => gs1(digits(r, 15)) },
  canada_post_s10: { carriers: ['canada-post'], make: (r) => s10(r, 'CA') },
  sandbox: { carriers: ['sandbox'], make: (r) => ((n) => `EZ${n}00000000${n}`)(1 + r(7)) },

  ...Object.fromEntries(
    Object.entries(POSTS).map(([country, carrier]) => [
      `s10_${country}`,
      { carriers: [carrier], make: (r: Random) => s10(r, country) },
    ]),
  ),
  other_s10_mistyped: { carriers: [], make: (r) => `RR${digits(r, 9)}${either(r, 'GB CN NL FR')}` },
  postnl: { carriers: ['postnl'], make: (r) => `3S${letters(r, 4)}${digits(r, 9)}` },
  yodel: { carriers: ['yodel'], make: (r) => `${either(r, 'JD JJD')}0002${digits(r, 12)}` },
  dpd_14: { carriers: [], make: (r) => digits(r, 14) },
  gls_11: { carriers: ['gls'], make: (r) => digits(r, 11) },
  purolator: { carriers: ['purolator'], make: (r) => luhn(`3${digits(r, 10)}`) },
  amazon: { carriers: ['amazon-shipping'], make: (r) => `TBA${digits(r, 12)}` },
  ontrac: { carriers: ['ontrac'], make: ontrac },
  lasership: { carriers: ['lasership'], make: (r) => `1LS7${1 + r(2)}${digits(r, 10)}` },
  old_dominion: {
    carriers: ['old-dominion'],
    make: (r) => luhn(`${either(r, '072 777 778 780')}${digits(r, 7)}`),
  },
  canpar: { carriers: ['canpar'], make: (r) => `D${digits(r, 21)}` },
  hermes_16: { carriers: ['hermes-de'], make: (r) => `H${digits(r, 19)}` },
  cainiao: { carriers: [], make: (r) => `LP00${digits(r, 12)}` },
  yun_express: { carriers: ['yunexpress'], make: (r) => `YT${digits(r, 16)}` },
  sscc: { carriers: [], make: (r) => gs1(`003${digits(r, 16)}`) },
  sscc_18: { carriers: [], make: (r) => gs1(`3${digits(r, 16)}`) },
  ean_13: { carriers: [], make: (r) => gs1(`40${digits(r, 10)}`) },
  upc_12: { carriers: [], make: (r) => gs1(digits(r, 11)) },
  imei_15: { carriers: [], make: (r) => luhn(`35${digits(r, 12)}`) },
  card_15: { carriers: [], make: (r) => luhn(`37${digits(r, 12)}`) },
  card_16: { carriers: [], make: (r) => luhn(`4${digits(r, 14)}`) },
  phone: { carriers: [], make: (r) => `${2 + r(8)}${digits(r, 9)}` },
  order_7: { carriers: [], make: (r) => digits(r, 7) },
  order_9: { carriers: [], make: (r) => digits(r, 9) },
  order_10: { carriers: [], make: (r) => digits(r, 10) },
  order_12: { carriers: [], make: (r) => digits(r, 12) },
  order_15: { carriers: [], make: (r) => digits(r, 15) },
  order_20: { carriers: [], make: (r) => digits(r, 20) },
  order_22: { carriers: [], make: (r) => digits(r, 22) },
  order_34: { carriers: [], make: (r) => digits(r, 34) },
  order_letters: { carriers: [], make: (r) => `${letters(r, 3)}${digits(r, 7)}` },
  any_letters: { carriers: [], make: (r) => letters(r, 3 + r(20)) },
  any_mixture: {
    carriers: [],
    make: (r) =>
      Array.from({ length: 8 + r(16) }, () => (r(2) === 0 ? digits(r, 1) : letters(r, 1))).join(''),
  },
  // A good number with one mistyped digit: no carrier's, whatever it looks like.
  mistyped_1z: { carriers: [], make: (r) => mistyped(oneZ(r)) },
  mistyped_22: { carriers: [], make: (r) => mistyped(gs1(`9400${digits(r, 17)}`)) },
  mistyped_sscc: { carriers: [], make: (r) => mistyped(gs1(`00340434${digits(r, 11)}`)) },
};

function mistyped(number: string): string {
  return `${number.slice(0, -1)}${(Number(number.at(-1)) + 3) % 10}`;
}

/** Mulberry32, public domain by its author. */
function seeded(seed: number): Random {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * limit);
  };
}
