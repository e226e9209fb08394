import { isDeepStrictEqual } from 'node:util';
import type {
  CarrierAdapter,
  CarrierAnswer,
  CarrierCall,
  CarrierReport,
  Credentials,
  TrackOutcome,
} from 'waybill/adapter';
import { type Random, randomFrom } from 'waybill/adapter/kit';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
import { mutatePayload } from '../odd-payloads.ts';
import {
  callProblems,
  credentialSets,
  FAILURES,
  failureProblems,
  GARBAGE_ANSWERS,
  httpAnswer,
  ODD_NUMBERS,
  parcelsIn,
  pullFixtures,
  type RecordingSession,
  recordingSession,
  retries,
  secretsOf,
  settled,
} from './session.ts';

const SEED = 20_261_120;
const BATCHES_EACH = 15;
const CUTS_EACH = 15;
const MUTANTS_EACH = 40;
const ATTEMPTS_EACH = 30;
const PROBLEMS_MAX = 5;
const FIX = 'track.ts: see TrackOutcome in contract/pull.ts.';
const PARTIAL_FIX =
  'fixtures/: add an answer to a batch in which a number failed; parse.ts returns that number in `misses`.';

type Track = NonNullable<CarrierAdapter['track']>;

/** The result of one pull: outcomes or none, and the calls that were sent. */
interface Pulled {
  readonly outcomes: readonly TrackOutcome[];
  readonly calls: readonly CarrierCall[];
  /** The faults that do not depend on the answer. */
  readonly problems: readonly string[];
}

/**
 * Checks that pulling is as total as parsing: every number gets one outcome, whatever the carrier
 * answers.
 */
export function pullChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  const { adapter } = subject;
  const { track } = adapter;
  if (track === undefined) return [];
  const asking = askingOf(subject, track);
  return [
    ...failureChecks(subject, asking),
    ...batchChecks(subject, asking),
    ...damageChecks(subject, asking),
  ];
}

/** The function and the data that these checks pull with. */
interface Asking {
  /** Pulls from a simulated carrier that gives `answer` to every call. */
  readonly pull: (
    numbers: readonly string[],
    answer: CarrierAnswer,
    credentials: Credentials,
  ) => Promise<Pulled>;
  readonly sets: readonly Credentials[];
  readonly fixtures: ReturnType<typeof pullFixtures>;
  /** Numbers of the fixtures. */
  readonly known: readonly string[];
}

function askingOf(subject: ReadSubject, track: Track): Asking {
  const { adapter } = subject;
  const parcelOf = parcelsIn(subject);
  return {
    pull: (numbers, answer, credentials) => {
      const session = recordingSession(answer, credentials, parcelOf);
      return pullOnce(adapter, track, numbers, session);
    },
    sets: credentialSets(adapter),
    fixtures: pullFixtures(subject),
    known: knownNumbers(subject),
  };
}

function check(
  id: ConformanceCheck['id'],
  title: string,
  problems: () => Promise<readonly string[]>,
  fix = FIX,
): ConformanceCheck {
  return {
    id,
    title,
    skip: null,
    fix,
    problems: async () => (await problems()).slice(0, PROBLEMS_MAX),
  };
}

/** Checks with no numbers, failures, garbage, and texts that are no numbers. */
function failureChecks(
  { adapter }: ReadSubject,
  { pull, sets, known }: Asking,
): readonly ConformanceCheck[] {
  const { manifest } = adapter;
  return [
    check('pull.nothing', 'makes no call if it gets no number', async () =>
      each(sets, async (credentials) => {
        const { outcomes, calls, problems } = await pull([], httpAnswer(200, '{}'), credentials);
        return [
          ...problems,
          ...(outcomes.length + calls.length === 0 ? [] : ['it asked or answered']),
        ];
      }),
    ),
    check(
      'pull.failures',
      'distinguishes failures, treats each number of a batch the same, and retries none',
      async () =>
        each(sets, (credentials) =>
          each(FAILURES, async (failure) => {
            const numbers = batchOf(adapter, known, manifest.limits.batchMax, randomFrom(SEED));
            const { outcomes, calls, problems } = await pull(numbers, failure.answer, credentials);
            return [
              ...problems,
              ...new Set(outcomes.flatMap((outcome) => failureProblems(failure, outcome))),
              ...retries(calls).map((problem) => `${failure.title}: ${problem}`),
            ];
          }),
        ),
    ),
    check('pull.garbage', 'returns an error for every number if the answer is garbage', async () =>
      each(sets, (credentials) =>
        each(GARBAGE_ANSWERS, async (answer) => {
          const numbers = batchOf(adapter, known, manifest.limits.batchMax, randomFrom(SEED));
          const { outcomes, problems } = await pull(numbers, answer, credentials);
          const text = answer.kind === 'http' ? answer.text.slice(0, 30) : answer.kind;
          const odd = outcomes.filter(({ outcome }) => outcome !== 'error');
          return [...problems, ...odd.map(({ outcome }) => `"${text}": ${outcome}`)];
        }),
      ),
    ),
    check(
      'pull.odd-numbers',
      'never sends a number that changes the path, but returns an outcome for it',
      async () =>
        each(sets, (credentials) =>
          each([...ODD_NUMBERS.map((odd) => [odd]), ...oddBatches(adapter)], async (numbers) => {
            const { outcomes, problems } = await pull(numbers, httpAnswer(200, '{}'), credentials);
            const odd = outcomes.filter(({ outcome }) => outcome === 'answer');
            return [
              ...problems,
              ...odd.map(({ trackingNumber }) => `"${trackingNumber}": answered`),
            ];
          }),
        ),
    ),
  ];
}

/** Checks that each number is answered once, with its own data. */
function batchChecks(
  { adapter }: ReadSubject,
  { pull, sets, fixtures, known }: Asking,
): readonly ConformanceCheck[] {
  const { manifest } = adapter;
  return [
    check(
      'pull.once-each',
      'returns exactly one outcome for each number, in batches of any size and mixture',
      async () =>
        each(sets, (credentials) =>
          each(fixtures, async ({ text, status, name }) => {
            const random = randomFrom(SEED);
            return each([...Array(BATCHES_EACH).keys()], async () => {
              const size = 1 + random.below(manifest.limits.batchMax);
              const { problems } = await pull(
                batchOf(adapter, known, size, random),
                httpAnswer(status, text),
                credentials,
              );
              return problems.map((problem) => `${name}: ${problem}`);
            });
          }),
        ),
    ),
    check(
      'pull.own-numbers',
      'returns what its fixtures say about their own numbers, and about no others',
      async () => {
        let answers = 0;
        const problems = await each(sets, (credentials) =>
          each(fixtures, async (fixture) => {
            const found = await ownNumbers(adapter, fixture, (numbers) =>
              pull(numbers, httpAnswer(fixture.status, fixture.text), credentials),
            );
            answers += found.answers;
            return found.problems.map((problem) => `${fixture.name}: ${problem}`);
          }),
        );
        return answers > 0 ? problems : [...problems, 'no fixture is an answer to what it asks'];
      },
    ),
    ...(manifest.limits.batchMax === 1
      ? []
      : [
          check(
            'pull.partial-batch',
            'has a fixture of a batch that failed in part',
            async () =>
              fixtures.some(({ text, status }) => {
                const outcome = adapter.parse({ text, kind: 'track', httpStatus: status });
                return outcome.outcome === 'reports' && outcome.misses.length > 0;
              })
                ? []
                : ['none is read as reports together with misses'],
            PARTIAL_FIX,
          ),
        ]),
  ];
}

/** Checks with truncated or mutated answers. */
function damageChecks(
  { adapter }: ReadSubject,
  { pull, sets, fixtures, known }: Asking,
): readonly ConformanceCheck[] {
  const { manifest } = adapter;
  return [
    check('pull.cut', 'returns no part of a truncated answer', async () =>
      each(sets, (credentials) =>
        each(fixtures, async ({ name, text, status }) => {
          const random = randomFrom(SEED);
          const whole = text.trim();
          return each([...Array(CUTS_EACH).keys()], async () => {
            const cut = whole.slice(0, random.below(whole.length));
            const numbers = batchOf(adapter, known, manifest.limits.batchMax, random);
            const { outcomes, problems } = await pull(
              numbers,
              httpAnswer(status, cut),
              credentials,
            );
            return [
              ...problems,
              ...(outcomes.some(({ outcome }) => outcome === 'answer')
                ? [`${name} cut at ${cut.length}: an answer`]
                : []),
            ];
          });
        }),
      ),
    ),
    check('pull.mutated', 'survives mutated answers', async () =>
      each(sets, (credentials) =>
        each(fixtures, async ({ name, text, status }) => {
          const random = randomFrom(SEED);
          return each([...Array(MUTANTS_EACH).keys()], async () => {
            const mutant = mutatePayload(text, random);
            const numbers = batchOf(adapter, known, manifest.limits.batchMax, random);
            const { problems } = await pull(numbers, httpAnswer(status, mutant), credentials);
            return problems.map((problem) => `${name}: ${problem} for ${mutant.slice(0, 400)}`);
          });
        }),
      ),
    ),
  ];
}

/** Pulls once from a simulated carrier and checks the calls and every outcome. */
async function pullOnce(
  adapter: CarrierAdapter,
  track: Track,
  numbers: readonly string[],
  session: RecordingSession,
): Promise<Pulled> {
  const result = await settled(() => track(Object.freeze([...numbers]), session));
  const problems = [
    ...callProblems(adapter, session.calls, secretsOf(adapter, session.credentials)),
  ];
  if ('thrown' in result) {
    return { outcomes: [], calls: session.calls, problems: [...problems, result.thrown] };
  }
  const answered = result.value.map(({ trackingNumber }) => trackingNumber);
  if (!isDeepStrictEqual([...answered].sort(), [...numbers].sort())) {
    problems.push(`asked for ${numbers.join()}, answered for ${answered.join()}`);
  }
  for (const outcome of result.value) problems.push(...partProblems(adapter, outcome));
  return { outcomes: result.value, calls: session.calls, problems };
}

/**
 * The faults in an outcome. An answer must be a text that `parse` reads as a report about its
 * number and, in a batch, about no other.
 */
function partProblems(adapter: CarrierAdapter, outcome: TrackOutcome): readonly string[] {
  if (outcome.outcome !== 'answer') {
    return outcome.reason === '' ? [`${outcome.outcome}: no reason`] : [];
  }
  const { text, httpStatus, trackingNumber } = outcome;
  const parsed = adapter.parse({
    text,
    httpStatus,
    kind: 'track',
    requestedNumber: trackingNumber,
  });
  if (parsed.outcome !== 'reports') return [`the part of ${trackingNumber}: ${parsed.outcome}`];
  const others = parsed.reports.filter((report) => !isAbout(adapter, report, trackingNumber));
  if (others.length === parsed.reports.length) {
    return [`the part of ${trackingNumber} is not about it`];
  }
  if (adapter.manifest.limits.batchMax === 1) return [];
  return [...others, ...parsed.misses].map(
    (other) => `the part for ${trackingNumber} is about ${other.trackingNumber}`,
  );
}

function isAbout({ numbers }: CarrierAdapter, report: CarrierReport, number: string): boolean {
  const normalized = numbers.normalize(number);
  return [report.trackingNumber, ...report.aliases].some(
    (other) => other === number || numbers.normalize(other) === normalized,
  );
}

/** Pulls the numbers of a fixture, and compares the result with what `parse` reads from it. */
async function ownNumbers(
  adapter: CarrierAdapter,
  { text, status }: { readonly text: string; readonly status: number },
  pull: (numbers: readonly string[]) => Promise<Pulled>,
): Promise<{ readonly answers: number; readonly problems: readonly string[] }> {
  const whole = adapter.parse({ text, httpStatus: status, kind: 'track' });
  if (whole.outcome !== 'reports') return { answers: 0, problems: [] };
  const inReports = [...new Set(whole.reports.map(({ trackingNumber }) => trackingNumber))];
  const missed = whole.misses.filter(({ trackingNumber }) => !inReports.includes(trackingNumber));
  const numbers = [...inReports, ...missed.map(({ trackingNumber }) => trackingNumber)];
  const { batchMax } = adapter.manifest.limits;
  const batchesToPull =
    batchMax > 1 ? [numbers.slice(0, batchMax)] : numbers.map((number) => [number]);
  const problems: string[] = [];
  let answers = 0;
  for (const batch of batchesToPull) {
    const { outcomes, calls, problems: found } = await pull(batch);
    problems.push(...found, ...retries(calls));
    for (const outcome of outcomes) {
      if (outcome.outcome === 'answer') {
        answers += 1;
        problems.push(
          ...(await aliasProblems(adapter, outcome.trackingNumber, whole.reports, pull)),
        );
      }
      problems.push(...ownProblems(adapter, outcome, whole.reports, missed));
    }
  }
  return { answers, problems };
}

/** Checks that pulling by an alias of the number also returns an answer. */
async function aliasProblems(
  { numbers }: CarrierAdapter,
  trackingNumber: string,
  reports: readonly CarrierReport[],
  pull: (numbers: readonly string[]) => Promise<Pulled>,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const own = reports.find((report) => report.trackingNumber === trackingNumber);
  for (const alias of own?.aliases ?? []) {
    if (numbers.recognise(alias).length === 0) continue;
    const { outcomes } = await pull([alias]);
    problems.push(
      ...outcomes
        .filter(({ outcome }) => outcome !== 'answer')
        .map(({ outcome }) => `asked for as ${alias}, an alias of ${trackingNumber}: ${outcome}`),
    );
  }
  return problems;
}

/**
 * Compares the outcome for one number with what `parse` reads about it in the whole fixture:
 * `reports`, or a miss.
 */
function ownProblems(
  adapter: CarrierAdapter,
  outcome: TrackOutcome,
  reports: readonly CarrierReport[],
  missed: readonly { readonly trackingNumber: string; readonly outcome: string }[],
): readonly string[] {
  const { trackingNumber } = outcome;
  const miss = missed.find((each) => each.trackingNumber === trackingNumber);
  if (miss !== undefined) {
    const like = outcome.outcome === miss.outcome || outcome.outcome === 'refused';
    return like ? [] : [`${trackingNumber}: ${outcome.outcome}, where parse finds ${miss.outcome}`];
  }
  // A fixture may come from another interface of the carrier than the one that is called.
  if (outcome.outcome !== 'answer') {
    return outcome.outcome === 'error' ? [] : [`${trackingNumber}: ${outcome.outcome}`];
  }
  const { text, httpStatus } = outcome;
  const part = adapter.parse({ text, httpStatus, kind: 'track', requestedNumber: trackingNumber });
  const own = reports.filter((report) => report.trackingNumber === trackingNumber);
  const reportsInPart =
    part.outcome === 'reports'
      ? part.reports.filter((report) => report.trackingNumber === trackingNumber)
      : [];
  return isDeepStrictEqual(reportsInPart, own)
    ? []
    : [`${trackingNumber}: its part reads otherwise`];
}

/** The numbers of the fixtures, normalized; they are the models for made-up ones. */
function knownNumbers({ adapter, fixtures }: ReadSubject): readonly string[] {
  const all = fixtures.flatMap(({ payload }) => {
    const outcome = adapter.parse(payload);
    if (outcome.outcome !== 'reports') return outcome.trackingNumbers;
    return outcome.reports.map(({ trackingNumber }) => trackingNumber);
  });
  return [...new Set(all)].filter((number) => adapter.numbers.recognise(number).length > 0);
}

/**
 * Makes a batch of at most `size` distinct numbers, some from the fixtures and some made up. All
 * are valid numbers of the carrier, because the adapter may refuse others without a call.
 */
function batchOf(
  { numbers }: CarrierAdapter,
  known: readonly string[],
  size: number,
  random: Random,
): readonly string[] {
  const batch = new Set<string>();
  for (let i = 0; i < size * ATTEMPTS_EACH && batch.size < size; i += 1) {
    const number = known[random.below(known.length)] ?? '';
    const madeUp = number.replace(/\d/g, (digit) =>
      random.below(3) === 0 ? String(random.below(10)) : digit,
    );
    const isOurs = numbers.normalize(madeUp) === madeUp && numbers.recognise(madeUp).length > 0;
    if (isOurs && random.below(3) > 0) batch.add(madeUp);
    else if (number !== '') batch.add(number);
  }
  return [...batch];
}

/** Returns one batch of odd numbers; none if the carrier takes one number at a time. */
function oddBatches({ manifest }: CarrierAdapter): readonly (readonly string[])[] {
  const { batchMax } = manifest.limits;
  return batchMax > 1 ? [ODD_NUMBERS.slice(0, batchMax)] : [];
}

/** Collects the problems of all items, one item after the other. */
async function each<T>(
  items: readonly T[],
  problemsOf: (item: T) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const item of items) problems.push(...(await problemsOf(item)));
  return problems;
}
