import { isDeepStrictEqual } from 'node:util';
import { jsonOrNull } from '../kernel/loose.ts';
import type { ConformanceCheck, ReadSubject } from './conformance-check.ts';
import type { Fixture } from './conformance-fixtures.ts';
import { parseSafely } from './conformance-outcome.ts';
import type { CarrierReport, Payload, ReportedFact } from './contract.ts';

/** What carriers write of parcels that were not delivered, with names in it, as free text has. */
const NO_DELIVERY = [
  'Could not be delivered: nobody was at home',
  'Will be delivered tomorrow by J. Doe',
  'Not delivered, refused by J. Doe',
];
/** Other words and another place than any that a fixture has. */
const OTHER_WORDS = 'Qxjorvik Zwaan';
/** Fixtures of whole batches hold thousands of texts, and the same few again and again. */
const TEXTS_MAX = 150;
const PROBLEMS_MAX = 3;

/** Words, places and offsets beside a fact change neither what it is nor which one it is. */
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
      title: 'takes no words for a delivery that tell of none',
      skip: reader === null ? 'there is no mapping to read codes by' : null,
      fix: 'parse.ts: text is no code, unless the whole of it is a known, documented phrase.',
      problems: each((fixture) => falseDeliveries(subject, fixture)),
    },
    {
      id: 'parse.history',
      title: 'claims no whole history where it could not read all of it',
      skip: null,
      fix: 'parse.ts: fullHistory is false where an event was left out; absence would mean something.',
      problems: each((fixture) => falseHistories(subject, fixture)),
    },
    {
      id: 'identity.words',
      title: 'names a fact alike whatever its words, its place and its offset',
      skip: null,
      fix: 'parse.ts: an identity is version, code, wall clock and piece, and nothing else.',
      problems: each((fixture) => otherIdentities(subject, fixture)),
    },
  ];
}

function falseDeliveries(subject: ReadSubject, { payload }: Fixture): readonly string[] {
  const isDelivered = ({ codes }: ReportedFact): boolean =>
    subject.reader?.(codes).status === 'delivered';
  const before = factsOf(subject, payload);
  return textsOf(payload.text).flatMap((text) =>
    NO_DELIVERY.flatMap((words) => {
      const after = factsOf(subject, withText(payload, text, words));
      if (after.length !== before.length) return [];
      return after.flatMap((fact, nr) => {
        const was = before[nr];
        if (was === undefined || isDelivered(was) || !isDelivered(fact)) return [];
        return [`with "${words}" for "${text}", ${codesOf(was)} becomes ${codesOf(fact)}`];
      });
    }),
  );
}

function otherIdentities(subject: ReadSubject, { payload }: Fixture): readonly string[] {
  const before = factsOf(subject, payload);
  return textsOf(payload.text).flatMap((text) => {
    const other = otherOffset(text) ?? OTHER_WORDS;
    const after = factsOf(subject, withText(payload, text, other));
    if (after.length !== before.length) return [];
    return after.flatMap((fact, nr) => {
      const was = before[nr];
      if (was === undefined || !isSameFact(was, fact) || !isToldOtherwise(was, fact)) return [];
      if (isDeepStrictEqual(was.identity, fact.identity)) return [];
      return [`with "${other}" for "${text}", ${codesOf(was)} is another fact`];
    });
  });
}

/** What makes a fact the one that it is. */
function isSameFact(a: ReportedFact, b: ReportedFact): boolean {
  return (
    isDeepStrictEqual(a.codes, b.codes) &&
    a.time.local !== null &&
    a.time.local === b.time.local &&
    a.time.precision === b.time.precision &&
    a.piece === b.piece
  );
}

/** What does not, and was changed: an id of the carrier's own may well make it another. */
function isToldOtherwise(a: ReportedFact, b: ReportedFact): boolean {
  return (
    a.text !== b.text ||
    !isDeepStrictEqual(a.place, b.place) ||
    a.time.offsetMin !== b.time.offsetMin
  );
}

function falseHistories(subject: ReadSubject, { payload }: Fixture): readonly string[] {
  const json = jsonOrNull(payload.text);
  if (json === null) return [];
  const before = reportsOf(subject, payload);
  return withoutItems(json.value).flatMap((value) => {
    const after = reportsOf(subject, { ...payload, text: JSON.stringify(value) });
    return after.flatMap((report) => {
      const was = before.find(({ trackingNumber }) => trackingNumber === report.trackingNumber);
      const lost = (was?.facts.length ?? 0) - report.facts.length;
      if (lost <= 0 || !report.fullHistory) return [];
      return [`with null for an event, ${lost} of its facts are missing from a whole history`];
    });
  });
}

/** A copy for each object in a list, which has null in its place. */
function withoutItems(root: unknown): readonly unknown[] {
  const lists: { readonly path: readonly string[]; readonly length: number }[] = [];
  const visit = (value: unknown, path: readonly string[]): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) lists.push({ path, length: value.length });
    for (const [key, member] of Object.entries(value)) visit(member, [...path, key]);
  };
  visit(root, []);
  return lists.slice(0, TEXTS_MAX).flatMap(({ path, length }) => {
    if (length < 2) return [];
    const copy = structuredClone(root);
    const list = path.reduce<unknown>((value, key) => memberOf(value, key), copy);
    if (!Array.isArray(list) || typeof list[length - 1] !== 'object') return [];
    list[length - 1] = null;
    return [copy];
  });
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function reportsOf({ adapter }: ReadSubject, payload: Payload): readonly CarrierReport[] {
  const result = parseSafely(adapter, payload);
  if ('thrown' in result || result.outcome.outcome !== 'reports') return [];
  return result.outcome.reports;
}

function factsOf(subject: ReadSubject, payload: Payload): readonly ReportedFact[] {
  return reportsOf(subject, payload).flatMap(({ facts }) => facts);
}

const ELEMENT = /<([A-Za-z_][\w.:-]*)>([^<]*)<\/\1>/g;

/** The different texts in a payload's members or elements. */
function textsOf(text: string): readonly string[] {
  const json = jsonOrNull(text);
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string' && value.trim() !== '') found.add(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  if (json === null) for (const [, , inner = ''] of text.matchAll(ELEMENT)) visit(inner);
  else visit(json.value);
  return [...found].slice(0, TEXTS_MAX);
}

function withText(payload: Payload, before: string, after: string): Payload {
  const json = jsonOrNull(payload.text);
  const text =
    json === null
      ? payload.text.replaceAll(`>${before}<`, `>${after}<`)
      : JSON.stringify(json.value, (_key, value: unknown) => (value === before ? after : value));
  return { ...payload, text };
}

/** `…T08:27:00-07:00` → `…T08:27:00-06:00`; null where no offset ends the text. */
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
