import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CarrierAdapter,
  EMPTY_SNAPSHOT,
  type ParseOutcome,
  type PushManifest,
  type Verdict,
} from '../../../src/adapters/contract/contract.ts';
import { endsInCheckDigit, gs1CheckDigit } from '../../../src/kernel/numbers/check-digit.ts';
import { NO_TIME } from '../../../src/kernel/time/place-time.ts';
import { hmacSha256Base64, matchesAnyHmacSha256Base64 } from '../../../src/kernel/wire/hmac.ts';
import { conformanceChecks } from './conformance.ts';

/** A made-up carrier that satisfies every rule; each test below breaks one. */
const NUMBER = '4006381333931';
const PAYLOAD = JSON.stringify({ number: NUMBER, codes: ['A', 'B'] });

function parse({ text }: { readonly text: string }): ParseOutcome {
  const unreadable = { outcome: 'unreadable', reason: 'no codes', trackingNumbers: [] } as const;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return unreadable;
  }
  if (typeof body !== 'object' || body === null || !('codes' in body)) return unreadable;
  const given = Array.isArray(body.codes) ? body.codes : [];
  const codes = given.filter((code) => typeof code === 'string' && /^[A-Z]$/.test(code));
  if (codes.length === 0) return unreadable;
  return reported(codes);
}

function reported(codes: readonly string[]): ParseOutcome {
  const facts = codes.map((code) => ({
    codes: { code },
    identity: ['acme-1', code, '', ''],
    time: NO_TIME,
    place: null,
    text: null,
    piece: null,
    logical: false,
  }));
  const report = {
    trackingNumber: NUMBER,
    aliases: [],
    carrierPieceId: null,
    asOf: null,
    fullHistory: false,
    facts,
    snapshot: EMPTY_SNAPSHOT,
    links: [],
  };
  return { outcome: 'reports', reports: [report], misses: [], warnings: [] };
}

const PUSH: PushManifest = {
  trust: 'signed',
  secretHeaders: [],
  header: 'x-acme',
  headerConfigurable: false,
  replayWindowS: null,
};

const GOOD: CarrierAdapter = {
  manifest: {
    name: 'acme',
    displayName: 'Acme',
    capabilities: ['push'],
    limits: {
      batchMax: 1,
      callsPerSecond: null,
      callsPerHour: null,
      callsPerDay: null,
      source: 'made up for these tests',
    },
    matchKeys: ['code'],
    matchOrder: [['code']],
    codeShown: ['code'],
    zonePolicy: 'none',
    pullsFullHistory: false,
    historyCap: { maxEvents: null, maxAgeDays: null },
    corrections: [],
    returnCancelled: [],
    volatileFields: [],
    push: PUSH,
    retention: { deleteDaysAfterDelivery: null, note: '' },
    publicTrackingUrl: null,
    docs: [],
  },
  numbers: {
    normalize: (input) => input.replace(/\s/g, '').toUpperCase(),
    recognise: (number) =>
      /^\d{13}$/.test(number)
        ? [
            {
              format: 'acme_13',
              certainty: 0.5,
              checkDigit: endsInCheckDigit(number, gs1CheckDigit) ? 'valid' : 'invalid',
            },
          ]
        : [],
  },
  parse,
  webhook: {
    verify: ({ headers, rawBody }, secrets): Verdict => {
      const offered = headers['x-acme'];
      if (!secrets.some(Boolean)) return { ok: false, reason: 'no_secret_configured' };
      if (!offered) return { ok: false, reason: 'signature_missing' };
      return matchesAnyHmacSha256Base64(offered, rawBody, secrets)
        ? { ok: true, trust: 'signed' }
        : { ok: false, reason: 'signature_mismatch' };
    },
    sign: (body, secret) => ({ headers: { 'x-acme': hmacSha256Base64(body, secret) }, body }),
  },
};

let folder = '';

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'waybill-conformance-')), 'acme');
  mkdirSync(join(folder, 'fixtures'), { recursive: true });
  writeFileSync(join(folder, 'README.md'), '# Acme\n');
  writeFileSync(join(folder, 'codes.csv'), 'code_kind,code,description,reviewed,source\n');
  writeFileSync(join(folder, 'fixtures', 'push.json'), PAYLOAD);
  expectationOf('push', { kind: 'webhook', outcome: parse({ text: PAYLOAD }) });
});
afterEach(() => {
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

function expectationOf(name: string, expectation: object): void {
  writeFileSync(join(folder, 'fixtures', `${name}.expected.json`), JSON.stringify(expectation));
}

function subject({ adapter, known }: { adapter: CarrierAdapter; known: boolean | null }) {
  return {
    adapter,
    folder,
    namedByFolder: true,
    reader: known === null ? null : () => ({ known, status: 'in_transit' }),
    coverage: null,
    sandbox: null,
    elsewhere: null,
    forgeries: 2_000,
  };
}

/** Returns the titles of the checks that fail. */
async function failing(broken: Partial<CarrierAdapter>, known = true): Promise<readonly string[]> {
  const adapter = { ...GOOD, ...broken };
  const titles: string[] = [];
  for (const check of conformanceChecks(subject({ adapter, known }))) {
    // This carrier has no documentation and no sandbox.
    if (/^(docs|sandbox|times|coverage|fixtures\.breadth)/.test(check.id)) continue;
    if (check.skip === null && (await check.problems()).length > 0) titles.push(check.title);
  }
  return titles;
}

function withManifest(change: Partial<CarrierAdapter['manifest']>): Partial<CarrierAdapter> {
  return { manifest: { ...GOOD.manifest, ...change } };
}

function withVerify(verify: NonNullable<CarrierAdapter['webhook']>['verify']) {
  return { webhook: { sign: () => ({ headers: {}, body: '' }), ...GOOD.webhook, verify } };
}

const goodVerify = (...given: Parameters<NonNullable<CarrierAdapter['webhook']>['verify']>) =>
  GOOD.webhook?.verify(...given) ?? ({ ok: false, reason: 'signature_mismatch' } as const);

describe('the conformance suite', () => {
  it('passes a carrier that keeps every promise', async () => {
    expect(await failing({})).toEqual([]);
  });

  it.each<[string, Partial<CarrierAdapter>]>([
    ['has the name of its folder', withManifest({ name: 'other' })],
    ['states its limits', withManifest({ limits: { ...GOOD.manifest.limits, source: '' } })],
    ['matches only on its match keys', withManifest({ matchOrder: [['code'], ['text']] })],
    ['describes webhooks only if', withManifest({ push: null })],
    [
      'a combination in matchOrder',
      withManifest({ matchKeys: ['code', 'x'], matchOrder: [['x']] }),
    ],
    ['normalizes any text', { numbers: { ...GOOD.numbers, normalize: (n) => `${n}0` } }],
    ['recognises the numbers', { numbers: { ...GOOD.numbers, recognise: () => [] } }],
    [
      'rejects numbers that differ in one digit',
      {
        numbers: {
          ...GOOD.numbers,
          recognise: () => [{ format: 'any', certainty: 1, checkDigit: 'valid' }],
        },
      },
    ],
    [
      'reads each fixture',
      { parse: ({ text }) => (text === PAYLOAD ? reported(['A']) : parse({ text })) },
    ],
    [
      'cut payloads',
      { parse: ({ text }) => (text === '' ? parse({ text }) : reported(['A', 'B'])) },
    ],
    [
      'mutated payloads',
      { parse: ({ text }) => (text === PAYLOAD ? parse({ text }) : reported([''])) },
    ],
    [
      'garbage',
      {
        parse: ({ text }) => {
          JSON.parse(text);
          return parse({ text });
        },
      },
    ],
    [
      'in any order',
      {
        parse: ({ text }) => {
          const outcome = parse({ text });
          if (outcome.outcome !== 'reports') return outcome;
          const [report] = outcome.reports;
          return reported(
            (report?.facts ?? []).slice(0, 1).map(({ codes }) => codes['code'] ?? ''),
          );
        },
      },
    ],
    ['while no secret is set', withVerify(() => ({ ok: true, trust: 'signed' }))],
    [
      'any of several valid secrets',
      withVerify((request, secrets, now) => goodVerify(request, secrets.slice(0, 1), now)),
    ],
    [
      'without its header',
      withVerify((request, secrets, now) =>
        request.headers['x-acme']
          ? goodVerify(request, secrets, now)
          : { ok: true, trust: 'signed' },
      ),
    ],
    [
      'an altered byte',
      withVerify(({ headers, rawBody }, secrets, now) => {
        const text = new TextDecoder().decode(rawBody).replace(/[^{}]/g, '');
        const signed = new TextEncoder().encode(text === '{}' ? PAYLOAD : text);
        return goodVerify({ headers, rawBody: signed }, secrets, now);
      }),
    ],
    [
      'forged signatures',
      withVerify((request, secrets, now) =>
        goodVerify(
          { ...request, headers: { 'x-acme': request.headers['x-acme']?.trim() } },
          secrets,
          now,
        ),
      ),
    ],
    [
      'forged signatures',
      withVerify((request, secrets, now) => {
        const canonical = Buffer.from(request.headers['x-acme'] ?? '', 'base64').toString('base64');
        return goodVerify({ ...request, headers: { 'x-acme': canonical } }, secrets, now);
      }),
    ],
    ['too old or in the future', withManifest({ push: { ...PUSH, replayWindowS: 300 } })],
    [
      'the header to which an operator renamed',
      withManifest({ push: { ...PUSH, headerConfigurable: true } }),
    ],
  ])('catches a carrier that breaks "%s"', async (title, broken) => {
    expect(await failing(broken)).toContainEqual(expect.stringContaining(title));
  });

  it('catches codes that the mapping does not know, and reports a missing mapping', async () => {
    expect(await failing({}, false)).toEqual(['maps every code in its fixtures']);
    const checks = conformanceChecks(subject({ adapter: GOOD, known: null }));
    expect(checks.find(({ id }) => id === 'mapping.fixtures')?.skip).toBe(
      'there is no mapping for acme',
    );
  });

  it('catches a push that gives other identities than the pull of the same facts', async () => {
    const pulled = JSON.stringify({ number: NUMBER, codes: ['C'] });
    writeFileSync(join(folder, 'fixtures', 'pull.json'), pulled);
    expectationOf('pull', { outcome: parse({ text: pulled }) });
    expectationOf('push', {
      kind: 'webhook',
      same_facts_as: 'pull',
      outcome: parse({ text: PAYLOAD }),
    });
    expect(await failing({})).toEqual([
      'identifies a fact the same way in a webhook and in a poll',
    ]);
  });

  it('says which half of a fixture is missing', async () => {
    writeFileSync(join(folder, 'fixtures', 'lonely.json'), '{}');
    await expect(failing({})).rejects.toThrow(/lonely\.expected\.json.*every fixture needs/);
    rmSync(join(folder, 'fixtures', 'lonely.json'));
    expectationOf('orphan', { outcome: { outcome: 'unreadable' } });
    await expect(failing({})).rejects.toThrow(/orphan\.expected\.json: there is no payload/);
  });
});
