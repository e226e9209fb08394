import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adapter as good } from '../../../examples/adapter-package/index.ts';
import { sandbox as goodSandbox } from '../../../examples/adapter-package/sandbox.ts';
import type {
  CarrierAdapter,
  CarrierReport,
  ParseOutcome,
  Payload,
  ReportedFact,
} from '../../../src/adapters/contract/contract.ts';
import type {
  CarrierAccess,
  CarrierSession,
  TrackOutcome,
} from '../../../src/adapters/contract/pull.ts';
import type { CheckId } from '../../../src/adapters/registry/levels.ts';
import { NO_TIME } from '../../../src/kernel/time/place-time.ts';
import { compileMapping, readFact } from '../../../src/normalization/index.ts';
import { type ConformanceSubject, conformanceChecks, scorecardOf } from './conformance.ts';

/**
 * A carrier that satisfies the whole contract. Each mutant below breaks one rule, and the kit must
 * report it.
 */
const PACKAGE = fileURLToPath(new URL('../../../examples/adapter-package', import.meta.url));
const mapping = compileMapping(
  readFileSync(join(PACKAGE, 'mapping.yaml'), 'utf8'),
  'mapping.yaml',
  good.manifest,
);

const OFFICIAL = {
  id: 'manual',
  kind: 'official',
  title: 'Manual',
  url: 'https://developer.carrier.com/codes',
  commit: '',
  readOn: '2026-12-01',
  codes: 10,
};
const INDEPENDENT = { ...OFFICIAL, id: 'client', kind: 'independent' };
const COVERAGE = {
  codes: 10,
  mapped: 10,
  reviewed: 10,
  unmapped: [],
  sources: [OFFICIAL, INDEPENDENT],
};

let folder = '';
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'waybill-mutant-')), 'pigeon-post');
  cpSync(PACKAGE, folder, { recursive: true });
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

type Mutation = Partial<Omit<ConformanceSubject, 'adapter'>> & {
  readonly adapter?: Partial<CarrierAdapter>;
  /** Changed files of the folder: path → text. */
  readonly files?: Readonly<Record<string, string>>;
};

function subject({ adapter = {}, files = {}, ...rest }: Mutation): ConformanceSubject {
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  const mutant: CarrierAdapter = { ...good, ...adapter };
  return {
    adapter: mutant,
    folder,
    namedByFolder: true,
    reader: (codes) => {
      if (!mapping.ok) throw new Error(JSON.stringify(mapping.problems));
      return readFact(mapping.mapping, { codes, logical: false });
    },
    coverage: COVERAGE,
    sandbox: goodSandbox,
    elsewhere: async (zone, payloads) => {
      const before = process.env['TZ'];
      process.env['TZ'] = zone;
      try {
        return payloads.map((payload) => mutant.parse(payload));
      } finally {
        if (before === undefined) delete process.env['TZ'];
        else process.env['TZ'] = before;
      }
    },
    forgeries: 300,
    ...rest,
  };
}

async function problemsOf(id: CheckId, mutation: Mutation): Promise<readonly string[]> {
  const check = conformanceChecks(subject(mutation)).find((each) => each.id === id);
  if (check === undefined) throw new Error(`${id} does not apply`);
  return check.skip === null ? check.problems() : [check.skip];
}

// ---------------------------------------------------------------- mutants

function withFacts(
  change: (facts: readonly ReportedFact[], payload: Payload) => readonly ReportedFact[],
): Mutation {
  return withReports((report, payload) => ({ ...report, facts: change(report.facts, payload) }));
}

function withReports(
  change: (report: CarrierReport, payload: Payload) => CarrierReport,
  warnings?: readonly string[],
): Mutation {
  const parse = (payload: Payload): ParseOutcome => {
    const outcome = good.parse(payload);
    if (outcome.outcome !== 'reports') return outcome;
    return {
      ...outcome,
      reports: outcome.reports.map((report) => change(report, payload)),
      warnings: warnings ?? outcome.warnings,
    };
  };
  return { adapter: { parse } };
}

/** Adds a further part to the identity of facts. */
function withIdentity(
  facts: readonly ReportedFact[],
  more: (fact: ReportedFact) => string,
): readonly ReportedFact[] {
  return facts.map((fact) => ({ ...fact, identity: [...fact.identity, more(fact)] }));
}

/** Parses to a report about the requested number, whatever the document names. */
function asRequested(payload: Payload, requested = payload.requestedNumber): ParseOutcome {
  const outcome = good.parse(payload);
  if (outcome.outcome !== 'reports' || requested === undefined) return outcome;
  const reports = outcome.reports.map((each) => ({ ...each, trackingNumber: requested }));
  return { ...outcome, reports };
}

function withTrack(
  track: (
    numbers: readonly string[],
    session: CarrierSession,
    requested: NonNullable<CarrierAdapter['track']>,
  ) => Promise<readonly TrackOutcome[]>,
): Mutation {
  const requested = good.track;
  if (requested === undefined) throw new Error('it cannot be polled');
  return { adapter: { track: (numbers, session) => track(numbers, session, requested) } };
}

function withNumbers(pattern: RegExp): Mutation {
  const { normalize } = good.numbers;
  const recognise = (number: string) =>
    pattern.test(number) ? [{ format: 'any', certainty: 1, checkDigit: 'none' as const }] : [];
  return { adapter: { numbers: { normalize, recognise } } };
}

function withManifest(change: Partial<CarrierAdapter['manifest']>): Mutation {
  return { adapter: { manifest: { ...good.manifest, ...change } } };
}

/**
 * Sets the day on which a document was read. The URL is one that the kit takes for public, so that
 * only the day can be wrong.
 */
function withDocsReadOn(readOn: string | null): Mutation {
  const docs = [{ title: 'Tracking API', url: 'https://developer.pigeon-post.com/api', readOn }];
  return withManifest({ docs });
}

function toTheMinute(time: ReportedFact['time']): ReportedFact['time'] {
  const { local, precision } = time;
  return local === null || precision !== 'second'
    ? time
    : { ...time, local: local.slice(0, 16), precision: 'minute' };
}

/** Adds a window to every report that has an estimate. */
function withWindow(from: string, to: string): Mutation {
  return withReports(({ snapshot, ...report }) => {
    const { estimatedDelivery } = snapshot;
    const window = estimatedDelivery && { ...estimatedDelivery, from, to };
    return { ...report, snapshot: { ...snapshot, estimatedDelivery: window } };
  });
}

/** Access by keys with each call instead of a token, checked correctly except for the change. */
function withVerify(change: Partial<NonNullable<CarrierAccess['verify']>>): Mutation {
  if (good.access === undefined) throw new Error('it cannot be polled');
  const { token: _token, ...rest } = good.access;
  const verify: NonNullable<CarrierAccess['verify']> = {
    request: () => ({ method: 'GET', path: '/v1/me' }),
    read: ({ status }) =>
      status === 200
        ? { outcome: 'accepted' }
        : {
            outcome: status === 401 ? 'auth_error' : status === 429 ? 'rate_limited' : 'error',
            reason: 'x',
          },
    ...change,
  };
  return { adapter: { access: { ...rest, verify } } };
}

let reads = 0;
/** Called by reflection, because `Math.random` is not allowed here. */
const chance = (): number => Reflect.apply(Reflect.get(Math, 'random'), Math, []);
const webhook = good.webhook;
if (webhook === undefined) throw new Error('it pushes nothing');
/** An adapter without `refusedByHeaders`, for which `verify` judges the headers. */
const { refusedByHeaders: _, ...verifiedOnly } = webhook;

const MUTANTS: readonly (readonly [CheckId, string, () => Mutation])[] = [
  [
    'purity.input',
    'writes into its payload',
    () => ({
      adapter: { parse: (payload) => good.parse(Object.assign(payload, { kind: 'track' })) },
    }),
  ],
  [
    'purity.input',
    'writes into the body it verifies',
    () => ({
      adapter: {
        webhook: {
          ...webhook,
          verify(request, secrets, nowMs) {
            const verdict = webhook.verify(request, secrets, nowMs);
            request.rawBody.fill(0);
            return verdict;
          },
        },
      },
    }),
  ],
  [
    'purity.state',
    'remembers what it read',
    () =>
      withFacts((facts) => {
        reads += 1;
        return facts.map((fact) => ({ ...fact, text: String(reads) }));
      }),
  ],
  [
    'purity.world',
    'looks at the clock',
    () => withFacts((facts) => (new Date().getDay() < 7 ? facts : [])),
  ],
  ['purity.world', 'rolls dice', () => withFacts((facts) => (chance() < 2 ? facts : []))],
  [
    'purity.imports',
    'reads files',
    () => ({ files: { 'cache.ts': "import { readFileSync } from 'node:fs';\n" } }),
  ],
  ['numbers.patterns', 'has an exponential pattern', () => withNumbers(/^(?:[A-Z]+\d*)+$/)],
  ['numbers.patterns', 'has a quadratic pattern', () => withNumbers(/^PP\d*\d{9,}\d*$/)],
  [
    'numbers.linear-time',
    'compares each character with each other',
    () => ({
      adapter: {
        numbers: {
          ...good.numbers,
          normalize(text) {
            let last = 0;
            for (const char of text) last = Math.max(last, text.lastIndexOf(`${char}?`));
            return last > 0 ? '' : good.numbers.normalize(text);
          },
        },
      },
    }),
  ],
  [
    'parse.linear-time',
    'compares each event with each other',
    () => ({
      adapter: {
        parse: (payload) => {
          const found: unknown = /^\s*\{/.test(payload.text) ? JSON.parse(payload.text) : null;
          const events =
            typeof found === 'object' && found !== null && 'events' in found ? found.events : [];
          const all: unknown[] = Array.isArray(events) ? events : [];
          let twice = 0;
          for (const each of all)
            for (const other of all) twice += `${each}` === `?${other}` ? 1 : 0;
          return twice > 0 ? good.parse({ text: '' }) : good.parse(payload);
        },
      },
    }),
  ],
  [
    'times.source',
    'guesses an offset',
    () =>
      withFacts((facts) =>
        facts.map((fact) => ({
          ...fact,
          time: { ...fact.time, zoneSource: 'carrier_policy' as const, zone: 'Asia/Tokyo' },
        })),
      ),
  ],
  [
    'times.machine-zone',
    'reads the wall clock of its own machine',
    () =>
      withFacts((facts) =>
        facts.map((fact) => ({
          ...fact,
          text: String(new Date(fact.time.local ?? 0).getTime()),
        })),
      ),
  ],
  [
    'identity.push-and-pull',
    'names a pushed fact otherwise',
    () => ({
      ...withFacts((facts, { kind }) =>
        facts.map((fact) => ({ ...fact, identity: [...fact.identity, kind ?? 'track'] })),
      ),
      files: {
        'fixtures/push-out-for-delivery.expected.json': JSON.stringify({
          kind: 'webhook',
          same_facts_as: 'track-delivered',
          outcome: { outcome: 'reports' },
        }),
      },
    }),
  ],
  [
    'parse.words',
    'takes any word of a delivery for one',
    () =>
      withFacts((facts) =>
        facts.map((fact) =>
          /delivered/i.test(fact.text ?? '') ? { ...fact, codes: { event: 'DLV' } } : fact,
        ),
      ),
  ],
  [
    'parse.reasons',
    'hands on what the carrier says went wrong',
    () => ({
      adapter: {
        parse: (payload) => {
          const outcome = good.parse(payload);
          const said = /"message": ?"([^"]*)"/.exec(payload.text)?.[1];
          return outcome.outcome === 'reports' || said === undefined
            ? outcome
            : { ...outcome, reason: said };
        },
      },
      files: {
        'fixtures/error-not-authorised.json':
          '{"error":{"code":"NOT_AUTHORISED","message":"no key of J. Doe"}}',
      },
    }),
  ],
  [
    'parse.reasons',
    'warns in the carrier’s words',
    () => ({
      adapter: {
        parse: (payload) => {
          const outcome = good.parse(payload);
          if (outcome.outcome !== 'reports') return outcome;
          const texts = outcome.reports.flatMap(({ facts }) => facts.map(({ text }) => text ?? ''));
          return { ...outcome, warnings: texts };
        },
      },
    }),
  ],
  [
    'parse.long-lists',
    'reads the first twenty scans',
    () => withFacts((facts) => facts.slice(0, 20)),
  ],
  [
    'parse.repeats',
    'keeps the last scan of each code alone',
    () =>
      withFacts((facts) => [...new Map(facts.map((fact) => [fact.codes['event'], fact])).values()]),
  ],
  [
    'parse.instants',
    'keeps one scan of each instant',
    () => withFacts((facts) => [...new Map(facts.map((fact) => [fact.time.local, fact])).values()]),
  ],
  [
    'parse.timeless',
    'drops events without a time',
    () => withFacts((facts) => facts.filter(({ time }) => time.local !== null)),
  ],
  [
    'parse.holes',
    'reads past what it cannot read, without a word',
    () => withReports((report) => ({ ...report, fullHistory: report.facts.length > 0 }), []),
  ],
  [
    'parse.whole-codes',
    'knows codes by their first two letters',
    () =>
      withFacts((facts) =>
        facts.map((fact) => ({
          ...fact,
          codes: { event: (fact.codes['event'] ?? '').slice(0, 2) },
        })),
      ),
  ],
  [
    'parse.stands',
    'drops offsets',
    () =>
      withFacts((facts) =>
        facts.map(({ time: { local, precision }, ...fact }) => ({
          ...fact,
          time: { ...NO_TIME, local, precision },
        })),
      ),
  ],
  [
    'parse.stands',
    'cuts the seconds off',
    () => ({
      ...withFacts((facts) => facts.map((fact) => ({ ...fact, time: toTheMinute(fact.time) }))),
      files: {
        'fixtures/track-odd-events.json':
          '{"number":"PP1000000038","events":[{"code":"DLV","at":"2026-03-08T10:00:07+00:00"}]}',
      },
    }),
  ],
  [
    'parse.well-formed',
    'takes the end of a window for its beginning',
    () => withWindow('2026-03-08T11:00:00+00:00', '2026-03-08T08:00:00+00:00'),
  ],
  [
    'parse.well-formed',
    'tells a window in words',
    () => withWindow('in the morning', '2026-03-08T12:00:00+00:00'),
  ],
  [
    'parse.stands',
    'makes a day of delivery up',
    () =>
      withReports((report) => ({
        ...report,
        snapshot: {
          ...report.snapshot,
          estimatedDelivery: { date: '2031-01-05', from: null, to: null },
        },
      })),
  ],
  [
    'parse.stands',
    'links numbers that nobody reported',
    () =>
      withReports((report) => ({
        ...report,
        links: [{ kind: 'return', trackingNumber: 'PP9999999996', carrier: null }],
      })),
  ],
  [
    'identity.words',
    'takes the wording for a part of what happened',
    () => withFacts((facts) => withIdentity(facts, ({ text }) => text ?? '')),
  ],
  [
    'identity.words',
    'takes the place for a part of what happened',
    () => withFacts((facts) => withIdentity(facts, ({ place }) => place?.city ?? '')),
  ],
  [
    'identity.words',
    'takes the offset for a part of what happened',
    () => withFacts((facts) => withIdentity(facts, ({ time }) => String(time.offsetMin))),
  ],
  [
    'identity.words',
    'takes scans of different days for one',
    () => withFacts((facts) => facts.map((fact) => ({ ...fact, identity: ['v1', 'code', ''] }))),
  ],
  [
    'numbers.certainty',
    'is certain of any twelve digits',
    () => ({
      adapter: {
        numbers: {
          ...good.numbers,
          recognise: (number) =>
            /^\d{12}$/.test(number)
              ? [{ format: 'bare', certainty: 0.95, checkDigit: 'none' as const }]
              : good.numbers.recognise(number),
        },
      },
    }),
  ],
  [
    'numbers.normalize',
    'takes a letter for a digit',
    () => ({
      adapter: {
        numbers: {
          ...good.numbers,
          normalize: (text) => good.numbers.normalize(text).replaceAll('O', '0'),
        },
      },
    }),
  ],
  [
    'access.verify',
    'accepts whatever the carrier says',
    () => withVerify({ read: () => ({ outcome: 'accepted' }) }),
  ],
  [
    'access.verify',
    'puts a secret into the path',
    () =>
      withVerify({
        request: ({ client_secret = '' }) => ({
          method: 'GET',
          path: `/v1/me?key=${client_secret}`,
        }),
      }),
  ],
  [
    'manifest.codes',
    'takes deliveries back by a code that nobody knows',
    () =>
      withManifest({ corrections: [{ match: { event: 'DVL' }, source: 'a test, 2026-03-02' }] }),
  ],
  [
    'manifest.codes',
    'shows a page without the number',
    () => withManifest({ publicTrackingUrl: 'https://pigeon-post.example/track' }),
  ],
  [
    'pull.own-numbers',
    'knows a parcel by one of its two names only',
    () => {
      const { parse } =
        withReports((report) => ({ ...report, aliases: ['PP1000000014'] })).adapter ?? {};
      return { ...(parse === undefined ? {} : { adapter: { parse } }) };
    },
  ],
  [
    'pull.own-numbers',
    'requests what it has just received',
    () =>
      withTrack(async (numbers, session, requested) => {
        await requested(numbers, session);
        return requested(numbers, session);
      }),
  ],
  [
    'mapping.unknown-codes',
    'drops facts whose code it does not know',
    () =>
      withFacts((facts) =>
        facts.filter(({ codes }) =>
          /^(LBL|ACC|ARR|DEP|OFD|PCK|ATT|DLV|RTS)$/.test(codes['event'] ?? ''),
        ),
      ),
  ],
  [
    'mapping.fixtures',
    'has a code that is not mapped',
    () => ({ reader: ({ event }) => ({ known: event !== 'OFD', status: 'in_transit' }) }),
  ],
  [
    'mapping.deliveries',
    'calls delivered what goes back',
    () => ({
      coverage: {
        codes: 10,
        mapped: 10,
        reviewed: 10,
        unmapped: [],
        denied: [{ code: 'RTS', description: 'Returned to the sender' }],
      },
    }),
  ],
  [
    'coverage.mapped',
    'rules on nine codes of ten',
    () => ({ coverage: { codes: 10, mapped: 9, reviewed: 9, unmapped: [] } }),
  ],
  [
    'coverage.complete',
    'leaves one code in a hundred out',
    () => ({ coverage: { codes: 100, mapped: 99, reviewed: 99, unmapped: [] } }),
  ],
  [
    'coverage.reviewed',
    'has a tenth of its codes carried over unread',
    () => ({ coverage: { codes: 100, mapped: 100, reviewed: 90, unmapped: [] } }),
  ],
  [
    'coverage.sources',
    'has its codes from the carrier’s two documents only',
    () => ({ coverage: { ...COVERAGE, sources: [OFFICIAL, OFFICIAL] } }),
  ],
  [
    'coverage.sources',
    'has its codes from one implementation',
    () => ({ coverage: { ...COVERAGE, sources: [INDEPENDENT] } }),
  ],
  [
    'docs.sources',
    'has no register of its sources',
    () => ({ coverage: { ...COVERAGE, sourceFaults: ['event A: names no source'] } }),
  ],
  [
    'coverage.reviewed',
    'names nobody as the reviewer of a code',
    () => ({
      coverage: {
        codes: 100,
        mapped: 100,
        reviewed: 99,
        unmapped: [],
        reviewFaults: ['event A: expected the reviewer’s name in reviewed_by, found "true"'],
      },
    }),
  ],
  [
    'webhook.truncated',
    'verifies the first half of a push',
    () => ({
      adapter: {
        webhook: {
          ...webhook,
          sign: (body, secret, nowMs) => ({
            ...webhook.sign(body.slice(0, 200), secret, nowMs),
            body,
          }),
          verify: ({ headers, rawBody }, secrets, nowMs) =>
            webhook.verify({ headers, rawBody: rawBody.slice(0, 200) }, secrets, nowMs),
        },
        parse: ({ text, ...rest }) =>
          good.parse({ text: text.startsWith('{') && !text.endsWith('}') ? FIRST : text, ...rest }),
      },
    }),
  ],
  [
    'webhook.headers-first',
    'reads the body before it looks for its header',
    () => ({
      adapter: {
        webhook: {
          ...verifiedOnly,
          verify: (request, secrets, nowMs) =>
            request.rawBody.length === 0
              ? { ok: false, reason: 'signature_mismatch' }
              : webhook.verify(request, secrets, nowMs),
        },
      },
    }),
  ],
  [
    'webhook.headers-first',
    'lets in by its headers what its verifier calls no signature',
    () => ({ adapter: { webhook: { ...webhook, refusedByHeaders: () => null } } }),
  ],
  [
    'webhook.headers-first',
    'refuses by its headers what its verifier believes',
    () => ({ adapter: { webhook: { ...webhook, refusedByHeaders: () => 'signature_malformed' } } }),
  ],
  [
    'webhook.headers-first',
    'misses its header where the body is not JSON',
    () => ({
      adapter: {
        webhook: {
          ...webhook,
          verify: (request, secrets, nowMs) =>
            request.rawBody[0] === 0x7b || request.headers['x-pigeon-post-signature'] === undefined
              ? webhook.verify(request, secrets, nowMs)
              : { ok: false, reason: 'signature_missing' },
        },
      },
    }),
  ],
  [
    'session.token-once',
    'gives up at the first 401',
    () =>
      withTrack(async (numbers, session, requested) => {
        const dead = { ...session, send: async () => ({ kind: 'http', ...EMPTY_401 }) as const };
        return requested(numbers, dead);
      }),
  ],
  [
    'session.refused-token',
    'asks again and again after a 401',
    () =>
      withTrack(async (numbers, session, requested) => {
        await requested(numbers, session);
        await requested(numbers, session);
        return requested(numbers, session);
      }),
  ],
  [
    'session.throttled',
    'forgets how long it is to wait',
    () =>
      withTrack(async (numbers, session, requested) =>
        (await requested(numbers, session)).map((each) =>
          each.outcome === 'rate_limited'
            ? { trackingNumber: each.trackingNumber, outcome: each.outcome, reason: each.reason }
            : each,
        ),
      ),
  ],
  [
    'session.time-out',
    'tries again when nobody answers',
    () =>
      withTrack(async (numbers, session, requested) => {
        await requested(numbers, session);
        return requested(numbers, session);
      }),
  ],
  [
    'sandbox.outage',
    'takes a broken carrier for an unknown number',
    () =>
      withTrack(async (numbers, session, requested) =>
        (await requested(numbers, session)).map((each) =>
          each.outcome === 'error'
            ? { trackingNumber: each.trackingNumber, outcome: 'not_found', reason: each.reason }
            : each,
        ),
      ),
  ],
  [
    'parse.asked',
    'takes the number that was asked for although the document names another',
    () => ({ adapter: { parse: (payload) => asRequested(payload) } }),
  ],
  [
    'parse.asked',
    'takes a push for the answer to a question',
    () => ({
      adapter: {
        parse: (payload) =>
          payload.kind === 'webhook'
            ? good.parse({ ...payload, kind: 'track' })
            : good.parse(payload),
      },
    }),
  ],
  [
    'parse.asked',
    'makes a number up where there is none',
    () => ({
      adapter: {
        parse: (payload) =>
          asRequested(payload, payload.text.includes('PP') ? undefined : 'PP1000000038'),
      },
    }),
  ],
  [
    'sandbox.push',
    'believes a signature of another kind',
    () => ({
      adapter: {
        webhook: {
          ...webhook,
          verify: ({ headers, rawBody }, secrets, nowMs) =>
            webhook.verify({ headers, rawBody: rawBody.slice(1) }, secrets, nowMs),
        },
      },
    }),
  ],
  [
    'sandbox.push',
    'hears of other facts by push than by pull',
    () =>
      withFacts((facts, { kind }) =>
        facts.map((fact) => ({ ...fact, identity: [...fact.identity, kind ?? 'track'] })),
      ),
  ],
  [
    'sandbox.scenarios',
    'reads no scenario of its sandbox',
    () => withTrack(async (numbers) => numbers.map(refused)),
  ],
  [
    'sandbox.same-answer',
    'takes an id of each answer for news',
    () => withManifest({ volatileFields: [] }),
  ],
  [
    'sandbox.limits',
    'has a sandbox that counts no calls',
    () => ({
      sandbox: {
        ...goodSandbox,
        answer: (request, world) =>
          goodSandbox.answer(request, { ...world, spend: () => ({ ok: true }) }),
      },
    }),
  ],
  [
    'sandbox.present',
    'tells too few scenarios',
    () => ({ sandbox: { ...goodSandbox, scenarios: goodSandbox.scenarios.slice(0, 1) } }),
  ],
  [
    'mapping.reasons',
    'gives a reason that nobody knows',
    () => ({
      coverage: { codes: 10, mapped: 10, reviewed: 10, unmapped: [], unknownReasons: ['adress'] },
    }),
  ],
  [
    'parse.estimates',
    'passes on no estimate although its answers have one',
    () =>
      withReports((report) => ({
        ...report,
        snapshot: { ...report.snapshot, estimatedDelivery: null },
      })),
  ],
  [
    'parse.units',
    'reads kilograms as grams',
    () => ({
      ...withReports((report, { text }) => {
        const kg = /"weight":([\d.]+)/.exec(text)?.[1];
        const { snapshot } = report;
        return kg === undefined
          ? report
          : { ...report, snapshot: { ...snapshot, weightG: Number(kg) } };
      }),
      files: {
        'fixtures/track-returned.json':
          '{"number":"PP1000000038","weight":12.5,"unit":"kg","events":[{"code":"DLV","at":"2026-03-08T09:00:00+00:00"}]}',
      },
    }),
  ],
  [
    'identity.event-ids',
    'identifies facts by the ids of events',
    () => ({
      ...withReports((report, { text }) => ({
        ...report,
        facts: withIdentity(report.facts, () => /"id":"(\w+)"/.exec(text)?.[1] ?? ''),
      })),
      files: {
        'fixtures/track-returned.json':
          '{"number":"PP1000000038","events":[{"id":"ev41","code":"DLV","at":"2026-03-08T09:00:00+00:00"}]}',
      },
    }),
  ],
  [
    'fixtures.status',
    'recorded a number that is not found with the status of another answer',
    () => ({
      files: {
        'fixtures/track-not-found.expected.json':
          '{"http_status":401,"outcome":{"outcome":"not_found"}}',
      },
    }),
  ],
  ['sandbox.token', 'has no sandbox', () => ({ sandbox: null })],
  [
    'docs.readme',
    'leaves its README to be written',
    () => ({
      files: { 'README.md': `# Pigeon Post\n\n## Signing up\n\n⟨how⟩\n${'x'.repeat(600)}` },
    }),
  ],
  [
    'docs.sources',
    'tells in words when its documents were read',
    () => withDocsReadOn('undated copy'),
  ],
  [
    'docs.sources',
    'read its documents on a day that never was',
    () => withDocsReadOn('2026-02-30'),
  ],
  [
    'docs.sources',
    'quotes an address in its limits that nobody can open',
    () =>
      withManifest({
        limits: { ...good.manifest.limits, source: 'The portal, at https://portal/limits today.' },
      }),
  ],
  [
    'docs.fixtures',
    'hides where its fixtures come from',
    () => ({ files: { 'fixtures/SOURCES.md': '#\n' } }),
  ],
  [
    'docs.retention',
    'says nothing of the carrier’s terms',
    () => withManifest({ retention: { deleteDaysAfterDelivery: null, note: '' } }),
  ],
  [
    'fixtures.private',
    'keeps somebody’s name',
    () => ({
      files: {
        'fixtures/track-no-events.json':
          '{"number":"PP1000000014","events":[],"receivedByName":"J. Doe"}',
      },
    }),
  ],
  [
    'fixtures.private',
    'keeps an address to write to',
    () => ({
      files: {
        'fixtures/track-no-events.json':
          '{"number":"PP1000000014","events":[],"to":"jane@doe.org"}',
      },
    }),
  ],
  [
    'fixtures.breadth',
    'has no fixture of trouble',
    () => ({ reader: () => ({ known: true, status: 'delivered' }) }),
  ],
];

/** Matches a whole payload that is shorter than what was signed. */
const FIRST =
  '{"number":"PP1000000038","events":[{"code":"DLV","at":"2026-03-08T09:00:00+00:00"}]}';
const EMPTY_401 = { status: 401, headers: {}, text: '' };

function refused(trackingNumber: string): TrackOutcome {
  return { trackingNumber, outcome: 'refused', reason: 'not today' };
}

describe('the kit', () => {
  it('finds nothing wrong with a courier that keeps every promise', async () => {
    const { checks, level } = await scorecardOf(subject({}));
    expect(checks.filter(({ state }) => state === 'fail' || state === 'skip')).toEqual([]);
    expect(level).toBe('platinum');
  });

  it.each(MUTANTS)('%s fails a courier that %s', async (id, _what, mutant) => {
    expect(await problemsOf(id, mutant())).not.toEqual([]);
  });

  it('takes a document whose copy bears no date', async () => {
    expect(await problemsOf('docs.sources', withDocsReadOn(null))).toEqual([]);
    expect(await problemsOf('docs.sources', withDocsReadOn('2026-11-20'))).toEqual([]);
  });

  it('lets an exemption show, and lowers the level by it', async () => {
    const noScenarios = {
      sandbox: { ...goodSandbox, scenarios: goodSandbox.scenarios.slice(0, 1) },
    };
    const reason = 'Its sandbox is being rewritten; see the notes.';
    const files = {
      'quality.yaml': `exemptions:\n  sandbox.present: ${reason}\n  sandbox.scenarios: ${reason}\n  docs.sources: ${reason}\n`,
    };
    const { checks, level } = await scorecardOf(subject({ ...noScenarios, files }));
    expect(checks.find(({ id }) => id === 'sandbox.present')).toMatchObject({
      state: 'exempt',
      note: reason,
    });
    expect(level).toBe('silver');
  });

  it('refuses exemptions without a reason, and of checks that are none', async () => {
    const withQuality = (text: string) =>
      scorecardOf(subject({ files: { 'quality.yaml': `exemptions:\n  ${text}\n` } }));
    await expect(withQuality('sandbox.present: no')).rejects.toThrow(/a reason is a sentence/);
    await expect(withQuality('sandbox.magic: It is not needed here.')).rejects.toThrow(
      /"sandbox.magic" is not a check/,
    );
  });
});
