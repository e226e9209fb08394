import { readFile } from 'node:fs/promises';
import type { LoadedAdapter } from '../../adapters/index.ts';
import { openMappingFiles } from '../../normalization/index.ts';
import { readConfig } from '../../platform/settings/config.ts';
import { loadAdapterKit } from './adapter-kit.ts';
import { findAdapter } from './find-adapter.ts';
import { outcomeJson } from './parse.ts';

export interface CarrierReplayArgs {
  readonly file: string;
  /** A name or a path; null: the carrier that the cassette names. */
  readonly carrier: string | null;
}

/**
 * Runs `waybill carrier replay`, which replays a cassette as the hub would call the carrier, and
 * prints the result for each number, one JSON line each. Exit code 1 if a call had no answer in it.
 */
export async function carrierReplay(
  { file, carrier }: CarrierReplayArgs,
  env: NodeJS.ProcessEnv,
  write: (line: string) => void,
  writeError: (line: string) => void,
): Promise<number> {
  const kit = await loadAdapterKit(writeError);
  if (kit === null) return 1;
  const config = readConfig(env);
  try {
    const cassette = kit.readCassette(await readFile(file, 'utf8'), file);
    const found = await findAdapter(carrier ?? cassette.carrier, config, writeError);
    const { adapter } = found;
    const mapping = await mappingOf(found, config);
    const replay = await kit.replayCassette(adapter, cassette);
    for (const outcome of replay.outcomes) {
      const { trackingNumber, ...rest } = outcome;
      if (rest.outcome !== 'answer') {
        write(JSON.stringify({ tracking_number: trackingNumber, ...rest, reports: [] }));
        continue;
      }
      const { text, httpStatus } = rest;
      const read = adapter.parse({
        text,
        httpStatus,
        kind: 'track',
        requestedNumber: trackingNumber,
      });
      const shown = outcomeJson(read, adapter, mapping);
      write(JSON.stringify({ tracking_number: trackingNumber, ...shown }));
    }
    for (const call of replay.unanswered) writeError(`${file}: has no answer to ${call}`);
    return replay.unanswered.length === 0 ? 0 : 1;
  } catch (error) {
    writeError(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function mappingOf({ adapter, home }: LoadedAdapter, config: ReturnType<typeof readConfig>) {
  const { name } = adapter.manifest;
  const files = await openMappingFiles({
    folder: config.mappings,
    overlay: config.mappingsOverlay ?? undefined,
    packaged: new Map(home.mapping === null ? [] : [[name, home.mapping]]),
    carriers: [adapter.manifest],
    watch: 'off',
  });
  const mapping = files.current(name);
  if (mapping === undefined) {
    throw new Error(`No valid mapping for "${name}"; \`waybill mappings check\` says why.`);
  }
  return mapping;
}
