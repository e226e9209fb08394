import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../clock.ts';
import { createEgress } from '../egress.ts';
import { createResolver, type Resolve } from './resolver.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const A = 1;
const AAAA = 28;
/** Answers by name and record type: addresses, `none` (no such name) or silence. */
type Answers = (name: string, type: number) => readonly string[] | 'none' | 'silence';

/** A name server on loopback that gives the test's answers. */
async function nameServer(answers: Answers) {
  const hosts: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (message, peer) => {
    const { name, type, end } = questionOf(message);
    hosts.push(`${name} ${type === A ? 'A' : 'AAAA'}`);
    const answer = answers(name, type);
    if (answer === 'silence') return;
    const records = answer === 'none' ? [] : answer.map((address) => recordOf(address, type));
    const head = Buffer.from(message.subarray(0, 12));
    head.writeUInt16BE(answer === 'none' ? 0x8183 : 0x8180, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(records.length, 6);
    head.writeUInt32BE(0, 8);
    socket.send(Buffer.concat([head, message.subarray(12, end), ...records]), peer.port);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  cleanups.push(() => socket.close());
  return { hosts, servers: [`127.0.0.1:${socket.address().port}`] };
}

function questionOf(message: Buffer) {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.subarray(at + 1, at + 1 + length).toString('latin1'));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}

function recordOf(address: string, type: number): Buffer {
  const bytes =
    type === A
      ? Buffer.from(address.split('.').map(Number))
      : Buffer.from(address.replaceAll(':', ''), 'hex');
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(0, 6); // TTL zero, as DNS rebinding requires
  head.writeUInt16BE(bytes.length, 10);
  return Buffer.concat([head, bytes]);
}

const nobody: Resolve = () => Promise.reject(new Error('not found'));

describe('a name', () => {
  it('gives its addresses of both families', async () => {
    const { servers } = await nameServer((_, type) =>
      type === A ? ['192.0.2.1', '192.0.2.2'] : ['20010db8000000000000000000000001'],
    );
    const found = await createResolver({ servers, system: nobody })('both.example');
    expect([...found].sort()).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1']);
  });

  it('waits a moment, and no longer, for a name server that never answers about IPv6', async () => {
    const { servers } = await nameServer((_, type) => (type === A ? ['192.0.2.1'] : 'silence'));
    const waits: number[] = [];
    const wait = async (ms: number) => void waits.push(ms);
    const found = await createResolver({ servers, wait, system: nobody })('four.example');
    expect([found, waits]).toEqual([['192.0.2.1'], [100]]);
  });

  it('that DNS does not know, or that has no dot, is resolved by the system', async () => {
    const { servers, hosts } = await nameServer(() => 'none');
    const system: Resolve = async (host) => [host === 'localhost' ? '127.0.0.1' : '192.0.2.9'];
    const resolve = createResolver({ servers, system });
    expect(await resolve('in-the-hosts-file.example')).toEqual(['192.0.2.9']);
    expect(await resolve('localhost')).toEqual(['127.0.0.1']);
    expect(hosts.join()).not.toContain('localhost');
  });

  it('is resolved once for a burst, and again after ten seconds', async () => {
    const { servers, hosts } = await nameServer((_, type) => (type === A ? ['192.0.2.1'] : []));
    const clock = manualClock(0);
    const resolve = createResolver({ servers, clock, system: nobody });
    await Promise.all(Array.from({ length: 20 }, () => resolve('busy.example')));
    clock.advance(9_000);
    await resolve('busy.example');
    expect(hosts).toHaveLength(2);
    clock.advance(2_000);
    await resolve('busy.example');
    expect(hosts).toHaveLength(4);
  });

  it('that does not exist rejects, and is queried again the next time', async () => {
    const { servers } = await nameServer(() => 'none');
    let tries = 0;
    const system: Resolve = async () => {
      tries += 1;
      throw new Error('not found');
    };
    const resolve = createResolver({ servers, system });
    await expect(resolve('nobody.example')).rejects.toThrow();
    await expect(resolve('nobody.example')).rejects.toThrow();
    expect(tries).toBe(2);
  });

  it('takes two of the system’s threads at most, however many names are slow', async () => {
    let running = 0;
    let most = 0;
    const system: Resolve = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return ['192.0.2.1'];
    };
    const resolve = createResolver({ servers: ['127.0.0.1:1'], system });
    await Promise.all(Array.from({ length: 30 }, (_, i) => resolve(`slow${i}`)));
    expect(most).toBe(2);
  });
});

describe('a name server that answers differently each time (DNS rebinding)', () => {
  it('never leads to an internal address, whatever its first answer', async () => {
    let reached = 0;
    const inner = createServer((_, response) => {
      reached += 1;
      response.end();
    });
    await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => inner.close());
    const address = inner.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const turns = new Map<string, number>();
    const { servers } = await nameServer((name, type) => {
      if (type === AAAA) return [];
      const turn = (turns.get(name) ?? 0) + 1;
      turns.set(name, turn);
      return turn === 1 ? ['93.184.215.14'] : ['127.0.0.1'];
    });
    const clock = manualClock(0);
    const egress = createEgress({ resolve: createResolver({ servers, clock, system: nobody }) });
    cleanups.push(() => egress.close());
    const url = `http://rebind.example:${address.port}/`;
    expect(await egress.checkUrl(url)).toBeNull();
    for (let i = 0; i < 3; i += 1) {
      clock.advance(11_000);
      expect(await egress.post({ url, body: '{}' })).toMatchObject({
        kind: 'refused',
        reason: 'address',
      });
    }
    expect(reached).toBe(0);
  });
});
