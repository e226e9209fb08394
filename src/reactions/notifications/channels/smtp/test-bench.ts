import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { AcceptedMessage, BenchServer, ChannelBench, Fault } from '../test-bench.ts';

/** A real SMTP server that requires a password and refuses one recipient. */
export const bench: ChannelBench = {
  kind: 'email',
  to: 'someone@customers.example',
  malformed: [
    'nobody',
    'a@b.example, c@d.example',
    'a@b.example\r\nBcc: x@y.example',
    '<a@b.example>',
  ],
  refusedTo: 'gone@customers.example',
  start,
};

const PASSWORD = 'a-test-password';

async function start(): Promise<BenchServer> {
  let fault: Fault | null = null;
  const accepted: AcceptedMessage[] = [];
  const sockets = new Set<{ destroy(): void }>();
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    onAuth({ username, password }, _session, done) {
      if (username === 'waybill' && password === PASSWORD) return done(null, { user: 1 });
      done(Object.assign(new Error('5.7.8 Authentication failed'), { responseCode: 535 }));
    },
    onRcptTo({ address }, _session, done) {
      if (fault === 'silent') return;
      if (fault === 'rate_limited') return done(failure(451, '4.7.1 Too many messages, slow down'));
      if (fault === 'server_error') return done(failure(450, '4.3.0 Local error'));
      if (fault === 'unavailable') return done(failure(421, '4.3.2 Closing down'));
      if (address.startsWith('gone@')) return done(failure(550, '5.1.1 No such user here'));
      done();
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address).join();
        void PostalMime.parse(Buffer.concat(chunks)).then((mail) => {
          accepted.push({
            to,
            text: (mail.text ?? '').trimEnd(),
            subject: mail.subject ?? null,
            key: mail.messageId ?? null,
            headers: Object.fromEntries(mail.headers.map(({ key, value }) => [key, value])),
          });
          if (fault !== 'taken_and_gone') return done();
          for (const socket of sockets) socket.destroy();
        });
      });
    },
  });
  server.server.on('connection', (socket) => sockets.add(socket));
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  const config = {
    host: '127.0.0.1',
    port,
    security: 'none',
    username: 'waybill',
    password: PASSWORD,
    from_address: 'parcels@shop.example',
    from_name: 'Shop',
  };
  return {
    config,
    wrongConfig: { ...config, password: 'another-test-password' },
    apiUrl: null,
    nowhere: { config: { ...config, port: 1 }, apiUrl: null },
    fault: (next) => {
      fault = next;
    },
    accepted: () => accepted,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function failure(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}
