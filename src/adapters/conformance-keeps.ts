import { jsonOrNull } from '../kernel/loose.ts';
import type { ConformanceCheck, ReadSubject } from './conformance-check.ts';
import type { Fixture } from './conformance-fixtures.ts';
import { parseSafely } from './conformance-outcome.ts';
import type { CarrierAdapter, Payload } from './contract.ts';

/** Fixtures of batches have hundreds of lists, one like the other. */
const LISTS_MAX = 40;
const PROBLEMS_MAX = 3;

type Path = readonly string[];

/**
 * What a carrier tells twice on different days happened twice: a fact for each. Lists whose items
 * bring facts are found by taking an item away.
 */
export function keepingChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  return [
    {
      id: 'parse.repeats',
      title: 'keeps a scan that comes again on another day',
      skip: null,
      fix: 'parse.ts: a fact for each event; only what has the same identity is the same.',
      problems: () =>
        subject.fixtures.flatMap((fixture) =>
          lostRepeats(subject.adapter, fixture)
            .slice(0, PROBLEMS_MAX)
            .map((problem) => `${fixture.name}: ${problem}`),
        ),
    },
  ];
}

function lostRepeats(adapter: CarrierAdapter, { payload }: Fixture): readonly string[] {
  const json = jsonOrNull(payload.text);
  if (json === null) return [];
  const before = factsIn(adapter, payload, json.value);
  return listsIn(json.value).flatMap(({ path, items }) => {
    const last = items.at(-1);
    const again = onAnotherDay(last);
    if (
      again === null ||
      factsIn(adapter, payload, withList(json.value, path, items.slice(0, -1))) !== before - 1
    ) {
      return [];
    }
    const after = factsIn(adapter, payload, withList(json.value, path, [...items, again]));
    if (after > before) return [];
    return [
      `with ${path.join('.')}[${items.length - 1}] again on another day, ${after} facts for ${before}`,
    ];
  });
}

function factsIn(adapter: CarrierAdapter, payload: Payload, value: unknown): number {
  const result = parseSafely(adapter, { ...payload, text: JSON.stringify(value) });
  if ('thrown' in result || result.outcome.outcome !== 'reports') return 0;
  return result.outcome.reports.reduce((sum, { facts }) => sum + facts.length, 0);
}

/** Lists of at least two objects: with one taken away, the rest is still an answer. */
function listsIn(
  root: unknown,
): readonly { readonly path: Path; readonly items: readonly unknown[] }[] {
  const found: { path: Path; items: readonly unknown[] }[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value) && value.length > 1) found.push({ path, items: value });
    for (const [key, member] of Object.entries(value)) visit(member, [...path, key]);
  };
  visit(root, []);
  return found.slice(0, LISTS_MAX);
}

function withList(value: unknown, [key, ...rest]: Path, items: readonly unknown[]): unknown {
  if (key === undefined) return items;
  if (Array.isArray(value)) {
    return value.map((item, nr) => (String(nr) === key ? withList(item, rest, items) : item));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === key ? withList(member, rest, items) : member,
    ]),
  );
}

/** `2026-03-08…` and `20260308`: another day of the month; null where no day stands in it. */
function onAnotherDay(item: unknown): unknown {
  const text = JSON.stringify(item) ?? '';
  const other = text.replaceAll(
    /(?<!\d)(20\d\d-?(?:0[1-9]|1[0-2])-?)([0-2]\d|3[01])(?!\d)/g,
    (_all, month: string, day: string) => `${month}${day === '11' ? '12' : '11'}`,
  );
  return other === text ? null : JSON.parse(other);
}
