import { isDeepStrictEqual } from 'node:util';
import { type Payload, parseJsonOrNull, type ReportedFact, wordsAsCode } from 'waybill/adapter';
import { reportsAsRead } from 'waybill/adapter/kit';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
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
  hasProblem(items: readonly unknown[]): boolean;
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

/**
 * Finds the lists whose items each yield one fact: without its last item, a list must yield exactly
 * one fact fewer.
 */
function eventLists({ adapter, fixtures }: ReadSubject): readonly EventList[] {
  return fixtures.flatMap(({ name, payload }) =>
    listsOf(payload).flatMap(({ where, items, holes, withItems }): EventList[] => {
      const facts = (others: readonly unknown[]) => factsIn(adapter, withItems(others));
      if (facts(items.slice(0, -1)).length !== facts(items).length - 1) return [];
      const hasProblem = (others: readonly unknown[]): boolean => {
        const read = reportsIn(adapter, withItems(others));
        return read === null || !reportsAsRead(read).every(({ fullHistory }) => fullHistory);
      };
      const at = `${name}: ${where}[${items.length - 1}]`;
      return [{ name: at, items, last: items.at(-1), holes, facts, hasProblem }];
    }),
  );
}

/** Checks that the last item, repeated with another day, is a further fact. */
function lostRepeats({ items, last, facts }: EventList): readonly string[] {
  const again = onAnotherDay(last);
  if (again === null) return [];
  const [before, after] = [facts(items).length, facts([...items, again]).length];
  return after > before ? [] : [`again on another day, ${after} facts for ${before}`];
}

/** Checks that many more items are facts, too, or cause a warning. */
function cutLists({ items, last, facts, hasProblem }: EventList): readonly string[] {
  // A shorter list may be of a few stages that every parcel has.
  if (items.length < LISTED_MIN) return [];
  const more = [...Array(MANY).keys()]
    .map((index) => inYear(last, YEAR + index))
    .filter((item) => item !== null);
  const [before, after] = [facts(items).length, facts([...items, ...more]).length];
  // With the year that it already has, the same scan is repeated.
  if (after >= before + more.length - 1 || hasProblem([...items, ...more])) return [];
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

/** Checks that the last item is still a fact without its time, or causes a warning. */
function lostTimeless({ items, last, facts, hasProblem }: EventList): readonly string[] {
  const others = items.slice(0, -1);
  const timeless = [...others, withTimesOf(last, null)];
  const [before, after] = [facts(items).length, facts(timeless).length];
  if (after >= before || hasProblem(timeless)) return [];
  return [`without its time, ${after} facts for ${before} and no warning`];
}

/** Checks that a list with an unreadable item is not returned as a full history. */
function hiddenHoles({ items, holes, hasProblem }: EventList): readonly string[] {
  if (hasProblem(items)) return [];
  return holes.flatMap((hole) =>
    hasProblem([...items.slice(0, -1), hole])
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
  if (Array.isArray(item)) return item.map((each, index) => withTimesOf(each, other[index]));
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

/** Limit of lists; fixtures of batches have hundreds, all alike. */
const LISTS_MAX = 40;

/** A list in a payload: at least two items of JSON, or elements of the same name. */
interface PayloadList {
  readonly where: string;
  readonly items: readonly unknown[];
  /** Values without a meaning that may replace an item. */
  readonly holes: readonly unknown[];
  withItems(items: readonly unknown[]): Payload;
}

/** Finds the lists in a payload, up to a maximum: in JSON, or else among elements of markup. */
function listsOf(payload: Payload): readonly PayloadList[] {
  const json = parseJsonOrNull(payload.text);
  const found = json === null ? elementsIn(payload) : listsIn(payload, json.value);
  return found.slice(0, LISTS_MAX);
}

type Path = readonly string[];

function listsIn(payload: Payload, root: unknown): readonly PayloadList[] {
  const found: PayloadList[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value) && value.length > 1) {
      found.push({
        where: path.join('.'),
        items: value,
        holes: [null, {}],
        withItems: (items) => ({ ...payload, text: JSON.stringify(withList(root, path, items)) }),
      });
    }
    for (const [key, member] of Object.entries(value)) visit(member, [...path, key]);
  };
  visit(root, []);
  return found;
}

function withList(value: unknown, [key, ...rest]: Path, items: readonly unknown[]): unknown {
  if (key === undefined) return items;
  if (Array.isArray(value)) {
    return value.map((item, index) => (String(index) === key ? withList(item, rest, items) : item));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === key ? withList(member, rest, items) : member,
    ]),
  );
}

const TAG = /<([A-Za-z_][\w.:-]*)(?:\s[^<>]*)?>/g;

/** The lists in markup: elements with child elements that have siblings of the same name. */
function elementsIn(payload: Payload): readonly PayloadList[] {
  const names = new Set([...payload.text.matchAll(TAG)].map(([, name = '']) => name));
  return [...names].flatMap((name): PayloadList[] => {
    const items = blocksOf(payload.text, name);
    const [first] = items;
    if (first === undefined || items.length < 2 || !items.every((item) => /><|>\s+</.test(item))) {
      return [];
    }
    const [before = '', ...after] = partsAround(payload.text, items);
    return [
      {
        where: name,
        items,
        holes: [`<${name}></${name}>`],
        withItems: (others) => ({ ...payload, text: [before, ...others, ...after].join('') }),
      },
    ];
  });
}

function blocksOf(text: string, name: string): readonly string[] {
  const blocks: string[] = [];
  const end = `</${name}>`;
  for (const { index } of text.matchAll(new RegExp(`<${name}(?:\\s[^<>]*)?>`, 'g'))) {
    const to = text.indexOf(end, index);
    if (to >= 0 && !text.endsWith('/>', text.indexOf('>', index) + 1)) {
      blocks.push(text.slice(index, to + end.length));
    }
  }
  return blocks;
}

/** Splits a text into the parts before, between and after the blocks. */
function partsAround(text: string, blocks: readonly string[]): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  for (const block of blocks) {
    const at = text.indexOf(block, from);
    parts.push(text.slice(from, at));
    from = at + block.length;
  }
  return [...parts, text.slice(from)];
}
