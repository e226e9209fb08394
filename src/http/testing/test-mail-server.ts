import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/** A received mail, as a mail program reads it. */
export interface ReceivedMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A real SMTP server on loopback. */
export interface TestMailServer {
  readonly port: number;
  /** All mails so far, the oldest first. */
  readonly mails: readonly ReceivedMail[];
  /** Resolves with the n-th mail, counted from 1, once it has arrived. */
  mail(index: number): Promise<ReceivedMail>;
  /** Rejects every recipient from now on with this answer; null: accepts all again. */
  refuse(answer: { readonly status: number; readonly text: string } | null): void;
  close(): Promise<void>;
}

export async function openTestMailServer(): Promise<TestMailServer> {
  const mails: ReceivedMail[] = [];
  const waiting = new Map<number, (mail: ReceivedMail) => void>();
  let refusal: Parameters<TestMailServer['refuse']>[0] = null;
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    onRcptTo(_address, _session, done) {
      if (refusal === null) return done();
      done(Object.assign(new Error(refusal.text), { responseCode: refusal.status }));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address).join();
        void PostalMime.parse(Buffer.concat(chunks)).then(({ subject, text, html }) => {
          const mail = { to, subject: subject ?? '', text: text ?? '', html: html ?? '' };
          mails.push(mail);
          waiting.get(mails.length)?.(mail);
          done();
        });
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    mails,
    mail(index) {
      const received = mails[index - 1];
      if (received !== undefined) return Promise.resolve(received);
      return new Promise((resolve) => waiting.set(index, resolve));
    },
    refuse(answer) {
      refusal = answer;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
