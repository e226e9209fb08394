import { isDeepStrictEqual } from 'node:util';
import type { CarrierAdapter, PushManifest, Verdict, WebhookVerifier } from 'waybill/adapter';
import { judgeHeaders, type Random, REFUSED_BY_HEADERS, randomFrom } from 'waybill/adapter/kit';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
import { type TestKeys, testKeysOf } from './test-keys.ts';

const SEED = 20_261_120;
const NOW_MS = Date.UTC(2026, 10, 20, 12);
const FIX = 'webhook.ts: see WebhookVerifier in contract/contract.ts.';
const ALTERED_BYTES = 300;
const CUTS = 40;
const HEADERS_TRIED = 100;
const PROBLEMS_MAX = 5;

/**
 * Checks that a push is accepted exactly when it was made with one of the live secrets, over these
 * bytes.
 */
export function webhookChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  const { adapter, fixtures, forgeries } = subject;
  const { webhook } = adapter;
  const { push } = adapter.manifest;
  if (webhook === undefined || push === null) return [];
  const body = fixtures.find(({ payload }) => payload.kind === 'webhook')?.payload.text ?? '{}';
  const keys = testKeysOf(webhook);
  const { verifying, others } = keys;
  const genuine = messageOf(webhook.sign(body, keys.signing, NOW_MS));
  const verify = (message: Message, secrets: readonly string[], nowMs = NOW_MS): Verdict =>
    webhook.verify(message, secrets, nowMs);
  const check = (
    id: ConformanceCheck['id'],
    title: string,
    problems: () => readonly string[],
  ): ConformanceCheck => ({ id, title, skip: null, fix: FIX, problems });
  return [
    check('webhook.no-secret', 'refuses every webhook while no secret is set', () => [
      ...expectReason(verify(genuine, []), 'no_secret_configured'),
      ...expectReason(verify(genuine, ['', '']), 'no_secret_configured'),
      ...expectReason(verify(withHeader(genuine, push, ''), ['']), 'no_secret_configured'),
    ]),
    check('webhook.live-secrets', 'accepts what was signed with any of several valid secrets', () =>
      [[verifying], [verifying, ...others], [...others, verifying], ['', verifying]].flatMap(
        (secrets) => {
          const verdict = verify(genuine, secrets);
          if (!verdict.ok) return [`refused with ${verdict.reason}`];
          return verdict.trust === push.trust ? [] : [`trust ${verdict.trust}, not ${push.trust}`];
        },
      ),
    ),
    check('webhook.other-secret', 'refuses a webhook made with another secret', () => [
      ...expectRefusal(verify(genuine, others)),
      ...expectRefusal(verify(genuine, keys.similar)),
    ]),
    check('webhook.no-header', 'refuses a webhook without its header', () => [
      ...expectReason(verify({ ...genuine, headers: {} }, [verifying]), 'signature_missing'),
      ...expectReason(verify(withHeader(genuine, push, ''), [verifying]), 'signature_missing'),
    ]),
    check(
      'webhook.headers-first',
      'decides by headers alone what they can decide, whatever the body is',
      () => headerVerdictProblems(adapter, push, genuine, verify, verifying),
    ),
    ...(push.trust === 'signed'
      ? [
          check('webhook.altered-byte', 'refuses a body with an altered byte', () =>
            alteredByteProblems(adapter, genuine, verify, verifying),
          ),
        ]
      : []),
    ...(push.trust === 'signed'
      ? [
          check('webhook.truncated', 'refuses a truncated body', () =>
            truncationProblems(adapter, genuine, verify, verifying),
          ),
        ]
      : []),
    ...(push.replayWindowS === null
      ? []
      : [
          check('webhook.stale', 'refuses signatures that are too old or in the future', () =>
            staleProblems(push, genuine, verify, verifying),
          ),
        ]),
    ...(push.headerConfigurable
      ? [
          check(
            'webhook.renamed-header',
            'reads only the header to which an operator renamed it',
            () => renameProblems(webhook, body, keys),
          ),
        ]
      : []),
    check('webhook.forged', `refuses all of ${forgeries} forged signatures`, () => {
      const random = randomFrom(SEED);
      const signature = genuine.headers[push.header] ?? '';
      const accepted: string[] = [];
      for (let i = 0; i < forgeries; i += 1) {
        const forged = forgeryOf(signature, random);
        if (verify(withHeader(genuine, push, forged), [verifying, ...others]).ok) {
          accepted.push(`accepted ${JSON.stringify(forged)} for ${JSON.stringify(signature)}`);
        }
      }
      return accepted.slice(0, PROBLEMS_MAX);
    }),
  ];
}

interface Message {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly rawBody: Uint8Array;
}

function messageOf(signed: ReturnType<WebhookVerifier['sign']>): Message {
  return { headers: signed.headers, rawBody: new TextEncoder().encode(signed.body) };
}

function withHeader(message: Message, push: PushManifest, value: string): Message {
  return { ...message, headers: { ...message.headers, [push.header]: value } };
}

function expectRefusal(verdict: Verdict): readonly string[] {
  return verdict.ok ? ['accepted'] : [];
}

function expectReason(verdict: Verdict, reason: string): readonly string[] {
  if (verdict.ok) return [`accepted, instead of ${reason}`];
  return verdict.reason === reason ? [] : [`refused with ${verdict.reason}, not ${reason}`];
}

/**
 * Checks that a push refused by its headers is also refused with a body, because the hub judges
 * headers before it has read a body.
 */
function headerVerdictProblems(
  adapter: CarrierAdapter,
  push: PushManifest,
  genuine: Message,
  verify: (message: Message, secrets: readonly string[]) => Verdict,
  secret: string,
): readonly string[] {
  const random = randomFrom(SEED);
  const signature = genuine.headers[push.header] ?? '';
  const forged = [...Array(HEADERS_TRIED).keys()].map(() => forgeryOf(signature, random));
  const bodies = [genuine.rawBody, ...['{}', 'no json'].map((text) => Buffer.from(text))];
  const isConsistent = (before: Verdict | null, after: Verdict) =>
    before === null
      ? after.ok || !REFUSED_BY_HEADERS.has(after.reason)
      : isDeepStrictEqual(before, after);
  const problems: string[] = [];
  const compare = (message: Message, secrets: readonly string[]): void => {
    const before = judgeHeaders(adapter, message.headers, secrets, NOW_MS);
    for (const rawBody of bodies) {
      const after = verify({ ...message, rawBody }, secrets);
      if (isConsistent(before, after)) continue;
      problems.push(`${verdictName(before)} without a body, ${verdictName(after)} with one`);
    }
  };
  compare(genuine, []);
  compare({ ...genuine, headers: {} }, [secret]);
  for (const value of [signature, '', ...forged]) {
    compare(withHeader(genuine, push, value), [secret]);
  }
  return [...new Set(problems)].slice(0, PROBLEMS_MAX);
}

function verdictName(verdict: Verdict | null): string {
  if (verdict === null) return 'undecided';
  return verdict.ok ? 'accepted' : `refused with ${verdict.reason}`;
}

/**
 * Checks that changed bytes are refused. Members that are not signed may change, as long as nothing
 * that is read changes with them.
 */
function alteredByteProblems(
  adapter: CarrierAdapter,
  genuine: Message,
  verify: (message: Message, secrets: readonly string[]) => Verdict,
  secret: string,
): readonly string[] {
  const random = randomFrom(SEED);
  const outcomeOf = (rawBody: Uint8Array) =>
    adapter.parse({ text: new TextDecoder().decode(rawBody), kind: 'webhook' });
  const before = outcomeOf(genuine.rawBody);
  const problems: string[] = [];
  for (let i = 0; i < ALTERED_BYTES; i += 1) {
    const rawBody = Uint8Array.from(genuine.rawBody);
    const at = random.below(rawBody.length);
    rawBody[at] = (rawBody[at] ?? 0) ^ (1 << random.below(8));
    if (!verify({ ...genuine, rawBody }, [secret]).ok) continue;
    if (!isDeepStrictEqual(outcomeOf(rawBody), before)) problems.push(`byte ${at} was altered`);
  }
  return problems.slice(0, PROBLEMS_MAX);
}

function truncationProblems(
  adapter: CarrierAdapter,
  genuine: Message,
  verify: (message: Message, secrets: readonly string[]) => Verdict,
  secret: string,
): readonly string[] {
  const random = randomFrom(SEED);
  const whole = genuine.rawBody;
  const longer = Uint8Array.from([...whole, 0x20]);
  const cuts = [...Array(CUTS).keys()].map(() => whole.slice(0, random.below(whole.length)));
  return (
    [new Uint8Array(0), whole.slice(0, -1), longer, ...cuts]
      .filter((rawBody) => verify({ ...genuine, rawBody }, [secret]).ok)
      // Unsigned bytes may be cut, as long as nothing can be read from the rest.
      .filter((rawBody) => {
        const text = new TextDecoder().decode(rawBody);
        const before = adapter.parse({ text: new TextDecoder().decode(whole), kind: 'webhook' });
        const outcome = adapter.parse({ text, kind: 'webhook' });
        return outcome.outcome === 'reports' && !isDeepStrictEqual(outcome, before);
      })
      .map((rawBody) => `${rawBody.length} of ${whole.length} bytes were accepted`)
      .slice(0, PROBLEMS_MAX)
  );
}

function staleProblems(
  push: PushManifest,
  genuine: Message,
  verify: (message: Message, secrets: readonly string[], nowMs: number) => Verdict,
  secret: string,
): readonly string[] {
  const beyondMs = ((push.replayWindowS ?? 0) + 2) * 1_000;
  const withinMs = Math.max(0, (push.replayWindowS ?? 0) - 2) * 1_000;
  return [
    ...expectReason(verify(genuine, [secret], NOW_MS + beyondMs), 'timestamp_stale'),
    ...expectReason(verify(genuine, [secret], NOW_MS - beyondMs), 'timestamp_stale'),
    ...(verify(genuine, [secret], NOW_MS + withinMs).ok ? [] : ['refused within the window']),
  ];
}

function renameProblems(
  webhook: WebhookVerifier,
  body: string,
  { signing, verifying: secret }: TestKeys,
): readonly string[] {
  const options = { header: 'x-renamed-by-operator' };
  const message = messageOf(webhook.sign(body, signing, NOW_MS, options));
  return [
    ...(webhook.verify(message, [secret], NOW_MS, options).ok
      ? []
      : ['refused under the new name']),
    ...expectRefusal(webhook.verify(message, [secret], NOW_MS)),
  ];
}

/**
 * Returns a text similar to a genuine signature or secret, as an attacker, a proxy or another
 * library would send it. It is never the genuine text itself.
 */
function forgeryOf(genuine: string, random: Random): string {
  const forge = random.pick(FORGERIES);
  const forged = forge(genuine, random);
  return forged === genuine ? `${genuine}=` : forged;
}

type Forgery = (genuine: string, random: Random) => string;

const FORGERIES: readonly [Forgery, ...Forgery[]] = [
  flippedBit,
  // Non-canonical Base64: another last character, which differs only in unused low bits.
  (text) => text.replace(/.(=*)$/, (last) => nextBase64Char(last.charAt(0)) + last.slice(1)),
  (text) => text.replace(/=+$/, ''),
  (text) => `${text}=`,
  (text) => `${text}==`,
  (text) => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '') || 'x',
  (text) => Buffer.from(text, 'base64').toString('hex'),
  (text) => Buffer.from(text, 'base64').toString('hex').toUpperCase(),
  (text) => Buffer.from(text, 'utf8').toString('base64'),
  (text, random) => text.slice(0, random.below(text.length)),
  (text, random) => text.slice(1 + random.below(text.length)),
  (text, random) =>
    insert(text, random, random.pick([' ', '\t', '\n', '\r\n', '\u0000', '\u00a0'])),
  (text) => ` ${text}`,
  (text) => `${text} `,
  (text) => `"${text}"`,
  (text) => `${text}, ${text}`,
  (text) => `${text},${text}`,
  (text) => `${text}${text}`,
  (text) => `sha256=${text}`,
  (text) => `Bearer ${text}`,
  (text) => text.toLowerCase(),
  (text) => text.toUpperCase(),
  (text) => Array.from(text).reverse().join(''),
  (text, random) => insert(text, random, String.fromCharCode(random.below(0x250))),
  (text) => 'A'.repeat(text.length),
  (text) => '='.repeat(text.length),
  () => '',
  () => 'null',
];

function flippedBit(text: string, random: Random): string {
  const bytes = Buffer.from(text, 'latin1');
  const at = random.below(bytes.length);
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.below(8)), at);
  return bytes.toString('latin1');
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function nextBase64Char(char: string): string {
  return BASE64.charAt((BASE64.indexOf(char) + 1) % BASE64.length);
}

function insert(text: string, random: Random, inserted: string): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + inserted + text.slice(at);
}
