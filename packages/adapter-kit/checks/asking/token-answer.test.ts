import { expect, it } from 'vitest';
import type { CarrierAdapter, TokenAccess } from 'waybill/adapter';
import { jsonAnswer, type SandboxCarrier } from 'waybill/adapter/sandbox';
import { manifest } from '../../template/manifest.ts';
import type { ReadSubject } from '../check.ts';
import { accessChecks } from './access.ts';

/** A carrier that grants tokens as `{ "jeton": "…" }`. */
function subjectOf(read: TokenAccess['read'], grants: SandboxCarrier | null): ReadSubject {
  const adapter: CarrierAdapter = {
    manifest,
    numbers: { normalize: String, recognise: () => [] },
    parse: () => ({ outcome: 'unreadable', reason: '', trackingNumbers: [] }),
    access: {
      credentials: [{ name: 'key', label: 'Key', secret: true, required: true }],
      origins: { production: 'https://api.acme.example', test: null },
      token: {
        callsPerSecondMax: 1,
        request: ({ key = '' }) => ({ method: 'POST', path: '/jeton', body: { form: { key } } }),
        read,
      },
      headers: (_credentials, token) => ({ authorization: `Bearer ${token}` }),
    },
  };
  return {
    ...{ adapter, folder: '', namedByFolder: false, reader: null },
    ...{ coverage: null, sandbox: null, grants, elsewhere: null, forgeries: 1, fixtures: [] },
  };
}

const sandbox: SandboxCarrier = {
  name: 'acme',
  displayName: 'Acme',
  credentials: { key: 'sandbox-key' },
  scenarios: [],
  rates: [],
  accountOf: () => null,
  answer: ({ path, text }, world) =>
    path === '/jeton' && text === 'key=sandbox-key'
      ? jsonAnswer(200, { jeton: world.tokens.issue('sandbox-key', 60) })
      : jsonAnswer(401, {}),
  faultAnswer: () => null,
};

/** Reads the token from a member; `isToken` decides what is one. */
const reading =
  (isToken: (text: unknown) => boolean): TokenAccess['read'] =>
  ({ status, text }) => {
    if (status === 401) return { outcome: 'auth_error', reason: '401' };
    if (status === 403) return { outcome: 'scope_missing', reason: '403' };
    if (status === 429) return { outcome: 'rate_limited', reason: '429' };
    const found = /^\{"jeton":("[^"]*"|[^"]+)\}$/.exec(text)?.[1] ?? 'null';
    const token: unknown = JSON.parse(found);
    return status === 200 && isToken(token)
      ? { outcome: 'token', token: String(token), lifetimeS: 60 }
      : { outcome: 'error', reason: 'no token' };
  };
const careful = reading((token) => typeof token === 'string' && /^[\x21-\x7e]+$/.test(token));
const careless = reading((token) => token !== null);

async function problems(read: TokenAccess['read'], grants: SandboxCarrier | null) {
  const checks = accessChecks(subjectOf(read, grants));
  return (await checks.find(({ id }) => id === 'access.token-read')?.problems()) ?? [];
}

it('a token is read from the answer of the carrier’s own sandbox, whatever its members', async () => {
  expect(await problems(careful, sandbox)).toEqual([]);
  expect(await problems(careful, null)).toContainEqual(expect.stringContaining("sandbox's answer"));
});

it('what is no token in that answer must not be accepted', async () => {
  expect(await problems(careless, sandbox)).toEqual(
    expect.arrayContaining(['took "a b" for a token', 'took 7 for a token']),
  );
});
