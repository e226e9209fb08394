import { type AddressInfo, connect, type Server } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { TEST_CERTIFICATE, TEST_PRIVATE_KEY } from '../test-deps.ts';
import { type MailServer, type MailServerOptions, openMailServer } from './mail-server.ts';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Listening {
  readonly port: number;
  readonly connections: () => number;
  readonly hangUp: () => void;
  readonly mails: () => number;
}

async function listen(options: SMTPServerOptions): Promise<Listening> {
  let [connections, mails] = [0, 0];
  const sockets = new Set<{ destroy(): void }>();
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    onData(stream, _session, done) {
      stream.resume();
      stream.on('end', () => {
        mails += 1;
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  (server.server as Server).on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const hangUp = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  cleanups.push(() => {
    hangUp();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const { port } = server.server.address() as AddressInfo;
  return { port, connections: () => connections, hangUp, mails: () => mails };
}

function client(port: number, over: Partial<MailServerOptions> = {}): MailServer {
  const made = openMailServer({
    host: 'localhost',
    port,
    security: 'none',
    login: null,
    timeoutMs: 60_000,
    connect: (_host, to) =>
      new Promise((resolve, reject) => {
        const socket = connect({ host: '127.0.0.1', port: to });
        socket.once('connect', () => resolve(socket));
        socket.once('error', reject);
      }),
    ...over,
  });
  cleanups.push(() => made.close());
  return made;
}

const MAIL = {
  envelope: { from: 'a@shop.example', to: 'b@customers.example' },
  bytes: Buffer.from('Subject: a\r\n\r\ntext\r\n'),
};

describe('encryption', () => {
  const TLS = { cert: TEST_CERTIFICATE, key: TEST_PRIVATE_KEY };

  it('is from the first byte, or asked for, with a certificate that is trusted', async () => {
    const plain = await listen({ ...TLS });
    const tls = await listen({ ...TLS, secure: true });
    const ca = TEST_CERTIFICATE;
    expect(await client(plain.port, { security: 'starttls', ca }).deliver(MAIL)).toEqual({
      kind: 'accepted',
    });
    expect(await client(tls.port, { security: 'tls', ca }).deliver(MAIL)).toEqual({
      kind: 'accepted',
    });
  });

  it('is not done without: no mail and no password goes out in the clear', async () => {
    const received: string[] = [];
    const without = await listen({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth({ password }, _session, done) {
        received.push(String(password));
        done(null, { user: 1 });
      },
    });
    const login = { user: 'u', pass: 'a-test-password' };
    const answer = await client(without.port, { security: 'starttls', login }).deliver(MAIL);
    expect(answer).toMatchObject({ kind: expect.stringMatching(/broken|refused/) });
    expect(received).toEqual([]);
    expect(without.mails()).toBe(0);
  });

  it('is with nobody whose certificate is not trusted, or for another host', async () => {
    const server = await listen({ ...TLS });
    const strange = await client(server.port, { security: 'starttls' }).deliver(MAIL);
    expect(strange).toMatchObject({ kind: 'broken', hasBegun: false });
    const ca = TEST_CERTIFICATE;
    const other = client(server.port, { security: 'starttls', ca, host: 'mail.example' });
    expect(await other.deliver(MAIL)).toMatchObject({ kind: 'broken', hasBegun: false });
    expect(server.mails()).toBe(0);
  });
});

describe('connections', () => {
  it('are kept while there is mail', async () => {
    const server = await listen({ disabledCommands: ['STARTTLS'] });
    const mails = client(server.port);
    for (let index = 0; index < 5; index += 1)
      expect(await mails.deliver(MAIL)).toEqual({ kind: 'accepted' });
    expect(server.connections()).toBe(1);
    expect(server.mails()).toBe(5);
  });

  it('that were hung up on while idle are replaced without anybody noticing', async () => {
    const server = await listen({ disabledCommands: ['STARTTLS'] });
    const mails = client(server.port);
    await mails.deliver(MAIL);
    server.hangUp();
    expect(await mails.deliver(MAIL)).toEqual({ kind: 'accepted' });
    expect(server.mails()).toBe(2);
  });

  it('are few, however much there is to send', async () => {
    const server = await listen({ disabledCommands: ['STARTTLS'] });
    const mails = client(server.port);
    const answers = await Promise.all(Array.from({ length: 40 }, () => mails.deliver(MAIL)));
    expect(answers.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(server.connections()).toBeLessThanOrEqual(5);
  });
});

it('holds nobody longer than its time, whoever is before them in the queue', async () => {
  let begun = 0;
  const onMailFrom = (): void => {
    begun += 1;
  };
  const silent = await listen({ disabledCommands: ['STARTTLS'], onMailFrom });
  const mails = client(silent.port, { timeoutMs: 300 });
  const answers = await Promise.all(Array.from({ length: 30 }, () => mails.deliver(MAIL)));
  // If mails waited for a free connection without a limit, all of them would reach this server.
  expect(begun).toBeLessThan(15);
  for (const answer of answers) {
    expect(answer).toEqual({ kind: 'broken', code: 'ETIMEDOUT', hasBegun: false });
  }
});

it('knows from the server’s own words whether a mail may have gone out', async () => {
  const late = await listen({
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      stream.resume();
      stream.on('end', () => done(Object.assign(new Error('4.3.1 Full'), { responseCode: 452 })));
    },
  });
  expect(await client(late.port).deliver(MAIL)).toEqual({
    kind: 'refused',
    during: 'message',
    status: 452,
    enhanced: '4.3.1',
  });
});
