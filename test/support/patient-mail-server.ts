import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/** A mail server on loopback that can keep its senders waiting for its last word. */
export interface PatientMailServer {
  readonly port: number;
  /** Mails whose content has arrived and that were not answered. */
  readonly held: () => number;
  /** `Message-ID` of each mail that was taken, in order. */
  readonly accepted: readonly string[];
  /** From now on each mail is taken at once; those held are never answered. */
  letGo(): void;
  close(): Promise<void>;
}

export async function startPatientMailServer(): Promise<PatientMailServer> {
  const accepted: string[] = [];
  let held = 0;
  let isHolding = true;
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (isHolding) {
          held += 1;
          return;
        }
        void PostalMime.parse(Buffer.concat(chunks)).then(({ messageId }) => {
          accepted.push(messageId ?? '');
          done();
        });
      });
    },
  });
  // Whoever is killed hangs up without a word.
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    held: () => held,
    accepted,
    letGo() {
      isHolding = false;
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
