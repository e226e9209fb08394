import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CarrierAdapter, LoadedAdapter, ParseOutcome } from '../../adapters/index.ts';
import {
  type InboundMessage,
  inboundMessagesById,
  openInboundMessage,
} from '../../intake/index.ts';
import { withDatabase } from '../with-database.ts';
import type { AdapterKit } from './adapter-kit.ts';
import { codesIn, listReplaced, systemFraction, wordMask, writeNew } from './recorded-output.ts';

type Write = (line: string) => void;

interface RecordInboundArgs {
  /** The ids of inbound messages. */
  readonly inbound: readonly string[];
  /** The folder of fixtures. */
  readonly out: string;
  readonly keepNumbers: boolean;
}

const FAILED = 1;

/** Writes fixtures of stored inbound messages, of any sender and in any state. */
export async function recordInbound(
  kit: AdapterKit,
  args: RecordInboundArgs,
  loaded: LoadedAdapter,
  env: NodeJS.ProcessEnv,
  write: Write,
  writeError: Write,
): Promise<number> {
  const { adapter } = loaded;
  return withDatabase(env, async ({ database, sealer }) => {
    const rows = await inboundMessagesById(database.pipeline, args.inbound);
    let failed = false;
    await mkdir(args.out, { recursive: true });
    for (const id of args.inbound) {
      const row = rows.find((each) => each.id === id.toLowerCase());
      const inboundMessage = row === undefined ? null : openInboundMessage(row, sealer);
      if (inboundMessage === null || inboundMessage.carrier !== adapter.manifest.name) {
        const why =
          inboundMessage === null
            ? 'there is no readable inbound message with that id'
            : 'another carrier’s';
        writeError(`${id}: ${why}.`);
        failed = true;
        continue;
      }
      const text = Buffer.from(inboundMessage.body).toString('utf8');
      const number = inboundMessage.headers[':number'];
      const parsed = adapter.parse({
        text,
        ...(number === undefined ? {} : { requestedNumber: number }),
      });
      const { headers, body, extension, replaced } = scrubbedInboundMessage(
        kit,
        inboundMessage,
        adapter,
        parsed,
        {
          keepNumbers: args.keepNumbers,
          maskWords: await wordMask(loaded, codesIn(parsed)),
        },
      );
      const name = `${inboundMessage.source === 'webhook' ? 'push' : 'track'}-${id.slice(-8)}`;
      await writeNew(join(args.out, `${name}.${extension}`), body);
      await writeNew(
        join(args.out, `${name}.headers.json`),
        `${JSON.stringify(headers, null, 1)}\n`,
      );
      write(`${join(args.out, `${name}.${extension}`)}`);
      listReplaced(replaced, write);
    }
    if (!failed) write('`waybill carrier expect` writes the parsed result for review.');
    return failed ? FAILED : 0;
  });
}

function scrubbedInboundMessage(
  { createScrubber }: AdapterKit,
  inboundMessage: InboundMessage,
  adapter: CarrierAdapter,
  parsed: ParseOutcome,
  how: {
    readonly keepNumbers: boolean;
    readonly maskWords: (text: string, places: readonly string[]) => string;
  },
) {
  const text = Buffer.from(inboundMessage.body).toString('utf8');
  const numbers =
    parsed.outcome === 'reports'
      ? parsed.reports.flatMap(({ trackingNumber, aliases }) => [trackingNumber, ...aliases])
      : parsed.trackingNumbers;
  const scrubber = createScrubber({
    secrets: [],
    recogniser: adapter.numbers,
    numbers,
    random: systemFraction,
    ...how,
  });
  scrubber.learn(text);
  const { ':status': _, ...headers } = inboundMessage.headers;
  return {
    headers: scrubber.headers(headers),
    body: scrubber.text(text),
    extension: text.trimStart().startsWith('<') ? 'xml' : 'json',
    replaced: scrubber.replaced(),
  };
}
