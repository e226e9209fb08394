import { isDeepStrictEqual } from 'node:util';
import { type ParseOutcome, type Payload, parseJsonOrNull } from 'waybill/adapter';
import { randomFrom } from 'waybill/adapter/kit';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
import { mutatePayload, shuffleLists } from '../odd-payloads.ts';
import { identitiesOf, outcomeProblems, parseSafely, reversedWindows } from '../outcome.ts';
import type { Fixture } from './fixtures.ts';

const SEED = 20_261_120;
const CUTS_EACH = 60;
const MUTANTS_EACH = 150;
const SHUFFLES_EACH = 20;
/**
 * How many problems are shown; a broken parser fails in a thousand ways, and a few examples show
 * how.
 */
const PROBLEMS_MAX = 3;
const SHOWN_CHARS = 400;

const FIX = 'parse.ts; if the expectation is wrong, write it again with `waybill carrier expect`.';

const GARBAGE = [
  '',
  ' ',
  '\u0000',
  '\uFEFF',
  'null',
  'true',
  '0',
  '"text"',
  '[]',
  '{}',
  '[[{}]]',
  '<html><body>503</body></html>',
  '<?xml version="1.0"?>',
  '{"__proto__":{"polluted":"yes"}}',
  '{"constructor":{"prototype":{"polluted":"yes"}}}',
  '['.repeat(200_000),
  '{"a":'.repeat(100_000),
  `{"a":"${'x'.repeat(1_000_000)}"}`,
];

/** Checks that parsing is pure and total, and matches the expectation of each fixture. */
export function parsingChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  const { adapter, fixtures } = subject;
  const each = (
    id: ConformanceCheck['id'],
    title: string,
    problemsOf: (fixture: Fixture) => readonly string[],
  ): ConformanceCheck => ({
    id,
    title,
    skip: null,
    fix: FIX,
    problems: () => fixtures.flatMap((fixture) => withPrefix(fixture.name, problemsOf(fixture))),
  });
  const parsed = (payload: Payload): ParseOutcome => adapter.parse(payload);
  return [
    {
      id: 'parse.fixtures',
      fix: 'fixtures/: add <case>.json and <case>.expected.json, with "kind": "webhook" for a webhook.',
      title: 'has fixtures with reports, and for webhooks too if it sends them',
      skip: null,
      problems: () => fixtureGaps(subject),
    },
    each(
      'parse.expected',
      'reads each fixture as expected, and the same way twice',
      ({ payload, expected }) => {
        const outcome = asStored(parsed(Object.freeze({ ...payload })));
        return [
          ...(isDeepStrictEqual(outcome, expected)
            ? []
            : [`reads as ${JSON.stringify(outcome).slice(0, 4 * SHOWN_CHARS)}`]),
          ...(isDeepStrictEqual(asStored(parsed(payload)), outcome)
            ? []
            : ['is read differently the second time']),
        ];
      },
    ),
    each('parse.well-formed', 'gives a well-formed outcome for each fixture', ({ payload }) => [
      ...outcomeProblems(adapter, parsed(payload)),
      ...reversedWindows(parsed(payload)),
    ]),
    each(
      'identity.push-and-pull',
      'identifies a fact the same way in a webhook and in a poll',
      ({ payload, sameFactsAs }) => {
        if (sameFactsAs === null) return [];
        const other = fixtures.find(({ name }) => name === sameFactsAs);
        if (other === undefined) return [`same_facts_as: there is no case "${sameFactsAs}"`];
        const known = identitiesOf(parsed(other.payload));
        const reported = identitiesOf(parsed(payload));
        if (reported.length === 0) return ['same_facts_as, but it has no facts'];
        return reported.filter((id) => !known.includes(id)).map((id) => `${id} is new`);
      },
    ),
    each('parse.order', 'reads events in any order to the same identities', (fixture) =>
      shuffleProblems(subject, fixture),
    ),
    each('parse.cut', 'answers cut payloads without a report and without a throw', (fixture) =>
      cutProblems(subject, fixture),
    ),
    each('parse.mutated', 'answers mutated payloads with something well formed', (fixture) =>
      mutationProblems(subject, fixture),
    ),
    {
      id: 'parse.garbage',
      fix: FIX,
      title: 'answers garbage with "unreadable", and does not change prototypes',
      skip: null,
      problems: () => [
        ...GARBAGE.flatMap((text) => {
          const result = parseSafely(adapter, { text });
          const kind = 'thrown' in result ? result.thrown : result.outcome.outcome;
          return kind === 'unreadable' ? [] : [`${text.slice(0, 30)}: ${kind}`];
        }),
        ...('polluted' in {} ? ['Object.prototype was polluted'] : []),
      ],
    },
  ];
}

function fixtureGaps({ adapter, fixtures }: ReadSubject): readonly string[] {
  const reporting = fixtures.filter(({ payload }) => adapter.parse(payload).outcome === 'reports');
  const pushed = reporting.some(({ payload }) => payload.kind === 'webhook');
  return [
    ...(reporting.length > 0 ? [] : ['no fixture contains a report']),
    ...(adapter.webhook === undefined || pushed
      ? []
      : ['no fixture is a webhook with a report ("kind": "webhook")']),
  ];
}

function shuffleProblems({ adapter }: ReadSubject, { payload }: Fixture): readonly string[] {
  const json = parseJsonOrNull(payload.text);
  if (json === null) return [];
  const random = randomFrom(SEED);
  const before = identitiesOf(adapter.parse(payload));
  const problems: string[] = [];
  for (let i = 0; i < SHUFFLES_EACH; i += 1) {
    const text = JSON.stringify(shuffleLists(json.value, random));
    const after = identitiesOf(adapter.parse({ ...payload, text }));
    if (!isDeepStrictEqual(after, before)) problems.push(`in another order: ${after.join(' ')}`);
  }
  return problems.slice(0, PROBLEMS_MAX);
}

function cutProblems({ adapter }: ReadSubject, { payload }: Fixture): readonly string[] {
  const random = randomFrom(SEED);
  const whole = payload.text.trim();
  const problems: string[] = [];
  for (let i = 0; i < CUTS_EACH; i += 1) {
    const text = whole.slice(0, random.below(whole.length));
    const result = parseSafely(adapter, { ...payload, text });
    if ('thrown' in result) problems.push(`cut at ${text.length}: ${result.thrown}`);
    else if (result.outcome.outcome === 'reports') problems.push(`cut at ${text.length}: reports`);
  }
  return problems.slice(0, PROBLEMS_MAX);
}

function mutationProblems({ adapter }: ReadSubject, { payload }: Fixture): readonly string[] {
  const random = randomFrom(SEED);
  const problems: string[] = [];
  for (let i = 0; i < MUTANTS_EACH; i += 1) {
    const text = mutatePayload(payload.text, random);
    const result = parseSafely(adapter, { ...payload, text });
    const found = 'thrown' in result ? [result.thrown] : outcomeProblems(adapter, result.outcome);
    problems.push(...found.map((problem) => `${problem} for ${text.slice(0, SHOWN_CHARS)}`));
  }
  return problems.slice(0, PROBLEMS_MAX);
}

/** The outcome as it would be stored, without undefined members. */
function asStored(outcome: ParseOutcome): unknown {
  return JSON.parse(JSON.stringify(outcome));
}

function withPrefix(name: string, problems: readonly string[]): readonly string[] {
  return problems.map((problem) => `${name}: ${problem}`);
}
