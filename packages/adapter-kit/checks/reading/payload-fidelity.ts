import {
  type CarrierAdapter,
  type CarrierReport,
  type Payload,
  parseJsonOrNull,
  type ReportedFact,
} from 'waybill/adapter';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
import type { Fixture } from './fixtures.ts';
import { factsIn, reportsIn, textsOf, withText } from './texts.ts';

const PROBLEMS_MAX = 3;

/**
 * Checks that everything in a report comes from its payload: nothing is truncated, omitted or made
 * up.
 */
export function payloadFidelityChecks({
  adapter,
  fixtures,
}: ReadSubject): readonly ConformanceCheck[] {
  const each = (problemsOf: (fixture: Fixture) => readonly string[]) => (): readonly string[] =>
    fixtures.flatMap((fixture) =>
      [...new Set(problemsOf(fixture))]
        .slice(0, PROBLEMS_MAX)
        .map((problem) => `${fixture.name}: ${problem}`),
    );
  return [
    {
      id: 'parse.whole-codes',
      title: 'passes on codes whole, as they are in the fixtures',
      skip: null,
      fix: 'parse.ts: never cut a code; an unknown one is for people to review.',
      problems: each(({ payload }) => cutCodeProblems(adapter, payload)),
    },
    {
      id: 'parse.stands',
      title: 'passes on the seconds, offsets, estimates and linked numbers in its fixtures',
      skip: null,
      fix: 'parse.ts: keep times as precise as they are, with their offset; pass on estimates and linked numbers only if the answer has them.',
      problems: each(({ payload }) => {
        const read = readPayload(payload);
        return (reportsIn(adapter, payload)?.reports ?? []).flatMap((report) => [
          ...report.facts.flatMap((fact) => [
            // A bridge may write an offset that it has guessed.
            ...(adapter.manifest.role === 'bridge' ? [] : droppedOffset(fact, read)),
            ...droppedSecond(fact, read),
          ]),
          ...madeUpEstimate(report, read),
          ...linkProblems(report, read, adapter.numbers.normalize),
        ]);
      }),
    },
  ];
}

/**
 * Finds codes that were cut out of a text. A code that is not in the answer is derived, or part of
 * a longer text: then it changes with that text.
 */
function cutCodeProblems(adapter: CarrierAdapter, payload: Payload): readonly string[] {
  const texts = textsOf(payload.text);
  const bare = new Set(texts.map(bareOf));
  const before = factsIn(adapter, payload);
  return before.flatMap(({ codes }, index) =>
    Object.entries(codes).flatMap(([key, code]) => {
      if (bare.has(bareOf(code))) return [];
      return texts
        .filter((text) => WORD.test(text) && bareOf(text).startsWith(bareOf(code)))
        .filter((text) => {
          const longer = `QZ${text}`;
          const after = factsIn(adapter, withText(payload, text, longer))[index]?.codes[key];
          return (
            after !== undefined && after !== longer && bareOf(longer).startsWith(bareOf(after))
          );
        })
        .map((text) => `the answer has ${key} "${code}" as "${text}"`);
    }),
  );
}

const WORD = /^[A-Z0-9_-]{2,24}$/i;

/** The payload's texts, numbers and member names, for searching. */
interface PayloadTexts {
  readonly bare: ReadonlySet<string>;
  readonly all: string;
}

function readPayload({ text }: Payload): PayloadTexts {
  const json = parseJsonOrNull(text);
  const texts: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value === 'string' || typeof value === 'number') texts.push(String(value).trim());
    else if (typeof value === 'object' && value !== null) {
      texts.push(...Object.keys(value));
      Object.values(value).forEach(visit);
    }
  };
  if (json === null) texts.push(...text.split(/<[^<>]*>/).map((each) => each.trim()));
  else visit(json.value);
  return { bare: new Set(texts.map(bareOf)), all: texts.join('\n') };
}

function bareOf(text: string): string {
  return text.toUpperCase().replaceAll(/[\s-]/g, '');
}

/**
 * Reports an offset that the adapter dropped: the payload has one directly after the fact's local
 * time.
 */
function droppedOffset(
  { time: { local, offsetMin } }: ReportedFact,
  texts: PayloadTexts,
): readonly string[] {
  if (local === null || local.length < 16 || offsetMin !== null) return [];
  const clock = `${local}(?::\\d\\d)?(?:\\.\\d+)?`;
  const offset = new RegExp(`${clock}(Z|[+-]\\d\\d:?\\d\\d)`).exec(texts.all);
  return offset === null ? [] : [`the answer has ${local} with the offset ${offset[1]}`];
}

/**
 * Reports seconds that the adapter dropped. Only a fact's identity may be rounded to the coarsest
 * source; `:00` does not count, because carriers without seconds write it.
 */
function droppedSecond(
  { time: { local, precision } }: ReportedFact,
  texts: PayloadTexts,
): readonly string[] {
  if (local === null || precision !== 'minute') return [];
  const second = new RegExp(`${local}:(?!00)\\d\\d(?!\\d)`).exec(texts.all);
  return second === null ? [] : [`the answer has ${local} as ${second[0]}`];
}

function madeUpEstimate({ snapshot }: CarrierReport, texts: PayloadTexts): readonly string[] {
  const date = snapshot.estimatedDelivery?.date;
  if (date === undefined || spellings(date).some((spelling) => spelling.test(texts.all))) return [];
  return [`an estimate of ${date}, which is not in the answer`];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * The ways in which carriers write a day: 2026-03-08, 20260308, 3/8/26, 08.03.2026, March 8, 8 Mar.
 */
function spellings(date: string): readonly RegExp[] {
  const [year = '', month = '', day = ''] = date.split('-');
  const [m, d] = [`0?${Number(month)}`, `0?${Number(day)}`];
  const name = `${MONTHS[Number(month) - 1]}[a-z]*`;
  const y = `(?:${year.slice(0, 2)})?${year.slice(2)}`;
  return [
    `${year}[-/.]?${month}[-/.]?${day}`,
    `(?<!\\d)(?:${m}[-/.]${d}|${d}[-/.]${m})[-/.]${y}(?!\\d)`,
    `(?:${name}\\.?[ -]+${d}|(?<!\\d)${d}\\.?[ -]+${name})(?!\\d)`,
  ].map((pattern) => new RegExp(pattern, 'i'));
}

function linkProblems(
  { trackingNumber, links }: CarrierReport,
  texts: PayloadTexts,
  normalize: (text: string) => string,
): readonly string[] {
  return links.flatMap(({ trackingNumber: number }) => {
    if (normalize(number) !== number) return [`linked number "${number}" is not normalized`];
    if (number === trackingNumber) return [`"${number}" is linked with itself`];
    return texts.bare.has(bareOf(number)) ? [] : [`linked number "${number}" is not in the answer`];
  });
}
