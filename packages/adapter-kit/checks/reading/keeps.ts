import { isDeepStrictEqual } from 'node:util';
import { type ReportedFact, wordsAsCode } from 'waybill/adapter';
import { reportsAsRead } from 'waybill/adapter/kit';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
import { listsOf } from './lists.ts';
import { factsIn, reportsIn } from './texts.ts';

const PROBLEMS_MAX = 3;
/** How many scans are added: real parcels have some dozens, those in trouble more. */
const MANY = 80;
const LISTED_MIN = 5;
const YEAR = 2_010;
const FIX = 'parse.ts: return one fact for each event; two are the same only if their identity is.';

/**
 * A list of a fixture whose last item yields a fact of its own, with functions to read the answer
 * with other items in it.
 */
interface EventList {
  readonly name: string;
  readonly items: readonly unknown[];
  readonly last: unknown;
  readonly holes: readonly unknown[];
  /** The facts of the answer with these items in place of the list's own. */
  facts(items: readonly unknown[]): readonly ReportedFact[];
  /** Whether the answer with these items signals a problem, or is not the full history. */
  isDoubted(items: readonly unknown[]): boolean;
}

/** Checks that nothing in a carrier's payload is dropped silently. */
export function keepingChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  let known: readonly EventList[] | null = null;
  const lists = (): readonly EventList[] => {
    known ??= eventLists(subject);
    return known;
  };
  const check = (
    id: ConformanceCheck['id'],
    title: string,
    fix: string,
    problemsOf: (list: EventList) => readonly string[],
  ): ConformanceCheck => ({
    id,
    title,
    skip: null,
    fix,
    problems: () => {
      const found = lists().flatMap((list) =>
        problemsOf(list).map((problem) => `${list.name}: ${problem}`),
      );
      return found.slice(0, PROBLEMS_MAX);
    },
  });
  return [
    check('parse.repeats', 'keeps a scan that is repeated on another day', FIX, lostRepeats),
    check(
      'parse.long-lists',
      `keeps ${MANY} scans of a list, or warns that it does not`,
      'parse.ts: add a warning if a list is longer than the part you read.',
      cutLists,
    ),
    check('parse.instants', 'keeps two different scans at the same instant', FIX, lostInstants),
    check(
      'parse.timeless',
      'keeps an event without a time, or warns about it',
      'parse.ts: return a fact with NO_TIME, or a warning that names the event.',
      lostTimeless,
    ),
    check(
      'parse.holes',
      'does not treat a list as a full history if an event in it could not be read',
      'parse.ts: add a warning for each event without a fact, or set `fullHistory: false`.',
      hiddenHoles,
    ),
  ];
}

/** Finds the lists whose items yield facts, by removing an item. */
function eventLists({ adapter, fixtures }: ReadSubject): readonly EventList[] {
  return fixtures.flatMap(({ name, payload }) =>
    listsOf(payload).flatMap(({ where, items, holes, withItems }): EventList[] => {
      const facts = (others: readonly unknown[]) => factsIn(adapter, withItems(others));
      if (facts(items.slice(0, -1)).length !== facts(items).length - 1) return [];
      const isDoubted = (others: readonly unknown[]): boolean => {
        const read = reportsIn(adapter, withItems(others));
        return read === null || !reportsAsRead(read).every(({ fullHistory }) => fullHistory);
      };
      const at = `${name}: ${where}[${items.length - 1}]`;
      return [{ name: at, items, last: items.at(-1), holes, facts, isDoubted }];
    }),
  );
}

function lostRepeats({ items, last, facts }: EventList): readonly string[] {
  const again = onAnotherDay(last);
  if (again === null) return [];
  const [before, after] = [facts(items).length, facts([...items, again]).length];
  return after > before ? [] : [`again on another day, ${after} facts for ${before}`];
}

function cutLists({ items, last, facts, isDoubted }: EventList): readonly string[] {
  // A shorter list may be of a few stages that every parcel has.
  if (items.length < LISTED_MIN) return [];
  const more = [...Array(MANY).keys()]
    .map((nr) => inYear(last, YEAR + nr))
    .filter((item) => item !== null);
  const [before, after] = [facts(items).length, facts([...items, ...more]).length];
  // With the year that it already has, the same scan is repeated.
  if (after >= before + more.length - 1 || isDoubted([...items, ...more])) return [];
  return [`${more.length} more of them, and ${after} facts for ${before} without a warning`];
}

/** Checks a list with its last item, and a second item with another code at the same time. */
function lostInstants({ items, last, facts }: EventList): readonly string[] {
  const [own, ...none] = facts([last]);
  if (own === undefined || none.length > 0) return [];
  return items.slice(0, -1).flatMap((other) => {
    const moved = withTimesOf(other, last);
    const [its, ...more] = facts([moved]);
    if (its === undefined || more.length > 0 || its.time.local !== own.time.local) return [];
    if (isDeepStrictEqual(its.codes, own.codes) && !isOtherInWords(its, own)) return [];
    if (facts([moved, last]).length > 1) return [];
    return [`${JSON.stringify(its.codes)} at the instant of ${JSON.stringify(own.codes)} is lost`];
  });
}

/** Whether two scans without a code differ in their words. */
function isOtherInWords(its: ReportedFact, own: ReportedFact): boolean {
  const saidByWords = its.namedByWords === true && own.namedByWords === true;
  return saidByWords && wordsAsCode(its.text) !== wordsAsCode(own.text);
}

function lostTimeless({ items, last, facts, isDoubted }: EventList): readonly string[] {
  const others = items.slice(0, -1);
  const timeless = [...others, withTimesOf(last, null)];
  const [before, after] = [facts(items).length, facts(timeless).length];
  if (after >= before || isDoubted(timeless)) return [];
  return [`without its time, ${after} facts for ${before} and no warning`];
}

function hiddenHoles({ items, holes, isDoubted }: EventList): readonly string[] {
  if (isDoubted(items)) return [];
  return holes.flatMap((hole) =>
    isDoubted([...items.slice(0, -1), hole])
      ? []
      : [`${JSON.stringify(hole)} in its place, yet it is returned as a full history`],
  );
}

/**
 * The item with another day of the month in its dates (`2026-03-08…` and `20260308`); null if it
 * contains none.
 */
function onAnotherDay(item: unknown): unknown {
  const text = JSON.stringify(item) ?? '';
  const other = text.replaceAll(
    /(?<!\d)(20\d\d-?(?:0[1-9]|1[0-2])-?)([0-2]\d|3[01])(?!\d)/g,
    (_all, month: string, day: string) => `${month}${day === '11' ? '12' : '11'}`,
  );
  return other === text ? null : JSON.parse(other);
}

/** The item with its dates in this year; null if it contains none. */
function inYear(item: unknown, year: number): unknown {
  const text = JSON.stringify(item) ?? '';
  const day = /(?<!\d)20\d\d(-?(?:0[1-9]|1[0-2])-?(?:[0-2]\d|3[01]))(?!\d)/g;
  return day.test(text) ? JSON.parse(text.replaceAll(day, `${year}$1`)) : null;
}

/** Matches dates, times and both; digits alone if they are eight or six. */
const TIME = /^(?:20\d\d-?\d\d-?\d\d|\d{1,2}[:/.-]\d\d|\d{6}$|\p{L}+ \d{1,2}, 20\d\d)/u;

/** An item with the times of another item in the same places; blank where that has none. */
function withTimesOf(item: unknown, source: unknown): unknown {
  if (typeof item === 'string') {
    if (item.startsWith('<')) return withElementsOf(item, typeof source === 'string' ? source : '');
    if (!TIME.test(item)) return item;
    return typeof source === 'string' && TIME.test(source) ? source : '';
  }
  if (typeof item !== 'object' || item === null) return item;
  const other: Record<string, unknown> = typeof source === 'object' ? { ...source } : {};
  if (Array.isArray(item)) return item.map((each, nr) => withTimesOf(each, other[nr]));
  return Object.fromEntries(
    Object.entries(item).map(([name, member]) => [name, withTimesOf(member, other[name])]),
  );
}

const ELEMENT = /<([A-Za-z_][\w.:-]*)>([^<]*)</g;

function withElementsOf(item: string, source: string): string {
  const its = new Map([...source.matchAll(ELEMENT)].map(([, name = '', text]) => [name, text]));
  return item.replaceAll(ELEMENT, (element, name: string, text: string) =>
    TIME.test(text) ? `<${name}>${its.get(name) ?? ''}<` : element,
  );
}
