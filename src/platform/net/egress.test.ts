import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { OpenSocket } from './egress/connect.ts';
import { createEgress, type Egress, type EgressOptions } from './egress.ts';
import { readBody } from './read-body.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const LOOPBACK = ['127.0.0.0/8'];
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A receiver on loopback that counts what reaches it. */
async function serve(handler: Handler = (_, response) => response.end('ok')) {
  const requests = { connections: 0, requests: 0 };
  const server = createServer((request, response) => {
    requests.requests += 1;
    handler(request, response);
  });
  server.on('connection', () => {
    requests.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { requests, port: address.port, url: `http://127.0.0.1:${address.port}` };
}

/** Connects every dialled address to that port here. */
function ledTo(port: number): { readonly open: OpenSocket; readonly dialled: string[] } {
  const dialled: string[] = [];
  const open: OpenSocket = ({ host }) => {
    dialled.push(host);
    return connect({ port, host: '127.0.0.1' });
  };
  return { open, dialled };
}

function egress(options: EgressOptions = {}): Egress {
  const made = createEgress(options);
  cleanups.push(() => made.close());
  return made;
}

const PUBLIC = '93.184.215.14';

/** Hosts that must not be reached, as somebody might write them in a URL. */
const INNER_HOSTS = [
  // loopback, in every spelling that a C library reads
  ...['127.0.0.1', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1'],
  ...['017700000001', '0x7f.0x0.0x0.0x1', '127.255.255.254', '127.0.0.1.', '%31%32%37.0.0.1'],
  ...['①②⑦.⓪.⓪.①', '１２７.０.０.１', '127。0。0。1'],
  // this network, private, shared, link-local
  ...['0.0.0.0', '0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255'],
  ...['192.168.0.1', '192.168.255.255', '3232235777', '100.64.0.1', '100.127.255.254'],
  ...['169.254.0.1', '169.254.169.254', '0xa9fea9fe', '169.254.170.2', '100.100.100.200'],
  // protocol assignments, documentation, benchmarks, relays, multicast, reserved, broadcast
  ...['192.0.0.1', '192.0.0.192', '192.0.2.1', '198.51.100.7', '203.0.113.9', '198.18.0.1'],
  ...['192.88.99.1', '224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255'],
  ...['192.31.196.1', '192.52.193.1', '192.175.48.1', '168.63.129.16'],
  // IPv6: loopback, unspecified, unique local, link-local, site-local, multicast, discard
  ...['[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[fc00::1]', '[fd00:ec2::254]', '[fd12:3456::1]'],
  ...['[fe80::1]', '[febf::1]', '[fec0::1]', '[ff02::1]', '[ff0e::1]', '[100::1]'],
  // IPv4 inside IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP
  ...['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::ffff:10.0.0.1]', '[::ffff:8.8.8.8]'],
  ...['[::127.0.0.1]', '[::a00:1]', '[::ffff:0:127.0.0.1]', '[64:ff9b::127.0.0.1]'],
  ...['[64:ff9b::a9fe:a9fe]', '[64:ff9b:1::10.0.0.1]', '[64:ff9b:1:ffff::1]', '[2002:7f00:1::]'],
  ...['[2002:a00:1::1]', '[2002:c0a8:1::1]', '[2001::1]', '[2001:0:7f00:1::]'],
  ...['[2606:4700::5efe:127.0.0.1]', '[2606:4700::200:5efe:10.0.0.1]'],
  // belonging to no host: documentation, benchmarking, ORCHID, segment routing, unassigned
  ...['[2001:db8::1]', '[3fff::1]', '[2001:2::1]', '[2001:10::1]', '[2001:20::1]', '[5f00::1]'],
  ...['[4000::1]', '[8000::1]', '[3ffe::1]', '[2620:4f:8000::1]'],
];

/** Other forbidden URLs, and why. */
const BAD_URLS: readonly (readonly [string, string])[] = [
  ['ftp://shop.example/', 'scheme'],
  ['file:///etc/passwd', 'scheme'],
  ['gopher://shop.example:70/_x', 'scheme'],
  ['javascript:alert(1)', 'scheme'],
  ['ws://shop.example/', 'scheme'],
  ['http+unix://%2Fvar%2Frun%2Fdocker.sock/', 'scheme'],
  ['https://user:secret@shop.example/', 'credentials'],
  ['https://shop.example@127.0.0.1/', 'credentials'],
  ['https://127.0.0.1:80@shop.example/', 'credentials'],
  ['https://shop.example:22/', 'port'],
  ['https://shop.example:25/', 'port'],
  ['https://shop.example:0/', 'port'],
  ['https://shop.example:6379/', 'port'],
  ['https://shop.example:5432/', 'port'],
  ['https://shop.example:11211/', 'port'],
  ['https://shop.example:99999/', 'unreadable_url'],
  ['http://metadata.google.internal/computeMetadata/v1/', 'host'],
  ['http://METADATA.google.internal./', 'host'],
  ['http://metadata/', 'host'],
  ['http://instance-data/latest', 'host'],
  ['//shop.example/', 'unreadable_url'],
  ['shop.example/hooks', 'unreadable_url'],
  ['', 'unreadable_url'],
  ['https://', 'unreadable_url'],
  ['https://[::1', 'unreadable_url'],
  ['https://[fe80::1%25eth0]/', 'unreadable_url'],
  ['https://127.0.0.1\\@shop.example/', 'unreadable_url'],
  ['https://shop.example/\r\nHost: 127.0.0.1', 'unreadable_url'],
  [' https://shop.example/', 'unreadable_url'],
  ['https://shop.example/ hooks', 'unreadable_url'],
  [`https://shop.example/${'x'.repeat(2_048)}`, 'unreadable_url'],
  ['https://256.256.256.256/', 'unreadable_url'],
];

describe('what a stranger may not have us call', () => {
  it('has at least 60 targets in this list', () => {
    expect(INNER_HOSTS.length + BAD_URLS.length).toBeGreaterThanOrEqual(100);
  });

  it.each(INNER_HOSTS)('refuses the host %s before anything is dialled', async (host) => {
    const { requests, port } = await serve();
    const { open, dialled } = ledTo(port);
    const out = egress({ open });
    for (const scheme of ['http', 'https']) {
      const url = `${scheme}://${host}:${port}/`;
      expect(await out.post({ url, body: '{}' })).toMatchObject({
        kind: 'refused',
        reason: 'address',
      });
      expect(await out.checkUrl(url)).toMatchObject({ reason: 'address' });
    }
    expect(dialled).toEqual([]);
    expect(requests.connections).toBe(0);
  });

  it.each(BAD_URLS)('refuses %s', async (url, reason) => {
    const { open, dialled } = ledTo(1);
    const out = egress({ open, resolve: async () => [PUBLIC] });
    expect(await out.post({ url, body: '{}' })).toMatchObject({ kind: 'refused', reason });
    expect(await out.checkUrl(url)).toMatchObject({ reason });
    expect(dialled).toEqual([]);
  });

  it.each(INNER_HOSTS.filter((host) => /^\[[\da-f:.]+\]$|^[\d.]+[^.]$/.test(host)))(
    'refuses a name that leads to %s',
    async (host) => {
      const address = new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '');
      const { open, dialled } = ledTo(1);
      const out = egress({ open, resolve: async () => [address] });
      const url = 'https://rebind.example/hook';
      expect(await out.post({ url, body: '{}' })).toMatchObject({ reason: 'address' });
      expect(await out.checkUrl(url)).toMatchObject({ reason: 'address' });
      expect(dialled).toEqual([]);
    },
  );

  it.each(['not an address', '', '999.1.1.1', '0177.0.0.1', '127.1', '::ffff:127.0.0.1%lo'])(
    'refuses a name whose resolver answers "%s"',
    async (address) => {
      const out = egress({ open: ledTo(1).open, resolve: async () => [address] });
      const outcome = await out.post({ url: 'https://odd.example/', body: '' });
      expect(outcome).toMatchObject({ kind: 'refused', reason: 'address' });
    },
  );
});

describe('DNS rebinding', () => {
  it('gains nothing: a name that was public when it was saved is refused once it is not', async () => {
    const { requests, port } = await serve();
    const answers = [[PUBLIC], ['127.0.0.1']];
    const { open, dialled } = ledTo(port);
    const out = egress({ open, resolve: async () => answers.shift() ?? ['127.0.0.1'] });
    const url = `http://rebind.example:${port}/`;
    expect(await out.checkUrl(url)).toBeNull();
    expect(await out.post({ url, body: '{}' })).toMatchObject({ reason: 'address' });
    expect(dialled).toEqual([]);
    expect(requests.connections).toBe(0);
  });

  it('dials only the public ones of several addresses', async () => {
    const handed: string[] = [];
    const out = egress({
      resolve: async () => ['10.0.0.1', '127.0.0.1', PUBLIC, '::1', 'fe80::1'],
      open: ({ host, lookup }) => {
        lookup(host, { all: true }, (_, addresses) => {
          handed.push(...[addresses].flat().map((a) => (typeof a === 'string' ? a : a.address)));
        });
        const socket = connect({ port: 1, host: '127.0.0.1' });
        return socket;
      },
    });
    await out.post({ url: 'https://several.example/', body: '{}' });
    expect(handed).toEqual([PUBLIC]);
  });

  /** Resolves names to public addresses, while every connection ends at this server. */
  async function endedElsewhere() {
    const inner = { port: 0, bytes: 0 };
    const server = createTcpServer((socket: Socket) => {
      socket.on('data', (chunk) => {
        inner.bytes += chunk.length;
      });
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => server.close());
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    inner.port = address.port;
    const { open, dialled } = ledTo(inner.port);
    return { inner, dialled, out: egress({ open, resolve: async () => [PUBLIC] }) };
  }

  it.each(['http://rebind.example/', 'https://rebind.example/', `http://${PUBLIC}/`])(
    'is noticed on the socket: a connection of %s that ended elsewhere gets no byte',
    async (url) => {
      const { out, inner, dialled } = await endedElsewhere();
      expect(await out.post({ url, body: 'secret' })).toMatchObject({
        kind: 'refused',
        reason: 'address',
      });
      expect(dialled).toHaveLength(1);
      expect(inner.bytes).toBe(0);
    },
  );

  it('is noticed on the socket of other protocols, such as SMTP', async () => {
    const { out, inner, dialled } = await endedElsewhere();
    await expect(out.connect({ host: 'mail.example', port: 587 })).rejects.toThrow(
      'public internet',
    );
    expect(dialled).toHaveLength(1);
    expect(inner.bytes).toBe(0);
  });

  it('reuses no connection of another host: each host has connections of its own', async () => {
    const { requests, port } = await serve();
    const names = new Map([['allowed.example', ['127.0.0.1']]]);
    const out = egress({
      allow: LOOPBACK,
      resolve: async (host) => names.get(host) ?? ['127.0.0.1'],
    });
    await out.post({ url: `http://allowed.example:${port}/`, body: '1' });
    names.set('other.example', ['10.0.0.1']);
    const other = await out.post({ url: `http://other.example:${port}/`, body: '2' });
    expect(other).toMatchObject({ kind: 'refused', reason: 'address' });
    expect(requests.requests).toBe(1);
  });
});

describe('redirects', () => {
  it.each([301, 302, 303, 307, 308])('a %i is the answer and is not followed', async (status) => {
    const inner = await serve();
    const outer = await serve((_, response) => {
      response.writeHead(status, { location: inner.url });
      response.end('over there');
    });
    const outcome = await egress({ allow: LOOPBACK }).post({ url: outer.url, body: '{}' });
    expect(outcome).toMatchObject({ kind: 'answer', status, text: 'over there' });
    expect(inner.requests.connections).toBe(0);
  });
});

describe('what the operator allows', () => {
  it('reaches allowed addresses by number and by name, and no other private one', async () => {
    const { port, requests } = await serve();
    const out = egress({ allow: ['127.0.0.1', '10.1.0.0/16'], resolve: async () => ['127.0.0.1'] });
    for (const host of ['127.0.0.1', 'localhost', '2130706433']) {
      const url = `http://${host}:${port}/`;
      expect(await out.checkUrl(url)).toBeNull();
      expect(await out.post({ url, body: '{}' })).toMatchObject({ kind: 'answer', status: 200 });
    }
    expect(requests.requests).toBe(3);
    expect(await out.checkUrl('https://10.1.2.3/')).toBeNull();
    expect(await out.checkUrl('https://10.2.0.1/')).toMatchObject({ reason: 'address' });
    expect(await out.checkUrl('https://127.0.0.2/')).toMatchObject({ reason: 'address' });
    expect(await out.checkUrl('https://[::ffff:127.0.0.1]/')).toMatchObject({ reason: 'address' });
  });

  it('never lets a cloud metadata name through', async () => {
    const out = egress({ allow: ['0.0.0.0/0'], resolve: async () => ['169.254.169.254'] });
    expect(await out.checkUrl('http://metadata.google.internal/')).toMatchObject({
      reason: 'host',
    });
  });

  it('where TLS is required, plain http goes only to allowed addresses', async () => {
    const { port, requests } = await serve();
    const names: Record<string, string> = { 'inner.example': '127.0.0.1', 'out.example': PUBLIC };
    const out = egress({
      allow: LOOPBACK,
      open: ledTo(port).open,
      resolve: async (host) => [names[host] ?? PUBLIC],
    });
    const plain = (host: string) => ({ url: `http://${host}:${port}/`, requireTls: true });
    expect(await out.checkUrl(plain('out.example').url, { requireTls: true })).toMatchObject({
      reason: 'plain_http',
    });
    expect(await out.post({ ...plain('out.example'), body: '' })).toMatchObject({
      kind: 'refused',
      reason: 'plain_http',
    });
    expect(requests.connections).toBe(0);
    expect(await out.checkUrl(plain('inner.example').url, { requireTls: true })).toBeNull();
    expect(await out.post({ ...plain('inner.example'), body: '' })).toMatchObject({ status: 200 });
  });

  it('a connection that a test opened unencrypted is not used where TLS is required', async () => {
    const { port, requests } = await serve();
    const url = `http://moving.example:${port}/`;
    const answers = [['127.0.0.1'], [PUBLIC]];
    const out = egress({ allow: LOOPBACK, resolve: async () => answers.shift() ?? [PUBLIC] });
    expect(await out.post({ url, body: '' })).toMatchObject({ status: 200 });
    const live = await out.post({ url, body: '', requireTls: true });
    expect(live).toMatchObject({ kind: 'refused', reason: 'plain_http' });
    expect(requests.requests).toBe(1);
  });
});

describe('a post', () => {
  it('sends the exact bytes and headers, and returns the answer', async () => {
    let received: { headers: IncomingMessage['headers']; body: string; path: string } | null = null;
    const { url } = await serve((request, response) => {
      void readBody(request, 1_000).then((body) => {
        const text = body.kind === 'body' ? body.bytes.toString() : '';
        received = { headers: request.headers, body: text, path: request.url ?? '' };
        response.writeHead(202, { 'x-seen': ['a', 'b'], 'retry-after': '7' });
        response.end('thanks');
      });
    });
    const outcome = await egress({ allow: LOOPBACK, userAgent: 'Waybill/1' }).post({
      url: `${url}/hooks/a?b=c#d`,
      headers: { 'webhook-id': 'msg_1', 'content-type': 'application/json' },
      body: '{"größe":1}',
    });
    expect(outcome).toMatchObject({
      kind: 'answer',
      status: 202,
      text: 'thanks',
      truncated: false,
    });
    expect(outcome).toMatchObject({ headers: { 'x-seen': 'a, b', 'retry-after': '7' } });
    expect(received).toMatchObject({
      path: '/hooks/a?b=c',
      body: '{"größe":1}',
      headers: { 'webhook-id': 'msg_1', 'user-agent': 'Waybill/1', 'content-length': '13' },
    });
  });

  it('reuses connections, and opens another when a reused one was closed', async () => {
    const { url, requests } = await serve((request, response) => {
      request.resume();
      request.on('end', () => response.end('ok'));
    });
    const out = egress({ allow: LOOPBACK });
    for (let i = 0; i < 5; i += 1) await out.post({ url, body: '{}' });
    expect(requests).toEqual({ connections: 1, requests: 5 });

    const dropping = await serve((request, response) => {
      const { socket } = request;
      if (dropping.requests.requests === 2) return socket.destroy();
      response.end('ok');
    });
    expect(await out.post({ url: dropping.url, body: '1' })).toMatchObject({ status: 200 });
    expect(await out.post({ url: dropping.url, body: '2' })).toMatchObject({ status: 200 });
    expect(dropping.requests).toEqual({ connections: 2, requests: 3 });
  });

  it('opens another where the answer said that it was the last one', async () => {
    const { url, requests } = await serve((_, response) => {
      response.writeHead(200, { connection: 'close' });
      response.end('bye');
    });
    const out = egress({ allow: LOOPBACK });
    for (let i = 0; i < 3; i += 1) {
      expect(await out.post({ url, body: '{}' })).toMatchObject({ status: 200, text: 'bye' });
    }
    expect(requests).toEqual({ connections: 3, requests: 3 });
  });

  it('takes no hint that comes before an answer for the answer', async () => {
    const { url } = await serve((_, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.writeHead(503);
      response.end('later');
    });
    const outcome = await egress({ allow: LOOPBACK }).post({ url, body: '{}' });
    expect(outcome).toMatchObject({ kind: 'answer', status: 503, text: 'later' });
  });

  it('needs as many connections as there are requests at once, and keeps them', async () => {
    const held: (() => void)[] = [];
    const { url, requests } = await serve((_, response) => {
      held.push(() => response.end('ok'));
      if (held.length === 5) for (const answer of held.splice(0)) answer();
    });
    const out = egress({ allow: LOOPBACK });
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(Array.from({ length: 5 }, () => out.post({ url, body: '{}' })));
    }
    expect(requests).toEqual({ connections: 5, requests: 15 });
  });

  it('cuts off an answer that is too long or never ends, and keeps its status', async () => {
    const long = await serve((_, response) => response.end('x'.repeat(5_000)));
    const out = egress({ allow: LOOPBACK, answerBytesMax: 1_000 });
    const cut = await out.post({ url: long.url, body: '' });
    expect(cut).toMatchObject({ kind: 'answer', status: 200, truncated: true });
    expect(cut.kind === 'answer' ? cut.text.length : 0).toBe(1_000);

    // The same answer in pieces of one byte each, which fit at first.
    const crumbs = await serve((_, response) => {
      for (let i = 0; i < 1_001; i += 1) response.write(i === 1_000 ? 'z' : 'y');
      response.end();
    });
    const crumbled = await out.post({ url: crumbs.url, body: '' });
    expect(crumbled).toMatchObject({ text: 'y'.repeat(1_000), truncated: true });
    const exact = await serve((_, response) => {
      for (let i = 0; i < 1_000; i += 1) response.write('y');
      response.end();
    });
    const whole = await out.post({ url: exact.url, body: '' });
    expect(whole).toMatchObject({ text: 'y'.repeat(1_000), truncated: false });

    const endless = await serve((_, response) => {
      response.writeHead(500);
      response.write('begun');
    });
    // Long enough for the answer to have begun.
    const begun = await out.post({ url: endless.url, body: '', timeoutMs: 1_000 });
    expect(begun).toMatchObject({ kind: 'answer', status: 500, text: 'begun', truncated: true });
  });

  it('fails with a reason: timeout, no listener, no such name, no TLS, no HTTP', async () => {
    const silent = await serve(() => {});
    const out = egress({ allow: LOOPBACK, resolve: async () => [] });
    const failure = async (url: string, timeoutMs = 60_000) => {
      const outcome = await out.post({ url, body: '', timeoutMs });
      return outcome.kind === 'failed' ? outcome.reason : outcome;
    };
    expect(await failure(silent.url, 200)).toBe('timeout');
    expect(await failure('http://127.0.0.1:1025/')).toBe('network');
    expect(await failure('https://nobody.example/')).toBe('dns');
    expect(await failure(silent.url.replace('http:', 'https:'))).toBe('tls');
    const garbage = createTcpServer((socket) => void socket.end('SSH-2.0-OpenSSH\r\n\r\n'));
    await new Promise<void>((resolve) => garbage.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => garbage.close());
    const address = garbage.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    expect(await failure(`http://127.0.0.1:${address.port}/`)).toBe('network');
  });

  it('is too late after its time also when the name server or the handshake keeps silent', async () => {
    const mute = createTcpServer(() => {});
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => mute.close());
    const address = mute.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const out = egress({ allow: LOOPBACK, resolve: () => new Promise(() => {}), timeoutMs: 80 });
    for (const url of ['https://silent.example/', `https://127.0.0.1:${address.port}/`]) {
      expect(await out.post({ url, body: '' })).toMatchObject({
        kind: 'failed',
        reason: 'timeout',
      });
    }
  });

  it('accepts a name that does not resolve yet, but none without a dot', async () => {
    const out = egress({ resolve: () => Promise.reject(new Error('ENOTFOUND')) });
    expect(await out.checkUrl('https://not-yet.example/hook')).toBeNull();
    for (const name of ['undefined', 'null', 'my-server']) {
      expect(await out.checkUrl(`https://${name}/hook`)).toMatchObject({ reason: 'host' });
    }
    expect(await out.checkUrl('http://not-yet.example/', { requireTls: true })).toMatchObject({
      reason: 'plain_http',
    });
  });
});
