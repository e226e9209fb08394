import { readFile } from 'node:fs/promises';
import type {
  CarrierAdapter,
  LoadedAdapter,
  ParseOutcome,
  PayloadKind,
} from '../../adapters/index.ts';
import { describe, type Mapping, openMappingFiles } from '../../normalization/index.ts';
import { messagesIn } from '../../platform/messages/catalogue.ts';
import { readConfig } from '../../platform/settings/config.ts';
import { type ReportPreview, reportPreview } from '../../tracking/ports/mappings.ts';
import { iso, placeName } from '../../tracking/ports/shipments.ts';
import { findAdapter } from './find-adapter.ts';

export interface CarrierParseArgs {
  /** A carrier's name, or a path to its folder or package. */
  readonly carrier: string;
  readonly files: readonly string[];
  readonly kind: PayloadKind | null;
  /** The numbers that the files are about if they name none; null: one unnamed parcel each. */
  readonly number: string | null;
}

/**
 * `waybill carrier parse`: what a payload says, one JSON line a file. Parses, reads and folds each
 * file alone; starts no server and no database. A file may be trimmed to a parcel without its
 * number, which a pull's inbound message stores beside the answer. Resolves with the exit code: 1
 * if a file could not be read or contains nothing readable, 2 for an unknown carrier or a
 * contradiction.
 */
export async function carrierParse(
  args: CarrierParseArgs,
  env: NodeJS.ProcessEnv,
  write: (line: string) => void,
  writeError: (line: string) => void,
): Promise<number> {
  if (args.kind === 'webhook' && args.number !== null) {
    writeError('A push names its own number; omit --number, or use --kind track.');
    return 2;
  }
  const config = readConfig(env);
  let found: LoadedAdapter;
  try {
    found = await findAdapter(args.carrier, config, writeError);
  } catch (error) {
    writeError(error instanceof Error ? error.message : String(error));
    return 2;
  }
  const { adapter, home } = found;
  const { name } = adapter.manifest;
  const mappings = await openMappingFiles({
    folder: config.mappings,
    overlay: config.mappingsOverlay ?? undefined,
    packaged: new Map(home.mapping === null ? [] : [[name, home.mapping]]),
    carriers: [adapter.manifest],
    watch: 'off',
  });
  const mapping = mappings.current(name);
  if (mapping === undefined) {
    writeError(`No valid mapping for "${args.carrier}"; \`waybill mappings check\` says why.`);
    return 1;
  }
  const number = adapter.numbers.normalize(args.number ?? '');
  let failed = false;
  for (const file of args.files) {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text === null) {
      writeError(`${file}: cannot be read; check the path.`);
      failed = true;
      continue;
    }
    const outcome = adapter.parse({
      text,
      ...(args.kind === null ? {} : { kind: args.kind }),
      ...(args.kind === 'webhook' ? {} : { requestedNumber: number }),
    });
    write(JSON.stringify({ file, ...outcomeJson(outcome, adapter, mapping) }));
    if (outcome.outcome === 'unreadable') failed = true;
  }
  return failed ? 1 : 0;
}

/** The parsed payload with our mapping's readings, as `parse` and `replay` print it. */
export function outcomeJson(
  outcome: ParseOutcome,
  { manifest }: CarrierAdapter,
  mapping: Mapping,
): Record<string, unknown> {
  if (outcome.outcome !== 'reports') {
    return { outcome: outcome.outcome, reports: [], reason: outcome.reason };
  }
  return {
    outcome: outcome.outcome,
    reports: outcome.reports.map((report) =>
      reportJson(reportPreview(report, mapping, manifest), mapping),
    ),
    misses: outcome.misses.map(({ trackingNumber, outcome: miss, reason }) => ({
      tracking_number: trackingNumber,
      outcome: miss,
      reason,
    })),
    warnings: outcome.warnings,
  };
}

function reportJson(preview: ReportPreview, mapping: Mapping): Record<string, unknown> {
  const { state } = preview;
  const edd = state.estimatedDelivery;
  return {
    tracking_number: preview.trackingNumber || null,
    status: state.status,
    sub_status: state.subStatus,
    estimated_delivery: edd && { date: edd.date, from: edd.from, to: edd.to },
    delivered_at: iso(state.deliveredAtMs),
    mapping_version: mapping.version,
    events: preview.events.map((event) => ({
      code: event.code,
      status: event.status,
      sub_status: event.reason,
      occurred_at: event.occurredAt,
      occurred_local: event.occurredLocal,
      zone_source: event.zoneSource,
      location: placeName(event.place),
      description: describe(messagesIn('en').status, event),
    })),
  };
}
