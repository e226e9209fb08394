import { type CodeMatch, packagedMappings } from '../../adapters/index.ts';
import {
  type CarrierSources,
  documentedCodes,
  installedAdapters,
} from '../../app/installed-carriers.ts';
import {
  type Coverage,
  type DocumentedCoverage,
  documentedCoverage,
  formatProblem,
  type Mapping,
  openMappingFiles,
  storedCoverage,
} from '../../normalization/index.ts';
import { MAPPINGS_FOLDER } from './check.ts';

export interface MappingsCoverageArgs {
  readonly json?: boolean;
  /** Whether to list the documented codes without a rule, too. */
  readonly unmapped?: boolean;
  readonly folder?: string;
  readonly overlay?: string;
  /** Carriers besides those that ship with the hub. */
  readonly sources?: CarrierSources;
  /** The codes of stored facts, by carrier; none without a database. */
  readonly observedCodes?: ReadonlyMap<string, readonly CodeMatch[]>;
  /** Whether to report how a mapping covers the codes in a database, instead. */
  readonly coverStored?: (mapping: Mapping) => StoredFigures;
}

/**
 * Runs `waybill mappings coverage`, which counts how many of each carrier's documented and observed
 * codes have a rule in the mappings. Starts no server and no database. Resolves with the exit code:
 * 1 if a mapping cannot be loaded.
 */
export async function mappingsCoverage(
  args: MappingsCoverageArgs,
  write: (line: string) => void,
  writeError: (line: string) => void = write,
): Promise<number> {
  const { folder = MAPPINGS_FOLDER, overlay, sources } = args;
  const registry = await installedAdapters(sources, writeError);
  if (registry === null) return 1;
  const manifests = registry.list().map(({ manifest }) => manifest);
  const files = await openMappingFiles({
    folder,
    overlay,
    packaged: packagedMappings(registry),
    carriers: manifests,
    watch: 'off',
  }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    writeError(`${folder} cannot be read (${why}); create it, or correct WAYBILL_MAPPINGS.`);
    return null;
  });
  if (files === null) return 1;
  const carriers: CarrierCoverage[] = [];
  for (const manifest of manifests) {
    const mapping = files.current(manifest.name);
    if (mapping === undefined) continue;
    const codes = await documentedCodes(registry.home(manifest.name)?.folder ?? '');
    carriers.push({
      carrier: manifest.name,
      documented: documentedCoverage(mapping, codes, manifest.codeKinds),
      observedCodes:
        args.coverStored?.(mapping) ??
        storedCoverage(mapping, args.observedCodes?.get(manifest.name) ?? []),
    });
  }
  if (args.json === true) write(JSON.stringify({ carriers: carriers.map(asJson) }));
  else for (const line of asTable(carriers, args)) write(line);

  const errors = files.problems().filter(({ severity }) => severity === 'error');
  if (args.json !== true) for (const problem of errors) write(formatProblem(problem));
  return errors.length === 0 ? 0 : 1;
}

interface CarrierCoverage {
  readonly carrier: string;
  readonly documented: DocumentedCoverage;
  readonly observedCodes: StoredFigures;
}

/** With the number of facts for which they stand, if facts were counted. */
export interface StoredFigures extends Coverage {
  readonly facts?: number;
  readonly facts_share?: number | null;
}

function asJson({ carrier, documented, observedCodes }: CarrierCoverage): Record<string, unknown> {
  const { unmapped: _, ...counts } = documented;
  return { carrier, documented: counts, seen: observedCodes };
}

function asTable(carriers: readonly CarrierCoverage[], args: MappingsCoverageArgs): string[] {
  const width = Math.max(7, ...carriers.map(({ carrier }) => carrier.length));
  const row = (name: string, cells: readonly string[]): string =>
    [name.padEnd(width), ...cells.map((cell) => cell.padStart(8))].join('  ');
  const withStored = args.coverStored !== undefined;
  const heads = ['codes', 'mapped', 'reviewed', 'share'];
  const lines = [row('carrier', [...heads, ...(withStored ? ['seen', 'mapped', 'of facts'] : [])])];
  for (const { carrier, documented, observedCodes } of carriers) {
    const { codes, mapped, reviewed, share } = documented;
    const cells = [String(codes), String(mapped), String(reviewed), percent(share)];
    const met = [
      String(observedCodes.codes),
      String(observedCodes.mapped),
      percent(observedCodes.facts_share ?? null),
    ];
    lines.push(row(carrier, withStored ? [...cells, ...met] : cells));
    if (args.unmapped !== true) continue;
    for (const { kind, code } of documented.unmapped) lines.push(`  ${kind}  ${code}`);
  }
  return lines;
}

function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(1)} %`;
}
