import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NumberRecogniser } from 'waybill/adapter';
import { randomFrom } from 'waybill/adapter/kit';
import type { ConformanceCheck, ReadSubject } from '../check.ts';

const DIGITS = Array.from('0123456789');
const LETTERS = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
/**
 * The largest share of wrong digits that may pass: a weak check digit lets one in ten pass, not one
 * in two.
 */
const PASSING_SHARE_MAX = 0.25;

const FIX = 'numbers.ts: see NumberRecogniser in contract/contract.ts.';

/** Above this certainty a number counts as the carrier's, whichever other carriers match. */
const CERTAIN = 0.9;
/**
 * The largest share of random numbers that may be recognised. With a prefix of two digits and a
 * check digit it is one in a thousand; with a check digit alone, one in ten.
 */
const CHANCE_MAX = 0.05;
const SEED = 20_261_121;
const LENGTHS = Array.from({ length: 27 }, (_, index) => index + 8);
const DRAWN_EACH = 300;

/** Texts for which no recogniser may throw. */
const ODD_NUMBERS = ['', ' ', '-', '\u0000', '１２３', '😀', 'constructor', '9'.repeat(10_000)];

/** Checks how the adapter recognises and normalizes numbers. */
export function numberChecks({
  adapter,
  fixtures,
  folder,
}: ReadSubject): readonly ConformanceCheck[] {
  const { numbers, manifest } = adapter;
  const isBridge = manifest.role === 'bridge';
  const fixtureNumbers = fixtures.flatMap(({ payload }) => {
    const outcome = adapter.parse(payload);
    if (outcome.outcome !== 'reports') return outcome.trackingNumbers;
    return outcome.reports
      .filter((report) => isBridge || report.carrier === undefined)
      .map((report) => report.trackingNumber);
  });
  const withCheckDigit = [...new Set(fixtureNumbers)].flatMap((number) =>
    numbers
      .recognise(number)
      .filter(({ checkDigit }) => checkDigit === 'valid')
      .map(({ format }) => ({ number, format })),
  );
  return [
    {
      id: 'numbers.normalize',
      fix: FIX,
      title: 'normalizes any text, changes nothing the second time, and adds no characters',
      skip: null,
      problems: () => [
        ...[...ODD_NUMBERS, ...fixtureNumbers].flatMap((text) => {
          const once = numbers.normalize(text);
          numbers.recognise(once);
          return numbers.normalize(once) === once ? [] : [`"${text.slice(0, 40)}" changes twice`];
        }),
        ...likeFixtures(fixtureNumbers).flatMap((text) => {
          const once = numbers.normalize(text);
          return isPartOf(once, text) ? [] : [`"${text}" becomes "${once}"`];
        }),
      ],
    },
    {
      id: 'numbers.fixtures',
      fix: FIX,
      title: isBridge
        ? 'recognises no number as its own, and reads any spelling'
        : 'recognises the numbers in its fixtures and in numbers.csv in any spelling',
      skip: null,
      problems: () => [
        ...wrongDigits(numbers, listedNumbers(folder)),
        ...[...fixtureNumbers, ...listedNumbers(folder)].flatMap((number) => [
          ...(numbers.recognise(number).length > 0 === isBridge
            ? [`${number} is ${isBridge ? 'recognised' : 'not recognised'}`]
            : []),
          ...(numbers.normalize(` ${spaced(number).toLowerCase()}`) === number
            ? []
            : [`${number} with blanks is another number`]),
        ]),
      ],
    },
    {
      id: 'numbers.certainty',
      fix: 'numbers.ts: return more than 0.9 only if prefix and check digit prove it, and at most 0.5 for plain digits.',
      title: 'is never certain about random digits',
      skip: null,
      problems: () => chanceProblems(numbers),
    },
    ...(withCheckDigit.length === 0
      ? []
      : [
          {
            id: 'numbers.check-digits' as const,
            fix: FIX,
            title: 'rejects numbers that differ in one digit',
            skip: null,
            problems: () =>
              withCheckDigit.flatMap(({ number, format }) =>
                neighbourProblems(numbers, number, format),
              ),
          },
        ]),
  ];
}

/** The published numbers that an adapter lists: the first column of `numbers.csv`, if there is one. */
function listedNumbers(folder: string): readonly string[] {
  const file = join(folder, 'numbers.csv');
  if (!existsSync(file)) return [];
  const [, ...rows] = readFileSync(file, 'utf8').trimEnd().split('\n');
  return rows.map((row) => row.split(',')[0] ?? '');
}

/** The published numbers whose check digits are wrong by the adapter's rule: the rule must be. */
function wrongDigits(numbers: NumberRecogniser, published: readonly string[]): readonly string[] {
  return published
    .filter((number) => {
      const found = numbers.recognise(number);
      return found.length > 0 && found.every(({ checkDigit }) => checkDigit === 'invalid');
    })
    .map((number) => `${number} is published, but its check digit is wrong by numbers.ts`);
}

/** Numbers of the fixtures' forms, with every letter and digit once in every place. */
function likeFixtures(fixtureNumbers: readonly string[]): readonly string[] {
  const shapes = new Set(
    fixtureNumbers.map((number) => number.replace(/\d/g, '0').replace(/[A-Z]/g, 'A')),
  );
  return [...shapes].flatMap((shape) =>
    LETTERS.map((letter, index) =>
      shape.replaceAll('A', letter).replaceAll('0', DIGITS[index % DIGITS.length] ?? '0'),
    ),
  );
}

/** Whether `part` is a subsequence of `whole`. */
function isPartOf(part: string, whole: string): boolean {
  let at = 0;
  for (const char of whole) if (char === part[at]) at += 1;
  return at === part.length;
}

function chanceProblems(numbers: NumberRecogniser): readonly string[] {
  const random = randomFrom(SEED);
  return LENGTHS.flatMap((length) => {
    const drawn = Array.from({ length: DRAWN_EACH }, () =>
      Array.from({ length }, () => String(random.below(10))).join(''),
    );
    const certain = drawn.filter((number) =>
      numbers.recognise(number).some(({ certainty }) => certainty > CERTAIN),
    );
    if (certain.length <= DRAWN_EACH * CHANCE_MAX) return [];
    return [
      `of ${DRAWN_EACH} drawn numbers of ${length} digits it is certain of ${certain.length}, ` +
        `such as ${certain[0]}`,
    ];
  });
}

function spaced(number: string): string {
  return number.replace(/(.{4})/g, '$1 ');
}

/** Changes one digit at a time: most changes must be detected, and every one of the check digit. */
function neighbourProblems(
  numbers: NumberRecogniser,
  number: string,
  format: string,
): readonly string[] {
  const passing: number[] = [];
  Array.from(number).forEach((digit, at) => {
    if (!DIGITS.includes(digit)) return;
    const passed = DIGITS.filter((other) => {
      if (other === digit) return false;
      const neighbour = number.slice(0, at) + other + number.slice(at + 1);
      const candidate = numbers.recognise(neighbour).find((found) => found.format === format);
      return candidate?.checkDigit === 'valid';
    });
    passing.push(passed.length);
  });
  const total = passing.reduce((sum, count) => sum + count, 0);
  const share = total / (passing.length * 9);
  return [
    ...(share > PASSING_SHARE_MAX ? [`${number} (${format}): ${total} neighbours pass`] : []),
    ...(passing.includes(0) ? [] : [`${number} (${format}): no digit is a check digit`]),
  ];
}
