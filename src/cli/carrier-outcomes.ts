import { pathToFileURL } from 'node:url';
import type { CarrierAdapter, Payload } from '../adapters/index.ts';

/**
 * `waybill carrier outcomes ENTRY`, hidden: what an adapter makes of payloads, for the kit, which
 * asks it in a process whose machine is in another time zone. Payloads come as one JSON list on
 * stdin, outcomes leave as one.
 */
export async function carrierOutcomes(
  entry: string,
  input: AsyncIterable<Buffer | string>,
  write: (line: string) => void,
): Promise<number> {
  const module: { readonly adapter: CarrierAdapter } = await import(pathToFileURL(entry).href);
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  const payloads: readonly Payload[] = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  write(JSON.stringify(payloads.map((payload) => module.adapter.parse(payload))));
  return 0;
}
