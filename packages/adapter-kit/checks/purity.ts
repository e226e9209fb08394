import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { CarrierAdapter, WebhookRequest } from 'waybill/adapter';
import {
  credentialSets,
  httpAnswer,
  parcelsIn,
  pullFixtures,
  recordingSession,
} from './asking/session.ts';
import type { ConformanceCheck, ReadSubject } from './check.ts';
import { testKeysOf } from './pushing/test-keys.ts';

const FIX =
  'Take what is needed as an argument: the payload, the session (nowMs, newId), the secrets; keep ' +
  'nothing between two calls.';
const NOW_MS = Date.UTC(2026, 10, 20, 12);

/**
 * Checks that an adapter is a function of its input: it reads nothing else, and changes nothing.
 */
export function purityChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  const { adapter, fixtures, folder } = subject;
  const check = (
    id: ConformanceCheck['id'],
    title: string,
    problems: ConformanceCheck['problems'],
  ): ConformanceCheck => ({ id, title, skip: null, fix: FIX, problems });
  return [
    check('purity.input', 'does not change its arguments', () => [
      ...fixtures.flatMap(({ name, payload }) => {
        const given = { ...payload };
        const thrown = thrownBy(() => adapter.parse(Object.freeze(given)));
        return thrown === null ? [] : [`${name}: ${thrown}`];
      }),
      ...verifyInputProblems(adapter),
    ]),
    check('purity.state', 'reads a payload the same way whatever it read before', () => {
      const first = fixtures.map(({ payload }) => adapter.parse(payload));
      const again = [...fixtures]
        .reverse()
        .map(({ payload }) => adapter.parse(payload))
        .reverse();
      return fixtures.flatMap(({ name }, index) =>
        isDeepStrictEqual(first[index], again[index])
          ? []
          : [`${name}: read otherwise the second time`],
      );
    }),
    check('purity.world', 'uses no clock, no randomness and no I/O', async () => {
      const { touched } = await watchWorld(() => exerciseAdapter(subject));
      return touched.map((what) => `${what} is used while it works`);
    }),
    check('purity.imports', 'imports nothing that does I/O', () => importProblems(folder)),
  ];
}

/** Calls the adapter's functions with the fixtures, so that what they use can be observed. */
async function exerciseAdapter(subject: ReadSubject): Promise<void> {
  const { adapter, fixtures } = subject;
  for (const { payload } of fixtures) {
    const outcome = adapter.parse(payload);
    const numbers =
      outcome.outcome === 'reports'
        ? outcome.reports.map(({ trackingNumber }) => trackingNumber)
        : outcome.trackingNumbers;
    for (const number of numbers) adapter.numbers.recognise(adapter.numbers.normalize(number));
  }
  const request = requestOf(adapter);
  const { webhook } = adapter;
  if (request !== null) webhook?.verify(request, [testKeysOf(webhook).verifying], NOW_MS);
  const [credentials = {}] = credentialSets(adapter);
  for (const { text, status } of pullFixtures(subject)) {
    const outcome = adapter.parse({ text, httpStatus: status, kind: 'track' });
    const number = outcome.outcome === 'reports' ? outcome.reports[0]?.trackingNumber : undefined;
    if (number === undefined) continue;
    await adapter.track?.(
      [number],
      recordingSession(httpAnswer(status, text), credentials, parcelsIn(subject)),
    );
  }
}

function requestOf({ webhook }: CarrierAdapter): WebhookRequest | null {
  const signed = webhook?.sign('{"a":1}', testKeysOf(webhook).signing, NOW_MS);
  if (signed === undefined) return null;
  return { headers: signed.headers, rawBody: new TextEncoder().encode(signed.body) };
}

/** Checks that `verify` changes neither the body nor the headers. */
function verifyInputProblems(adapter: CarrierAdapter): readonly string[] {
  const request = requestOf(adapter);
  if (request === null) return [];
  const before = Uint8Array.from(request.rawBody);
  const headers = Object.freeze({ ...request.headers });
  const secrets = Object.freeze([testKeysOf(adapter.webhook ?? {}).verifying]);
  const thrown = thrownBy(() =>
    adapter.webhook?.verify({ headers, rawBody: request.rawBody }, secrets, NOW_MS),
  );
  return [
    ...(thrown === null ? [] : [`verify: ${thrown}`]),
    ...(isDeepStrictEqual(before, request.rawBody) ? [] : ['verify changes the body']),
  ];
}

function thrownBy(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

// ---------------------------------------------------------------- imports

/** Modules that only compute; all other modules of Node.js read or change something outside. */
const PURE_MODULES = new Set(['crypto', 'buffer', 'util', 'url', 'querystring', 'string_decoder']);
const CLIENTS = new Set([
  'axios',
  'got',
  'undici',
  'node-fetch',
  'superagent',
  'ws',
  'pg',
  'redis',
]);
const RANDOMNESS = /\b(randomBytes|randomUUID|randomInt|getRandomValues|process\.env)\b/;
const SPECIFIER = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"]([^'"\n]+)['"]/g;
/** Limit of files; a folder with more is not an adapter's. */
const FILES_MAX = 500;

function importProblems(folder: string): readonly string[] {
  return sourceFiles(folder).flatMap((file) => {
    const text = withoutComments(readFileSync(join(folder, file), 'utf8'));
    const specifiers = [...text.matchAll(SPECIFIER)].map(([, specifier]) => specifier ?? '');
    const withIo = specifiers.filter((specifier) => {
      const name = specifier.replace(/^node:/, '').split('/')[0] ?? '';
      const builtin = specifier.startsWith('node:') || builtinModules.includes(specifier);
      return (builtin && !PURE_MODULES.has(name)) || CLIENTS.has(name);
    });
    const randomness = RANDOMNESS.exec(text)?.[1];
    return [
      ...withIo.map((specifier) => `${file} imports ${specifier}`),
      ...(randomness === undefined ? [] : [`${file} uses ${randomness}`]),
    ];
  });
}

/** The sources of the adapter by their path in its folder, without tests. */
function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length)
        .replace(/^[/\\]/, ''),
    )
    .filter((file) => !/(^|[/\\])node_modules[/\\]|\.test\.|\.d\.ts$|(^|[/\\])test-/.test(file))
    .slice(0, FILES_MAX);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/^\s*\/\/.*$/gm, ' ');
}

/**
 * The result of some work, and what it used that an adapter must not use: the clock, chance, the
 * network, the machine's settings.
 */
interface Touched<T> {
  readonly value: T;
  /** The names of what was used, such as `Date.now` or `Math.random`, each once. */
  readonly touched: readonly string[];
}

/**
 * Runs work while watching the environment, and returns what it used. The work itself is not
 * affected. It must end in microtasks: other activity of the process would be attributed to it.
 */
async function watchWorld<T>(work: () => T | Promise<T>): Promise<Touched<T>> {
  const touched = new Set<string>();
  const undo = WATCHED.map(([holder, shownAs, name]) => watch(holder, name, shownAs, touched));
  undo.push(watchDate(touched));
  try {
    return { value: await work(), touched: [...touched] };
  } finally {
    for (const each of undo.reverse()) each();
  }
}

/** The watched functions: the object, its name, and the member. */
const WATCHED: readonly (readonly [object, string, string])[] = [
  [Math, 'Math', 'random'],
  [performance, 'performance', 'now'],
  [globalThis.crypto, 'crypto', 'getRandomValues'],
  [globalThis.crypto, 'crypto', 'randomUUID'],
  ...['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'WebSocket'].map(
    (name) => [globalThis, '', name] as const,
  ),
  ...['hrtime', 'cwd', 'nextTick'].map((name) => [process, 'process', name] as const),
];

/** Replaces a member by a function that records its use. Returns a function that restores it. */
function watch(holder: object, name: string, shownAs: string, touched: Set<string>): () => void {
  const own = Object.getOwnPropertyDescriptor(holder, name);
  const real: unknown = Reflect.get(holder, name);
  if (typeof real !== 'function') return () => {};
  const watched = new Proxy(real, {
    apply(target, self, args: unknown[]) {
      touched.add(shownAs === '' ? name : `${shownAs}.${name}`);
      return Reflect.apply(target, self, args);
    },
  });
  Object.defineProperty(holder, name, { value: watched, configurable: true, writable: true });
  return () => {
    if (own === undefined) Reflect.deleteProperty(holder, name);
    else Object.defineProperty(holder, name, own);
  };
}

/**
 * Records uses of the current time: a date made from a value only computes, but one without a value
 * reads the clock.
 */
function watchDate(touched: Set<string>): () => void {
  const Real = globalThis.Date;
  globalThis.Date = new Proxy(Real, {
    construct(target, args: unknown[], newTarget) {
      if (args.length === 0) touched.add('new Date()');
      return Reflect.construct(target, args, newTarget);
    },
    apply(target, self, args: unknown[]) {
      touched.add('Date()');
      return Reflect.apply(target, self, args);
    },
    get(target, name, receiver) {
      if (name === 'now') touched.add('Date.now');
      return Reflect.get(target, name, receiver);
    },
  });
  return () => {
    globalThis.Date = Real;
  };
}
