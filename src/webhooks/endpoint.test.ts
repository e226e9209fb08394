import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CarrierAdapter, WebhookVerifier } from '../adapters/contract/contract.ts';
import { loadAdapters } from '../adapters/index.ts';
import type { AccountWithSecrets, BacklogWatch } from '../intake/index.ts';
import { Problem, STATUS_OF } from '../kernel/errors.ts';
import { manualClock } from '../platform/clock.ts';
import { createLog } from '../platform/observability/log.ts';
import { BODY_LIMITS, type BodyRooms, createBodyRooms } from './body-room.ts';
import { createCarrierEndpoint } from './endpoint.ts';
import type { PublicKeys } from './public-keys.ts';

const SECRET = 'a-test-secret-not-a-secret';
const BODY = '{"nothing":"that anybody reads"}';
/** The pushes of one carrier are signed, those of another carry a static header. */
let carriers: { readonly signed: CarrierAdapter; readonly secret: CarrierAdapter };
beforeAll(async () => {
  const all = (await loadAdapters()).list();
  const pushing = (trust: string) => {
    const found = all.find(({ manifest: { push } }) => push?.trust === trust);
    if (found === undefined) throw new Error(`no carrier pushes with trust ${trust}`);
    return found;
  };
  carriers = { signed: pushing('signed'), secret: pushing('secret') };
});

type Kind = keyof typeof carriers;
let verdict: ReturnType<BacklogWatch['ask']>;
let secrets: readonly string[];
let renamedHeader: string | undefined;
let findKeys: PublicKeys['find'];
let rooms: BodyRooms;
let stored: string[];
let counted: string[];
let server: Server;
const senders: Sender[] = [];

beforeEach(async () => {
  // Sockets use real time; the wait for a body is advanced by hand.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  verdict = { admit: true };
  secrets = [SECRET];
  renamedHeader = undefined;
  stored = [];
  counted = [];
  rooms = createBodyRooms(Object.keys(carriers), { ...BODY_LIMITS, bytesOfNetwork: 300_000 });
  const endpoint = createCarrierEndpoint({
    adapter: (kind) => carriers[kind as Kind] ?? null,
    deploymentSecrets: () => secrets,
    headerName: () => renamedHeader,
    account: async () => ({ webhookSecrets: secrets }) as AccountWithSecrets,
    publicKeys: { find: (from, id) => findKeys(from, id) },
    rooms,
    backlog: { ask: () => verdict },
    inbox: {
      async store({ body }) {
        stored.push(Buffer.from(body).toString());
        return 'id';
      },
    },
    handshakes: { async store() {} },
    clock: manualClock(0),
    log: createLog({ level: 'silent' }),
    count: (_carrier, outcome) => void counted.push(outcome),
  });
  server = createServer((request, response) => {
    const [, carrier = '', network = '', account] = (request.url ?? '').split('/');
    const path = { carrier, network, ...(account !== undefined && { account }) };
    endpoint(request, response, path).catch((error: unknown) => {
      const problem =
        error instanceof Problem
          ? error
          : new Problem('internal', { 'values.verbatim': { text: String(error) } });
      if (problem.retryAfterS !== null) response.setHeader('retry-after', problem.retryAfterS);
      response.writeHead(STATUS_OF[problem.code], { connection: 'close' }).end(problem.code);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  vi.useRealTimers();
  for (const { socket } of senders.splice(0)) socket.destroy();
  server.close();
  await once(server, 'close');
});

interface Sender {
  readonly socket: Socket;
  /** Status and first words of its answer. */
  readonly answer: Promise<string>;
}

/** Sends a head, and only the given part of the announced body. */
async function begin(
  kind: Kind,
  headers: Readonly<Record<string, string>>,
  { network = 'here', body = '' } = {},
): Promise<Sender> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const answer = once(socket, 'data').then(([bytes]) => String(bytes).slice(9));
  const sender = { socket, answer };
  senders.push(sender);
  await once(socket, 'connect');
  const length = 'transfer-encoding' in headers ? {} : { 'content-length': '100000' };
  const lines = Object.entries({ ...length, ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`POST /${kind}/${network} HTTP/1.1\r\nhost: hub\r\n${head}\r\n${body}`);
  return sender;
}

function headersOf(kind: Kind, body: string): Readonly<Record<string, string>> {
  const signed = carriers[kind].webhook?.sign(body, SECRET, 0);
  if (signed?.body !== body) throw new Error('the carrier signs another body');
  return { ...signed.headers, 'content-length': String(body.length) };
}

/** A header that looks like a signature and is none. */
function forged(kind: Kind): Record<string, string> {
  const { header = '' } = carriers[kind].manifest.push ?? {};
  return { [header]: headersOf(kind, 'another body')[header] ?? '' };
}

describe('before a byte of the body has come', () => {
  it('a push is rejected while too much waits, with a time to retry', async () => {
    verdict = { admit: false, reason: 'backlog', retryAfterS: 7 };
    const { answer } = await begin('signed', headersOf('signed', BODY));
    expect(await answer).toMatch(/^503 [\s\S]*retry-after: 7[\s\S]*overloaded/i);
    expect(counted).toEqual(['shed_backlog']);
  });

  it.each<Kind>(['signed', 'secret'])('a %s push is refused without its header', async (kind) => {
    expect(await (await begin(kind, {})).answer).toMatch(/^401 [\s\S]*signature_refused/);
    expect(counted).toEqual(['signature_missing']);
  });

  it.each<Kind>(['signed', 'secret'])(
    'a %s push is refused while no secret is set',
    async (kind) => {
      secrets = [];
      const genuine = await begin(kind, { ...headersOf(kind, BODY), 'content-length': '100' });
      expect(await genuine.answer).toMatch(/^401 /);
      expect(counted).toEqual(['no_secret_configured']);
    },
  );

  it('a static secret that is wrong is refused, and a signature that cannot be one', async () => {
    const header = (kind: Kind) => carriers[kind].manifest.push?.header ?? '';
    const wrong = await begin('secret', { [header('secret')]: `${SECRET}.` });
    expect(await wrong.answer).toMatch(/^401 /);
    const odd = await begin('signed', { [header('signed')]: 'no signature' });
    expect(await odd.answer).toMatch(/^401 /);
    expect(counted).toEqual(['signature_mismatch', 'signature_malformed']);
  });

  it('a secret in a header that the operator named is refused when it is sent twice', async () => {
    renamedHeader = 'authorization';
    const own = { authorization: SECRET, 'content-length': '2' };
    expect(await (await begin('secret', own, { body: '{}' })).answer).toMatch(/^200 /);
    // Node keeps the first `authorization` alone.
    const twice = { ...own, Authorization: 'another' };
    expect(await (await begin('secret', twice, { body: '{}' })).answer).toMatch(/^401 /);
    expect(counted).toEqual(['stored', 'signature_mismatch']);
  });

  it('a length beyond the limit and a packed body are refused', async () => {
    const large = await begin('signed', { ...forged('signed'), 'content-length': '1048577' });
    expect(await large.answer).toMatch(/^413 /);
    const packed = await begin('signed', { ...forged('signed'), 'content-encoding': 'gzip' });
    expect(await packed.answer).toMatch(/^415 /);
  });

  it('holds no memory for refused pushes', async () => {
    for (let index = 0; index < 20; index += 1) await (await begin('signed', {})).answer;
    expect(rooms.heldBytes()).toBe(0);
  });
});

describe('with a forged header', () => {
  it('an address gets memory for a few pushes; further ones are asked at once to retry later', async () => {
    const body = 'x'.repeat(90_000);
    const slow = await Promise.all([1, 2].map(() => begin('signed', forged('signed'), { body })));
    await vi.waitFor(() => expect(rooms.heldBytes()).toBeGreaterThan(180_000));
    const refused = await begin('signed', forged('signed'));
    expect(await refused.answer).toMatch(/^503 [\s\S]*retry-after: \d+\r\n[\s\S]*overloaded/i);
    const elsewhere = await begin('signed', headersOf('signed', BODY), {
      network: 'elsewhere',
      body: BODY,
    });
    expect(await elsewhere.answer).toMatch(/^200 /);
    for (const { socket } of slow) socket.destroy();
    await vi.waitFor(() => expect(rooms.heldBytes()).toBe(0));
    const again = await begin('signed', headersOf('signed', BODY), { body: BODY });
    expect(await again.answer).toMatch(/^200 /);
  });

  it('a body without a length is cut where its address has no more room', async () => {
    const piece = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    const chunked = { ...forged('signed'), 'transfer-encoding': 'chunked' };
    const { socket, answer } = await begin('signed', chunked);
    for (let index = 0; index < 8; index += 1) socket.write(piece);
    expect(await answer).toMatch(/^503 /);
    await vi.waitFor(() => expect(rooms.heldBytes()).toBe(0));
    expect(counted).toEqual(['no_room']);
  });

  it('a body that is not here after 10 s is cut with 408', async () => {
    const { answer } = await begin('signed', forged('signed'), { body: 'half' });
    await vi.waitFor(() => expect(rooms.heldBytes()).toBeGreaterThan(0));
    vi.advanceTimersByTime(9_999);
    expect([rooms.heldBytes() > 0, counted]).toEqual([true, []]);
    vi.advanceTimersByTime(1);
    expect(await answer).toMatch(/^408 [\s\S]*too_slow/);
    expect([rooms.heldBytes(), counted, stored]).toEqual([0, ['too_slow'], []]);
  });
});

it('an authentic push that arrives in pieces is read whole', async () => {
  const body = JSON.stringify({ text: 'y'.repeat(60_000) });
  const headers = headersOf('signed', body);
  const { socket, answer } = await begin('signed', headers, { body: body.slice(0, 10) });
  await vi.waitFor(() => expect(rooms.heldBytes()).toBeGreaterThan(0));
  socket.write(body.slice(10, 40_000));
  socket.write(body.slice(40_000));
  expect(await answer).toMatch(/^200 /);
  expect([stored, counted, rooms.heldBytes()]).toEqual([[body], ['stored'], 0]);
});

describe('a sender with public keys', () => {
  const first = generateKeyPairSync('ed25519');
  const pem = first.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  let sources: (readonly string[])[];

  beforeEach(() => {
    sources = [];
    secrets = ['file:/keys.json', 'https://keys.example/jwks'];
    carriers = { ...carriers, signed: { ...carriers.signed, webhook: byPublicKey } };
    findKeys = async (from, id) => {
      sources.push(from);
      return id === 'first' ? [pem] : [];
    };
  });

  const pushed = async (keyId: string, path = '') => {
    const signature = sign(null, Buffer.from(BODY), first.privateKey).toString('hex');
    const headers = { 'content-length': String(BODY.length), 'x-key': keyId, 'x-sign': signature };
    const sender = await begin('signed', headers, { body: BODY, network: `here${path}` });
    return (await sender.answer).slice(0, 3);
  };

  it('is verified with the key that the webhook names', async () => {
    expect(await pushed('first')).toBe('200');
    expect(await pushed('second')).toBe('401');
    expect([counted, stored]).toEqual([['stored', 'key_unknown'], [BODY]]);
  });

  it('reads no file that a merchant named', async () => {
    expect(await pushed('first', '/account')).toBe('200');
    expect(sources).toEqual([['https://keys.example/jwks']]);
  });

  it('is asked to send again while its keys cannot be read', async () => {
    findKeys = async () => 'unavailable';
    const sender = await begin('signed', { 'x-key': 'first' }, { body: BODY });
    expect(await sender.answer).toMatch(/^503 .*\r\nretry-after: 60\r\n/is);
    expect([counted, stored]).toEqual([['overloaded'], []]);
  });

  it('is refused without a source of keys, and without a key id', async () => {
    expect(await pushed('')).toBe('401');
    secrets = [];
    expect(await pushed('first')).toBe('401');
    expect([counted, sources]).toEqual([['signature_missing', 'no_secret_configured'], []]);
  });
});

/** Ed25519 over the body; the key id and signature are in headers. */
const byPublicKey: WebhookVerifier = {
  keys: 'public',
  keyId: (headers) => headers['x-key'] || null,
  verify({ headers, rawBody }, keys) {
    if (keys.length === 0) return { ok: false, reason: 'no_secret_configured' };
    const signature = Buffer.from(headers['x-sign'] ?? '', 'hex');
    return keys.some((key) => verify(null, rawBody, key, signature))
      ? { ok: true, trust: 'signed' }
      : { ok: false, reason: 'signature_mismatch' };
  },
  sign: (body) => ({ headers: {}, body }),
};
