import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { isDeepStrictEqual } from 'node:util';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CarrierAdapter, WebhookVerifier } from '../../../adapters/contract/contract.ts';
import { loadAdapters } from '../../../adapters/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { callerOf } from '../../testing/test-client.ts';
import {
  createTestHub,
  signingKey,
  TEST_WEBHOOK_SECRET,
  type TestHub,
} from '../../testing/test-hub.ts';

/**
 * Forged and malformed webhooks of every carrier that sends any, over real sockets. Nothing signed
 * without the path's secret may be stored, and every rejection is a 4xx.
 */
interface Pushing {
  readonly name: string;
  readonly header: string;
  readonly signed: boolean;
  readonly adapter: CarrierAdapter;
  readonly webhook: WebhookVerifier;
}

const PUSHING = (await loadAdapters()).list().flatMap(pushingOf);

function pushingOf(adapter: CarrierAdapter): readonly Pushing[] {
  const { manifest, webhook } = adapter;
  const { name, push } = manifest;
  if (push === null || webhook === undefined) return [];
  return [{ name, header: push.header, signed: push.trust === 'signed', adapter, webhook }];
}

let hub: TestHub;
let shop: Tenant;
let otherShop: Tenant;
beforeAll(async () => {
  hub = await createTestHub();
  shop = (await hub.newKey({ merchant: 'shop', mode: 'live' })).tenant;
  otherShop = (await hub.newKey({ merchant: 'other-shop', mode: 'live' })).tenant;
});
afterAll(() => hub.close());

let inboundMessagesBefore: number;
beforeEach(async () => {
  inboundMessagesBefore = await inboundMessages();
});

async function inboundMessages(): Promise<number> {
  const { rows } = await hub.db.owner.query<{ n: string }>(
    'select count(*) as n from inbound_messages',
  );
  return Number(rows[0]?.n);
}

async function newInboundMessages(): Promise<number> {
  return (await inboundMessages()) - inboundMessagesBefore;
}

type Line = readonly [name: string, value: string];

interface Sent {
  readonly path?: string;
  readonly lines: readonly Line[];
  /** Sent exactly as given, after exactly the given headers. */
  readonly body: Uint8Array | string;
  /** The sender half-closes after the last byte, without waiting for an answer. */
  readonly thenEnds?: boolean;
}

/** The statuses of all responses on one connection: a smuggled request would get one too. */
async function statuses(
  pushing: Pushing,
  { path, lines, body, thenEnds }: Sent,
): Promise<number[]> {
  const { hostname, port } = new URL(hub.url);
  const socket = connect(Number(port), hostname);
  const head = [
    `POST ${path ?? `/webhooks/carrier/${pushing.name}`} HTTP/1.1`,
    'host: hub',
    'connection: close',
    ...[...otherHeaders(pushing), ...lines].map(([name, value]) => `${name}: ${value}`),
  ];
  socket.on('error', () => {});
  socket.write(Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'));
  if (thenEnds) socket.end(body);
  else socket.write(body);
  const answered = await textOf(socket).catch(() => '');
  return [...answered.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
}

const JSON_BODY = '{"not":"a report"}';

/** A genuine webhook, with its signature separate from the other headers. */
function genuine({ webhook, header }: Pushing, secret = TEST_WEBHOOK_SECRET, payload = JSON_BODY) {
  const { headers, body } = webhook.sign(payload, signingKey(webhook, secret), hub.clock.nowMs());
  const signature = headers[header];
  if (signature === undefined) throw new Error(`sign set no ${header}`);
  return { signature, body };
}

/** What a carrier sends with each signature, such as its time and the id of its key. */
function otherHeaders({ webhook, header }: Pushing): Line[] {
  const { headers } = webhook.sign(JSON_BODY, signingKey(webhook), hub.clock.nowMs());
  return Object.entries(headers).filter(([name]) => name !== header);
}

const lengthOf = (body: Uint8Array | string): Line => [
  'content-length',
  String(Buffer.byteLength(body)),
];

/** Sends one webhook with this signature; the other arguments replace genuine parts. */
function send(pushing: Pushing, signature: string, body: Uint8Array | string, more: Line[] = []) {
  return statuses(pushing, { lines: [[pushing.header, signature], lengthOf(body), ...more], body });
}

type Respelling = (signature: string) => string;

/** Other encodings of the same bytes, and what libraries, proxies and attackers do to a header. */
const RESPELLINGS: readonly (readonly [string, Respelling])[] = [
  ['hex', (text) => Buffer.from(text, 'base64').toString('hex')],
  ['upper-case hex', (text) => Buffer.from(text, 'base64').toString('hex').toUpperCase()],
  ['hex of the text', (text) => Buffer.from(text).toString('hex')],
  ['base64url', (text) => `-_${Buffer.from(text, 'base64').toString('base64url')}`],
  ['Base64 of the text', (text) => Buffer.from(text).toString('base64')],
  ['more padding', (text) => `${text}=`],
  ['no padding', (text) => (text.endsWith('=') ? text.slice(0, -1) : text.slice(0, -2))],
  ['upper case', (text) => text.toUpperCase()],
  ['lower case', (text) => (text.toLowerCase() === text ? text.toUpperCase() : text.toLowerCase())],
  ['a blank inside', (text) => `${text.slice(0, 4)} ${text.slice(4)}`],
  ['a tab inside', (text) => `${text.slice(0, 4)}\t${text.slice(4)}`],
  ['a no-break space before it', (text) => `\u00a0${text}`],
  ['quotes', (text) => `"${text}"`],
  ['a scheme', (text) => `sha256=${text}`],
  ['a version', (text) => `v1,${text}`],
  ['itself twice', (text) => `${text},${text}`],
  ['a parameter', (text) => `${text};q=1`],
  ['percent signs', (text) => `%${text.charCodeAt(0).toString(16)}${text.slice(1)}`],
  ['a prefix', (text) => text.slice(0, -1)],
  ['nothing', () => ''],
  ['null', () => 'null'],
];

/** 16 KiB that unpack to 16 MiB. */
const BOMB = gzipSync(Buffer.alloc(16 * 1_048_576));

describe.each(PUSHING)('a webhook of $name', (pushing) => {
  const { header, signed, name } = pushing;

  it('is accepted as its carrier sends it, in one piece and in chunks', async () => {
    const { signature, body } = genuine(pushing);
    expect(await send(pushing, signature, body)).toEqual([200]);
    const lines: Line[] = [
      [header, signature],
      ['transfer-encoding', 'chunked'],
    ];
    const pieces = [body.slice(0, 3), body.slice(3)];
    const chunks = pieces.map((piece) => `${piece.length.toString(16)};ext=1\r\n${piece}\r\n`);
    const chunked = `${chunks.join('')}0\r\nx-trailer: 1\r\n\r\n`;
    expect(await statuses(pushing, { lines, body: chunked })).toEqual([200]);
    expect(await newInboundMessages()).toBe(2);
  });

  it.each(RESPELLINGS)(
    'is rejected when its signature or secret is written as %s',
    async (_, respell) => {
      const { signature, body } = genuine(pushing);
      expect(respell(signature)).not.toBe(signature);
      expect(await send(pushing, respell(signature), body)).toEqual([401]);
      expect(await newInboundMessages()).toBe(0);
    },
  );

  it('is rejected when the header is missing, repeated, misspelt or sent as a trailer', async () => {
    const { signature, body } = genuine(pushing);
    const wrong = genuine(pushing, 'another-secret', '{"another":"body"}').signature;
    const spellings: Line[][] = [
      [],
      [
        [header, signature],
        [header, signature],
      ],
      [
        [header, signature],
        [header.toUpperCase(), wrong],
      ],
      [
        [header, wrong],
        [header, signature],
      ],
      [[`x-${header}`, signature]],
      [[header.replaceAll('-', '_').concat('_'), signature]],
      [['cookie', `${header}=${signature}`]],
      [['authorization', `Bearer ${signature}`]],
    ];
    for (const lines of spellings) {
      const answered = await statuses(pushing, { lines: [...lines, lengthOf(body)], body });
      expect([lines, answered]).toEqual([lines, [401]]);
    }
    const trailer = `${body.length.toString(16)}\r\n${body}\r\n0\r\n${header}: ${signature}\r\n\r\n`;
    const lines: Line[] = [
      ['transfer-encoding', 'chunked'],
      ['trailer', header],
    ];
    expect(await statuses(pushing, { lines, body: trailer })).toEqual([401]);
    const path = `/webhooks/carrier/${name}?${header}=${encodeURIComponent(signature)}`;
    expect(await statuses(pushing, { path, lines: [lengthOf(body)], body })).toEqual([401]);
    expect(await newInboundMessages()).toBe(0);
  });

  it.each([
    ['another secret', 'another-test-secret'],
    ['the start of the secret', TEST_WEBHOOK_SECRET.slice(0, -1)],
    ['the secret and more', `${TEST_WEBHOOK_SECRET}0`],
    ['the secret in upper case', TEST_WEBHOOK_SECRET.toUpperCase()],
    ['a blank', ' '],
    ['undefined', 'undefined'],
    ['several secrets at once', `${TEST_WEBHOOK_SECRET},${TEST_WEBHOOK_SECRET}`],
  ])('is rejected when made with %s', async (_, secret) => {
    const { signature, body } = genuine(pushing, secret);
    expect(await send(pushing, signature, body)).toEqual([401]);
    expect(await newInboundMessages()).toBe(0);
  });

  it('made with the empty secret is rejected, whether or not a secret is set', async () => {
    const { webhook } = pushing;
    const body = Buffer.from(JSON_BODY);
    const empty = signed ? genuine(pushing, '').signature : '';
    expect(await send(pushing, empty, body)).toEqual([401]);
    for (const secrets of [[], [''], ['', '']]) {
      const offered = { headers: { [header]: empty }, rawBody: body };
      expect(webhook.verify(offered, secrets, hub.clock.nowMs())).toEqual({
        ok: false,
        reason: 'no_secret_configured',
      });
    }
    expect(await newInboundMessages()).toBe(0);
  });

  it.runIf(signed)('is rejected when anything that is read of its body is not signed', async () => {
    const read = (bytes: Uint8Array | string) =>
      adapter.parse({ text: Buffer.from(bytes).toString(), kind: 'webhook' });
    const { adapter } = pushing;
    const { signature, body } = genuine(pushing);
    const bodies = [
      '',
      body.slice(0, -1),
      body.replace('report', 'Report'),
      body.replace('":', '": '),
      body.replace('not', '\\u006eot'),
      gzipSync(body),
      Buffer.from(body, 'utf16le'),
      // Genuine, but not the body this signature is for.
      genuine(pushing, TEST_WEBHOOK_SECRET, '{"another":"body"}').body,
    ];
    for (const other of bodies.filter((each) => each !== body)) {
      const answered = await send(pushing, signature, other);
      // An envelope may have unsigned members around the signed ones, if nothing reads them.
      const isReadAlike = isDeepStrictEqual(read(other), read(body));
      expect([String(other), answered]).toEqual([String(other), isReadAlike ? answered : [401]]);
    }
  });

  it('with a byte order mark is verified by its bytes, and never causes a 5xx', async () => {
    const { signature, body } = genuine(pushing);
    const [answered, ...others] = await send(pushing, signature, `\ufeff${body}`);
    expect(others).toEqual([]);
    expect([200, 401]).toContain(answered);
    // Accepted bytes are processed: unreadable ones end as a dead letter.
    await hub.settled();
    const { rows } = await hub.db.owner.query('select 1 from waiting_inbound_messages');
    expect(rows).toEqual([]);
  });

  it('with a compressed body is rejected unread, however large it would unpack', async () => {
    const encodings: [string, Uint8Array][] = [
      ['gzip', gzipSync(JSON_BODY)],
      ['GZIP', gzipSync(JSON_BODY)],
      ['deflate', deflateSync(JSON_BODY)],
      ['br', brotliCompressSync(JSON_BODY)],
      ['gzip, identity', gzipSync(JSON_BODY)],
      ['gzip', BOMB],
      ['gzip, gzip', gzipSync(BOMB)],
      ['aws-chunked', Buffer.from(JSON_BODY)],
    ];
    for (const [encoding, body] of encodings) {
      const { signature } = genuine(pushing);
      const answered = await send(pushing, signature, body, [['content-encoding', encoding]]);
      expect([encoding, answered]).toEqual([encoding, [415]]);
    }
    expect(await newInboundMessages()).toBe(0);
  });

  it('with a compressed transfer encoding is rejected', async () => {
    const body = gzipSync(JSON_BODY);
    // The form of a signature is judged first; whether it fits would need the body.
    const { signature } = genuine(pushing);
    const chunks = Buffer.concat([
      Buffer.from(`${body.length.toString(16)}\r\n`),
      body,
      Buffer.from('\r\n0\r\n\r\n'),
    ]);
    for (const encoding of ['gzip, chunked', 'gzip,chunked', 'deflate, chunked']) {
      const lines: Line[] = [
        [header, signature],
        ['transfer-encoding', encoding],
      ];
      const answered = await statuses(pushing, { lines, body: chunks });
      expect([encoding, answered]).toEqual([encoding, [415]]);
    }
    expect(await newInboundMessages()).toBe(0);
  });

  it('whose length is wrong or ambiguous is rejected and smuggles nothing in', async () => {
    const { signature, body } = genuine(pushing);
    const bytes = Buffer.byteLength(body);
    const others = otherHeaders(pushing).map(([key, value]) => `${key}: ${value}\r\n`);
    const smuggled = `POST /webhooks/carrier/${name} HTTP/1.1\r\nhost: hub\r\n${others.join('')}${header}: ${signature}\r\ncontent-length: ${bytes}\r\n\r\n${body}`;
    const chunked: Line = ['transfer-encoding', 'chunked'];
    const framings: [Line[], string][] = [
      [[['content-length', `+${bytes}`]], body],
      [[['content-length', '-1']], body],
      [[['content-length', `0x${bytes.toString(16)}`]], body],
      [[['content-length', `${bytes}, ${bytes + 1}`]], body],
      [[['content-length', '1e3']], body],
      [[['content-length', '99999999999999999999999']], body],
      [[lengthOf(body), ['content-length', String(bytes + 1)]], body],
      [[chunked, lengthOf(body)], `0\r\n\r\n${smuggled}`],
      [[['transfer-encoding', 'chunked, identity']], body],
      [[['transfer-encoding', 'xchunked'], lengthOf(body)], body],
      [[chunked], `-1\r\n${body}\r\n0\r\n\r\n`],
      [[chunked], `ffffffffffffffffff\r\n${body}\r\n0\r\n\r\n`],
      [[chunked], `${bytes.toString(16)}\r\n${body}0\r\n\r\n`],
    ];
    for (const [framing, sent] of framings) {
      const lines: Line[] = [[header, signature], ...framing];
      const answered = await statuses(pushing, { lines, body: sent });
      const areRefused = answered.every((status) => status >= 400 && status < 500);
      expect([framing, answered, areRefused]).toEqual([framing, answered, true]);
    }
    // Longer than announced: the remainder is no valid request. A static secret says nothing about
    // the body, so the announced part would be genuine.
    if (signed) {
      const announced: Line = ['content-length', String(bytes - 1)];
      const [, ...others] = await statuses(pushing, {
        lines: [[header, signature], announced],
        body,
      });
      expect(others).toEqual([]);
    }
    // Shorter than announced: the sender disconnected.
    const long = await statuses(pushing, {
      lines: [
        [header, signature],
        ['content-length', String(bytes + 1)],
      ],
      body,
      thenEnds: true,
    });
    expect(long.filter((status) => status < 400 || status >= 500)).toEqual([]);
    expect(await newInboundMessages()).toBe(0);
  });

  it('on an account path is accepted only with that account’s secrets', async () => {
    const wanted = {
      label: 'a',
      carrier: name,
      credentials: {},
      environment: 'production',
    } as const;
    const mine = await hub.accounts.create(shop, {
      ...wanted,
      webhookSecrets: ['mine-1', 'mine-2'],
    });
    const theirs = await hub.accounts.create(otherShop, { ...wanted, webhookSecrets: ['theirs'] });
    const elsewhere = PUSHING.find((each) => each.name !== name);
    const path = (id: string, carrier = name) => `/webhooks/carrier/${carrier}/${id}`;
    const at = async (where: string, secret: string): Promise<number[]> => {
      const { signature, body } = genuine(pushing, secret);
      return statuses(pushing, {
        path: where,
        lines: [[header, signature], lengthOf(body)],
        body,
      });
    };
    expect(await at(path(mine.id), 'mine-1')).toEqual([200]);
    expect(await at(path(mine.id), 'mine-2')).toEqual([200]);
    expect(await at(path(theirs.id), 'theirs')).toEqual([200]);
    for (const secret of ['theirs', TEST_WEBHOOK_SECRET, mine.id]) {
      expect([secret, await at(path(mine.id), secret)]).toEqual([secret, [401]]);
    }
    expect(await at(path(theirs.id), 'mine-1')).toEqual([401]);
    expect(await at(`/webhooks/carrier/${name}`, 'mine-1')).toEqual([401]);
    const nowhere = [
      path(crypto.randomUUID()),
      path(`${mine.id}0`),
      path(`${mine.id}%2F`),
      path(`${mine.id}%00`),
      path(`${mine.id}/more`),
      path(`%2e%2e%2f${name}`),
      path(`${theirs.id}%2F..%2F${mine.id}`),
      path(mine.id, `${name}%2Fx`),
      path(mine.id, name.toUpperCase()),
      path(mine.id, elsewhere?.name),
      `/webhooks/carrier/${name}%2F${mine.id}`,
      `/webhooks/carrier/${name}/../${name}/${mine.id}/x`,
    ];
    for (const where of nowhere) {
      const [answered = 0, ...others] = await at(where, 'mine-1');
      expect([where, others, answered]).toEqual([where, [], where.includes('%00') ? 400 : 404]);
    }
    expect(await newInboundMessages()).toBe(3);
  });

  it('on an account’s path is rejected once its secret is replaced or the account is removed', async () => {
    const wanted = {
      label: 'b',
      carrier: name,
      credentials: {},
      environment: 'production',
    } as const;
    const { id } = await hub.accounts.create(shop, { ...wanted, webhookSecrets: ['old'] });
    const at = async (secret: string): Promise<number[]> => {
      const { signature, body } = genuine(pushing, secret);
      const path = `/webhooks/carrier/${name}/${id}`;
      return statuses(pushing, { path, lines: [[header, signature], lengthOf(body)], body });
    };
    /** Longer than the endpoint may cache an account. */
    const forget = () => hub.clock.advance(2_000);
    expect([await at('old'), await at('new')]).toEqual([[200], [401]]);
    await hub.accounts.patch(shop, id, () => ({ webhookSecrets: ['new', 'old'] }));
    forget();
    expect([await at('old'), await at('new')]).toEqual([[200], [200]]);
    await hub.accounts.patch(shop, id, () => ({ webhookSecrets: ['new'] }));
    forget();
    expect([await at('old'), await at('new')]).toEqual([[401], [200]]);
    await hub.accounts.disable(shop, id);
    forget();
    expect([await at('old'), await at('new')]).toEqual([[404], [404]]);
    expect(await newInboundMessages()).toBe(4);
  });
});

it('an account cannot get a secret that consists of whitespace', async () => {
  const call = callerOf(hub, (await hub.newKey()).text);
  const [pushing] = PUSHING;
  for (const secret of ['', ' ', '\t\n', '\u00a0']) {
    const wanted = { carrier: pushing?.name, label: 'blank', webhook_secrets: [secret] };
    const { status, text } = await call('POST', '/carrier-accounts', wanted);
    expect([status, text]).toEqual([422, expect.stringContaining('/webhook_secrets/0')]);
  }
});

it('finds every carrier that sends webhooks', () => {
  expect(PUSHING.length).toBeGreaterThanOrEqual(4);
  expect(new Set(PUSHING.map(({ signed }) => signed))).toEqual(new Set([true, false]));
});
