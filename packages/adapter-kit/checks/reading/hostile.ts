import { type CarrierAdapter, parseJsonOrNull } from 'waybill/adapter';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
import { type PatternCost, patternCost } from './texts.ts';

const NUMBERS_FIX =
  'numbers.ts: anchor patterns, limit repetitions, and shorten long input before matching.';
const PARSE_FIX =
  'parse.ts and schema.ts: limit lists and texts, with the functions of kernel/wire/loose.ts.';
/**
 * Lengths of hostile texts, each a multiple of the one before, so that quadratic time shows before
 * it hangs the run.
 */
const LENGTHS = [2_000, 8_000, 32_000, 64_000];
/** Time limit of a call; a linear matcher needs a hundredth of it for the longest text. */
const CALL_MS_MAX = 250;
/** Time limit for a longer payload: parsing JSON of this size takes most of it. */
const PARSE_MS_MAX = 750;
const LEAVES_MAX = 8;
/** The number of items in a list that is made very long. */
const WIDE = 5_000;
/** How many payloads are tried: the largest, because slowness shows where there is most to read. */
const PAYLOADS_MAX = 2;
/** Texts to repeat: separators, digits, letters and known beginnings. */
const SEEDS = ['0', '9', 'A', 'Z', ' ', '-', '.', '\t', '１', '😀', '0A', '1Z', 'A ', '- ', '92'];

/** Checks that no text, however long, occupies the hub for long. */
export function hostileChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  const { adapter, fixtures } = subject;
  const patterns = () => patternsOf(subject);
  const exponential = async () =>
    (await patternsWithCost('exponential', [...patterns().numbers, ...patterns().parsing])).map(
      (pattern) => `${pattern} takes exponential time`,
    );
  return [
    {
      id: 'numbers.patterns',
      title: 'uses no pattern that hostile text can slow down',
      skip: null,
      fix: NUMBERS_FIX,
      problems: async () => [
        ...(await exponential()),
        ...(await patternsWithCost('polynomial', patterns().numbers)).map(
          (pattern) => `${pattern} takes the square of the text’s length, or more`,
        ),
        ...(await patternsWithCost('unknown', patterns().numbers)).map(
          (pattern) => `${pattern} is too complicated to judge: simplify it`,
        ),
      ],
    },
    {
      id: 'numbers.linear-time',
      title: 'reads numbers in linear time',
      skip: null,
      fix: NUMBERS_FIX,
      problems: async () => {
        if ((await exponential()).length > 0)
          return ['not tried: a pattern takes exponential time'];
        const known = fixtures.flatMap(({ payload }) => numbersOf(adapter, payload.text));
        const seeds = [...SEEDS, ...[...new Set(known)].slice(0, LEAVES_MAX)];
        return problemsOfFirst(seeds, (seed) =>
          slowTextProblems(seed, (text) => void readNumber(adapter, text)),
        );
      },
    },
    {
      id: 'parse.linear-time',
      title: 'reads long and wide payloads in linear time',
      skip: null,
      fix: PARSE_FIX,
      problems: async () => {
        if ((await exponential()).length > 0)
          return ['not tried: a pattern takes exponential time'];
        const largest = [...fixtures]
          .sort((a, b) => b.payload.text.length - a.payload.text.length)
          .slice(0, PAYLOADS_MAX)
          .flatMap((fixture) =>
            hostilePayloads(fixture.payload.text).map((hostile) => ({ ...fixture, hostile })),
          );
        return problemsOfFirst(largest, ({ name, payload, hostile: { title, text } }) => {
          const tookMs = cpuMs(() => void adapter.parse({ ...payload, text }), PARSE_MS_MAX);
          return tookMs > PARSE_MS_MAX ? [`${name} with ${title}: ${Math.round(tookMs)} ms`] : [];
        });
      },
    },
  ];
}

/** Those of the patterns that have this cost. */
async function patternsWithCost(
  cost: PatternCost,
  patterns: readonly RegExp[],
): Promise<readonly RegExp[]> {
  const costs = await Promise.all(patterns.map((pattern) => patternCost(pattern)));
  return patterns.filter((_, index) => costs[index] === cost);
}

function readNumber({ numbers }: CarrierAdapter, text: string): void {
  numbers.recognise(numbers.normalize(text));
  numbers.recognise(text);
}

function numbersOf(adapter: CarrierAdapter, text: string): readonly string[] {
  const outcome = adapter.parse({ text });
  return outcome.outcome === 'reports'
    ? outcome.reports.map(({ trackingNumber }) => trackingNumber)
    : outcome.trackingNumbers;
}

/** The problems of the first item that has any; the others would take as long again. */
function problemsOfFirst<T>(
  items: readonly T[],
  problemsOf: (item: T) => readonly string[],
): readonly string[] {
  for (const item of items) {
    const problems = problemsOf(item);
    if (problems.length > 0) return problems;
  }
  return [];
}

/**
 * Times a reader with texts of growing length, alone and with an end that breaks the match; returns
 * the first that is too slow.
 */
function slowTextProblems(seed: string, read: (text: string) => void): readonly string[] {
  for (const length of LENGTHS) {
    const body = seed.repeat(Math.ceil(length / seed.length));
    for (const text of [body, `${body}!`, `1${body}\n`]) {
      const tookMs = cpuMs(() => read(text), CALL_MS_MAX);
      if (tookMs > CALL_MS_MAX) {
        return [
          `${JSON.stringify(seed)} repeated to ${length} characters: ${Math.round(tookMs)} ms`,
        ];
      }
    }
  }
  return [];
}

const ATTEMPTS = 3;
/** A time above the limit by this factor cannot be an accident. */
const SURELY = 8;

/**
 * Times work in milliseconds of the processor, not of the clock: other work on the machine is not
 * the adapter's. A slow run is repeated, because the compiler and the garbage collector work at odd
 * moments.
 */
function cpuMs(work: () => void, limitMs: number): number {
  let bestMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ATTEMPTS; i += 1) {
    const before = process.cpuUsage();
    work();
    const { user } = process.cpuUsage(before);
    bestMs = Math.min(bestMs, user / 1_000);
    if (bestMs <= limitMs || bestMs > limitMs * SURELY) break;
  }
  return bestMs;
}

/** Payloads with a long text in the place of one of their texts, and with a list made very long. */
function hostilePayloads(
  text: string,
): readonly { readonly title: string; readonly text: string }[] {
  const json = parseJsonOrNull(text);
  if (json === null) return [];
  const leaves: { holder: object; key: string }[] = [];
  const lists: unknown[][] = [];
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value) && value.length > 0) lists.push(value);
    for (const [key, member] of Object.entries(value)) {
      if (typeof member === 'string') leaves.push({ holder: value, key });
      collect(member);
    }
  };
  const value: unknown = structuredClone(json.value);
  collect(value);
  const every = Math.max(1, Math.floor(leaves.length / LEAVES_MAX));
  const long = ' 9'.repeat(64_000);
  const texts = leaves
    .filter((_, index) => index % every === 0)
    .map(({ holder, key }) => {
      const before: unknown = Reflect.get(holder, key);
      Reflect.set(holder, key, long);
      const changed = JSON.stringify(value);
      Reflect.set(holder, key, before);
      return { title: `a long ${key}`, text: changed };
    });
  const wide = lists.slice(0, 2).map((list) => {
    const before = [...list];
    while (list.length < WIDE) list.push(...before.slice(0, WIDE - list.length));
    const changed = JSON.stringify(value);
    list.splice(0, list.length, ...before);
    return { title: `a list of ${WIDE}`, text: changed };
  });
  return [...texts, ...wide];
}

// ---------------------------------------------------------------- patterns in use

interface UsedPatterns {
  readonly numbers: readonly RegExp[];
  readonly parsing: readonly RegExp[];
}

const knownPatterns = new WeakMap<ReadSubject, UsedPatterns>();

/** Finds every pattern that the adapter matches against texts, by instrumenting the matching. */
function patternsOf(subject: ReadSubject): UsedPatterns {
  const before = knownPatterns.get(subject);
  if (before !== undefined) return before;
  const { adapter, fixtures } = subject;
  const known = fixtures.flatMap(({ payload }) => numbersOf(adapter, payload.text));
  const used = {
    numbers: patternsUsedBy(() => {
      for (const text of [...SEEDS, ...known, ...known.map((each) => ` ${each}-`)]) {
        readNumber(adapter, text);
      }
    }),
    parsing: patternsUsedBy(() => {
      for (const { payload } of fixtures) adapter.parse(payload);
    }),
  };
  knownPatterns.set(subject, used);
  return used;
}

/** Returns the patterns that `work` matches, by replacing `RegExp.prototype.exec` meanwhile. */
function patternsUsedBy(work: () => void): readonly RegExp[] {
  const { exec } = RegExp.prototype;
  const patterns = new Map<string, RegExp>();
  RegExp.prototype.exec = function watchedExec(this: RegExp, text: string) {
    patterns.set(`${this.source}/${this.flags}`, this);
    return exec.call(this, text);
  };
  try {
    work();
  } finally {
    RegExp.prototype.exec = exec;
  }
  return [...patterns.values()];
}
