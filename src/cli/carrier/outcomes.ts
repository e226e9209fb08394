import type { CarrierAdapter, Payload } from '../../adapters/index.ts';
import { importModule } from '../../platform/import-module.ts';

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
  const { adapter } = (await importModule(entry)) as { readonly adapter: CarrierAdapter };
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  const payloads: readonly Payload[] = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  write(JSON.stringify(payloads.map((payload) => adapter.parse(payload))));
  return 0;
}
