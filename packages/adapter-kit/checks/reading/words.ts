import { isDeepStrictEqual } from 'node:util';
import type { ReportedFact } from 'waybill/adapter';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
import { parseSafely } from '../outcome.ts';
import type { Fixture } from './fixtures.ts';
import { factsIn, textsOf, withText } from './texts.ts';

/** Carriers' texts about parcels that were not delivered, with names in them, as in free text. */
const NO_DELIVERY = [
  'Could not be delivered: nobody was at home',
  'Will be delivered tomorrow by J. Doe',
  'Not delivered, refused by J. Doe',
];
/** Words and a place that no fixture has. */
const OTHER_WORDS = 'Qxjorvik Zwaan';
const PROBLEMS_MAX = 3;

/** Checks that words, places and offsets of a fact change neither its meaning nor its identity. */
export function wordChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  const { fixtures, reader } = subject;
  const each = (problemsOf: (fixture: Fixture) => readonly string[]) => (): readonly string[] =>
    fixtures.flatMap((fixture) =>
      problemsOf(fixture)
        .slice(0, PROBLEMS_MAX)
        .map((problem) => `${fixture.name}: ${problem}`),
    );
  return [
    {
      id: 'parse.words',
      title: 'reads no delivery from text that does not describe one',
      skip: reader === null ? 'there is no mapping' : null,
      fix: 'parse.ts: use text as a code only if all of it is a documented phrase.',
      problems: each((fixture) => falseDeliveries(subject, fixture)),
    },
    {
      id: 'parse.reasons',
      title: 'keeps the carrier’s sentences out of reasons and warnings',
      skip: null,
      fix: 'parse.ts: use the carrier’s code and your own words; its sentences may name people.',
      problems: each((fixture) => repeatedSentences(subject, fixture)),
    },
    {
      id: 'identity.words',
      title:
        'gives a fact the same identity whatever its wording, place and offset, and another one on another day',
      skip: null,
      fix:
        'parse.ts: an identity has version, code, local time and piece, and nothing else; only if ' +
        'there is no code, use the words as the code (`wordsAsCode`, `namedByWords: true`).',
      problems: each((fixture) => changedIdentities(subject, fixture)),
    },
  ];
}

/** Finds facts that are read as delivered once a text of the payload says that they were not. */
function falseDeliveries(subject: ReadSubject, { payload }: Fixture): readonly string[] {
  const isDelivered = ({ codes }: ReportedFact): boolean =>
    subject.reader?.(codes).status === 'delivered';
  const before = factsIn(subject.adapter, payload);
  return textsOf(payload.text).flatMap((text) =>
    NO_DELIVERY.flatMap((words) => {
      const after = factsIn(subject.adapter, withText(payload, text, words));
      if (after.length !== before.length) return [];
      return after.flatMap((fact, index) => {
        const was = before[index];
        if (was === undefined || isDelivered(was) || !isDelivered(fact)) return [];
        if (hasOnlyEarlierCodes(was, fact) || isOneOfItsCodes(words, fact)) return [];
        return [`with "${words}" for "${text}", ${codesOf(was)} becomes ${codesOf(fact)}`];
      });
    }),
  );
}

const SENTENCE = 'Qzrx Vlmw of 12 Bnkt Street said no';

/** Finds texts of the payload in reasons and warnings, which merchants and logs get unchanged. */
function repeatedSentences({ adapter }: ReadSubject, { payload }: Fixture): readonly string[] {
  return textsOf(payload.text).flatMap((text) => {
    if (!/\S\s+\S/.test(text)) return [];
    const outcome = parseSafely(adapter, withText(payload, text, SENTENCE));
    if ('thrown' in outcome) return [];
    const { misses, warnings, reason } = {
      misses: [],
      warnings: [],
      reason: '',
      ...outcome.outcome,
    };
    const texts = [reason, ...misses.map((miss) => miss.reason), ...warnings].join(' ');
    return /Qzrx|Bnkt/i.test(texts) ? [`what replaced "${text.slice(0, 40)}" is repeated`] : [];
  });
}

/**
 * Whether the codes are a part of the earlier ones: then the phrase that distinguished two meanings
 * of a code is missing, which leaves the other meaning.
 */
function hasOnlyEarlierCodes(before: ReportedFact, { codes }: ReportedFact): boolean {
  return Object.entries(codes).every(([key, code]) => before.codes[key] === code);
}

/** Whether the replaced text is itself one of the fact's codes. */
function isOneOfItsCodes(words: string, { codes }: ReportedFact): boolean {
  return Object.values(codes).some((code) => code.toUpperCase() === words.toUpperCase());
}

/** Finds facts whose identity changes with words, places or offsets, or is shared by two days. */
function changedIdentities(subject: ReadSubject, { payload }: Fixture): readonly string[] {
  const before = factsIn(subject.adapter, payload);
  const texts = textsOf(payload.text).flatMap((text) => {
    const other = otherOffset(text) ?? OTHER_WORDS;
    const after = factsIn(subject.adapter, withText(payload, text, other));
    if (after.length !== before.length) return [];
    return after.flatMap((fact, index) => {
      const was = before[index];
      if (was === undefined || !isSameFact(was, fact) || !isWordedDifferently(was, fact)) return [];
      // Two gates of the merchant's own may scan in the same second, so their code is part of the
      // fact.
      if (subject.adapter.scans && was.place?.facility !== fact.place?.facility) return [];
      // Without a code, the words identify the fact.
      if (was.namedByWords && fact.namedByWords && was.text !== fact.text) return [];
      if (isDeepStrictEqual(was.identity, fact.identity)) return [];
      return [`with "${other}" for "${text}", ${codesOf(was)} is another fact`];
    });
  });
  return [...sharedIdentities(before), ...texts];
}

/**
 * Finds facts of different days with the same identity. A source may know only the day, but scans
 * of different days are never one fact.
 */
function sharedIdentities(facts: readonly ReportedFact[]): readonly string[] {
  const days = new Map<string, string>();
  return facts.flatMap((fact) => {
    const day = fact.time.local?.slice(0, 10) ?? '';
    const identity = JSON.stringify(fact.identity);
    const other = days.get(identity) ?? day;
    days.set(identity, other);
    return other === day ? [] : [`${codesOf(fact)} of ${other} and of ${day} are one fact`];
  });
}

/** Whether two facts agree in the members that identify a fact. */
function isSameFact(a: ReportedFact, b: ReportedFact): boolean {
  return (
    isDeepStrictEqual(a.codes, b.codes) &&
    a.time.local !== null &&
    a.time.local === b.time.local &&
    a.time.precision === b.time.precision &&
    a.piece === b.piece
  );
}

/**
 * Whether two facts differ in members that do not identify them. Any other change, such as of a
 * carrier's own id, may make another fact.
 */
function isWordedDifferently(a: ReportedFact, b: ReportedFact): boolean {
  return (
    a.text !== b.text ||
    !isDeepStrictEqual(a.place, b.place) ||
    a.time.offsetMin !== b.time.offsetMin
  );
}

/**
 * The text with another offset: `…T08:27:00-07:00` → `…T08:27:00-06:00`; null if it does not end
 * with one.
 */
function otherOffset(text: string): string | null {
  const found = /^(.{11,30})([+-])(\d\d)(:?\d\d)$/.exec(text);
  if (found === null) return null;
  const [, clock = '', sign = '', hours = '', rest = ''] = found;
  const other = String((Number(hours) + 1) % 12).padStart(2, '0');
  return `${clock}${sign}${other}${rest}`;
}

function codesOf({ codes }: ReportedFact): string {
  return JSON.stringify(codes);
}
