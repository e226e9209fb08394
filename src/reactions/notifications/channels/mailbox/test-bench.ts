import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import PostalMime from 'postal-mime';
import type { AcceptedMessage, ChannelBench } from '../test-bench.ts';

/** The mailbox has no server: only the disk can fail, which has tests of its own. */
export const bench: ChannelBench = {
  kind: 'email',
  to: 'someone@customers.example',
  malformed: ['nobody', 'a@b.example\r\nBcc: x@y.example'],
  refusedTo: null,
  networked: false,
  start: async (mailbox) => ({
    config: {},
    wrongConfig: null,
    apiUrl: null,
    nowhere: { config: {}, apiUrl: null },
    fault: () => {},
    accepted: () => mailsIn(mailbox),
    close: async () => {},
  }),
};

/** The mails in the folder, as a mail program reads them. */
async function mailsIn(folder: string): Promise<readonly AcceptedMessage[]> {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith('.eml'));
  return Promise.all(
    files.map(async (name) => {
      const mail = await PostalMime.parse(readFileSync(path.join(folder, name)));
      return {
        to: mail.to?.map(({ address = '' }) => address).join() ?? '',
        text: (mail.text ?? '').trimEnd(),
        subject: mail.subject ?? null,
        key: mail.messageId ?? null,
        headers: Object.fromEntries(mail.headers.map(({ key, value }) => [key, value])),
      };
    }),
  );
}
