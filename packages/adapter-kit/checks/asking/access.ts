import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CarrierAccess, CarrierCall, HttpAnswer, TokenAccess } from 'waybill/adapter';
import { readCassette } from '../../cassettes/cassette.ts';
import { replayCassette } from '../../cassettes/replay-cassette.ts';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
import {
  callProblems,
  credentialSets,
  FAILURES,
  GARBAGE_ANSWERS,
  headerProblems,
  httpAnswer,
  secretsOf,
} from './session.ts';
import { membersOf, tokenAnswer, withMember } from './token-answer.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const TOKEN = 'test-token.A-b_c~1';
const FIX = 'access.ts: see CarrierAccess in contract/pull.ts.';

/** Checks sign-in to a carrier: requests, destinations, and how tokens are read. */
export function accessChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  const { adapter } = subject;
  const { access } = adapter;
  if (access === undefined) return [];
  const { token, verify } = access;
  const check = (
    id: ConformanceCheck['id'],
    title: string,
    problems: () => readonly string[],
  ): ConformanceCheck => ({ id, title, skip: null, fix: FIX, problems });
  return [
    check(
      'access.credentials',
      'gives its credentials valid names, and at least one is secret',
      () => {
        const names = access.credentials.map(({ name }) => name);
        return [
          ...names.filter((name) => !/^[a-z][a-z0-9_]*$/.test(name)).map((name) => `"${name}"`),
          ...(new Set(names).size === names.length ? [] : ['a name is listed twice']),
          ...(access.credentials.some(({ secret, required }) => secret && required)
            ? []
            : ['no required field is secret']),
        ];
      },
    ),
    check('access.origins', 'calls complete origins, and only over TLS', () =>
      originProblems(access),
    ),
    check('access.headers', 'authenticates calls, and its headers are valid', () =>
      credentialSets(adapter).flatMap((credentials) => {
        const sent = token === undefined ? null : TOKEN;
        const headers = access.headers(credentials, sent);
        // Some carriers take the credentials in the body of each call.
        const body = token === undefined ? verify?.request(credentials).body : undefined;
        const text = JSON.stringify([headers, body]);
        const known = [TOKEN, ...secretsOf(adapter, credentials)].some(
          (secret) => text.includes(secret) || text.includes('Basic '),
        );
        return [
          ...headerProblems(headers),
          ...(known ? [] : ['no secret is in them or in the body']),
        ];
      }),
    ),
    ...(token === undefined
      ? []
      : [
          check('access.token-call', 'asks for tokens without a secret in the path', () =>
            credentialSets(adapter).flatMap((credentials) =>
              callProblems(adapter, [token.request(credentials)], secretsOf(adapter, credentials)),
            ),
          ),
          check('access.token-read', 'accepts only a token as a token', () =>
            tokenProblems(token, grantedTo(subject, token)),
          ),
        ]),
    ...(verify === undefined || token !== undefined
      ? []
      : [
          check('access.verify', 'accepts credentials only if the carrier does', () =>
            credentialSets(adapter).flatMap((credentials) => [
              ...callProblems(
                adapter,
                [verify.request(credentials)],
                secretsOf(adapter, credentials),
              ),
              ...verifyProblems(verify),
            ]),
          ),
        ]),
  ];
}

function verifyProblems({ read }: NonNullable<CarrierAccess['verify']>): readonly string[] {
  return FAILURES.flatMap(({ title, answer, outcomes }) => {
    if (answer.kind !== 'http') return [];
    const found = kindOf(() => read(answer).outcome);
    return outcomes.includes(found) ? [] : [`${title}: ${found}, not ${outcomes.join(' or ')}`];
  }).concat(
    GARBAGE_ANSWERS.flatMap((answer) => {
      if (answer.kind !== 'http') return [];
      const found = kindOf(() => read(answer).outcome);
      return found.startsWith('a throw') ? [`"${answer.text.slice(0, 30)}": ${found}`] : [];
    }),
  );
}

function kindOf(read: () => string): string {
  try {
    return read();
  } catch (error) {
    return `a throw: ${String(error)}`;
  }
}

function originProblems({ origins }: CarrierAccess): readonly string[] {
  const all = [origins.production, origins.test, ...(origins.others ?? [])];
  return all
    .filter((origin) => origin !== null)
    .filter(
      (origin) =>
        !origin.startsWith('https://') ||
        !URL.canParse(origin) ||
        new URL(origin).origin !== origin,
    )
    .map((origin) => `"${origin}" is not an https://host`);
}

/** The answer of the carrier's sandbox, or the usual one, that grants `TOKEN`. */
function grantedTo({ adapter, sandbox, grants }: ReadSubject, token: TokenAccess): HttpAnswer {
  const carrier = sandbox ?? grants ?? null;
  const [credentials = {}] = carrier === null ? credentialSets(adapter) : [carrier.credentials];
  const { method, path, headers, body } = token.request(credentials);
  const url = `https://carrier.example${path}`;
  const [type, sent] = body === undefined ? [{}, {}] : encoded(body);
  const request = { method, url, headers: { ...type, ...headers }, ...sent };
  return tokenAnswer(carrier, request, TOKEN, NOW_MS);
}

/** Encodes a body as a session does, with the header for it. */
function encoded(body: NonNullable<CarrierCall['body']>) {
  const [type, text] =
    'json' in body
      ? ['application/json', JSON.stringify(body.json)]
      : ['application/x-www-form-urlencoded', new URLSearchParams(body.form).toString()];
  return [{ 'content-type': type }, { body: text }] as const;
}

function tokenProblems(token: TokenAccess, granted: HttpAnswer): readonly string[] {
  const read = (answer: HttpAnswer): { kind: string; detail: string } => {
    try {
      const outcome = token.read(answer);
      return {
        kind: outcome.outcome,
        detail: outcome.outcome === 'token' ? `${outcome.token} for ${outcome.lifetimeS}` : '',
      };
    } catch (error) {
      return { kind: `a throw: ${String(error)}`, detail: '' };
    }
  };
  const problems: string[] = [];
  const { kind: found, detail: what } = read(granted);
  if (found !== 'token' || !/^[1-9]\d*$/.test(what.replace(`${TOKEN} for `, ''))) {
    problems.push(`the sandbox's answer ${granted.status} ${granted.text}: ${found} ${what}`);
  }
  const members = Object.entries(membersOf(granted));
  for (const expires_in of 'expires_in' in membersOf(granted) ? [3_600, '3600'] : []) {
    const { kind, detail } = read(withMember(granted, 'expires_in', expires_in));
    if (kind !== 'token' || detail !== `${TOKEN} for 3600`) {
      problems.push(`expires_in ${JSON.stringify(expires_in)}: ${kind} ${detail}`);
    }
  }
  for (const [name] of members.filter(([, value]) => value === TOKEN)) {
    for (const odd of ['', ' ', 'a\r\nx-evil: 1', 'a b', 'ä', 7, null, {}]) {
      const { kind } = read(withMember(granted, name, odd));
      if (kind === 'token') problems.push(`took ${JSON.stringify(odd)} for a token`);
    }
  }
  for (const { title, answer, outcomes } of FAILURES) {
    if (answer.kind !== 'http') continue;
    const { kind } = read(answer);
    if (!outcomes.includes(kind)) problems.push(`${title}: ${kind}, not ${outcomes.join(' or ')}`);
  }
  const garbage = [...GARBAGE_ANSWERS, httpAnswer(400, ''), httpAnswer(404, '')];
  for (const answer of garbage) {
    if (answer.kind !== 'http') continue;
    const { kind } = read(answer);
    if (kind !== 'error' && !(answer.status === 400 && kind === 'auth_error')) {
      problems.push(`${answer.status} "${answer.text.slice(0, 30)}": ${kind}, not error`);
    }
  }
  return problems;
}

const CASSETTE = '.cassette.json';

/**
 * Checks the adapter with recordings of the real carrier (`fixtures/*.cassette.json`, `waybill
 * carrier record`): each of its calls finds an answer, each number gets one outcome, and `parse`
 * reads from each answer a report about that number.
 */
export function cassetteChecks({
  adapter,
  folder,
}: Pick<ReadSubject, 'adapter' | 'folder'>): readonly ConformanceCheck[] {
  const fixtures = join(folder, 'fixtures');
  const files = readdirSync(fixtures).filter((file) => file.endsWith(CASSETTE));
  if (adapter.track === undefined || files.length === 0) return [];
  return [
    {
      id: 'pull.cassettes',
      title: 'replays recorded calls and reads each answer',
      skip: null,
      fix: 'track.ts; or record it again with `waybill carrier record`. `waybill carrier replay` shows a recording.',
      async problems() {
        const found: string[] = [];
        for (const file of files) {
          const path = join(fixtures, file);
          for (const problem of await problemsOf(adapter, path)) found.push(`${file}: ${problem}`);
        }
        return found;
      },
    },
  ];
}

async function problemsOf(
  adapter: ReadSubject['adapter'],
  path: string,
): Promise<readonly string[]> {
  const cassette = readCassette(readFileSync(path, 'utf8'), path);
  const { name } = adapter.manifest;
  if (cassette.carrier !== name) return [`it is of "${cassette.carrier}"`];
  const { outcomes, unanswered } = await replayCassette(adapter, cassette);
  const problems = unanswered.map((call) => `there is no answer to ${call}`);
  for (const number of cassette.tracking_numbers) {
    const ours = outcomes.filter(({ trackingNumber }) => trackingNumber === number);
    const [outcome] = ours;
    if (outcome === undefined || ours.length > 1) {
      problems.push(`${number} has ${ours.length} outcomes`);
    } else if (outcome.outcome === 'answer') {
      const { text, httpStatus } = outcome;
      const read = adapter.parse({ text, httpStatus, kind: 'track', requestedNumber: number });
      if (read.outcome !== 'reports') problems.push(`${number}: parse says ${read.outcome}`);
    }
  }
  return problems;
}
