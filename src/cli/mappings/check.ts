import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packagedMappings } from '../../adapters/index.ts';
import {
  type CarrierSources,
  carriersWithDocumentation,
  installedAdapters,
} from '../../app/installed-carriers.ts';
import {
  compileMapping,
  formatProblem,
  type MappedCarrier,
  type Mapping,
  type MappingProblem,
  openMappingFiles,
  readMappingText,
} from '../../normalization/index.ts';

/** The shipped mappings, independent of the working directory. */
export const MAPPINGS_FOLDER = fileURLToPath(
  new URL('../../../config/carrier-mappings', import.meta.url),
);

export interface MappingsCheckArgs {
  /**
   * Single mapping files, each for the carrier that it names; none: the folder, with its overlay.
   */
  readonly files?: readonly string[];
  readonly folder?: string;
  readonly overlay?: string;
  /** Carriers besides those that ship with the hub. */
  readonly sources?: CarrierSources;
  /** The carriers to check against, instead of those of this installation and its packages. */
  readonly carriers?: readonly MappedCarrier[];
  /** Whether warnings fail, too. */
  readonly strict?: boolean;
}

/**
 * `waybill mappings check`: compiles mapping files and runs the tests inside, as the hub would
 * before activating them, and compares them with the carriers' documentation. Starts no server and
 * no database. Writes a line for each mapping and `file:line:column: severity: …` for each problem;
 * resolves with the exit code, 1 when any is an error.
 */
export async function mappingsCheck(
  args: MappingsCheckArgs,
  write: (line: string) => void,
): Promise<number> {
  const installed = await checkedCarriers(args, write);
  if (installed === null) return FAILED;
  const { mappings, problems } =
    args.files === undefined || args.files.length === 0
      ? await checkFolder(args, installed)
      : await checkFiles(args.files, installed.carriers);
  for (const { carrier, rules, version } of mappings) {
    write(`${carrier.name}: ${rules.length} rules, version ${version.slice(0, 12)}`);
  }
  for (const problem of problems) write(formatProblem(problem));
  const failing = problems.filter(({ severity }) => args.strict === true || severity === 'error');
  return failing.length > 0 ? FAILED : 0;
}

const FAILED = 1;

interface Installed {
  readonly carriers: readonly MappedCarrier[];
  /** Returns the mappings that packages contain, by carrier. */
  readonly packaged: ReadonlyMap<string, string>;
}

async function checkedCarriers(
  { sources, carriers }: MappingsCheckArgs,
  writeError: (line: string) => void,
): Promise<Installed | null> {
  if (carriers !== undefined) return { carriers, packaged: new Map() };
  const registry = await installedAdapters(sources, writeError);
  if (registry === null) return null;
  try {
    return {
      carriers: await carriersWithDocumentation(registry),
      packaged: packagedMappings(registry),
    };
  } catch (error) {
    writeError(error instanceof Error ? error.message : String(error));
    return null;
  }
}

interface Checked {
  readonly mappings: readonly Mapping[];
  readonly problems: readonly MappingProblem[];
}

async function checkFolder(
  { folder = MAPPINGS_FOLDER, overlay }: MappingsCheckArgs,
  { carriers, packaged }: Installed,
): Promise<Checked> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    const fix = 'Create the folder, or correct WAYBILL_MAPPINGS.';
    return { mappings: [], problems: [fileProblem(folder, 'There is no such folder.', fix)] };
  }
  const files = await openMappingFiles({ folder, overlay, packaged, carriers, watch: 'off' });
  return { mappings: files.all(), problems: files.problems() };
}

async function checkFiles(
  files: readonly string[],
  carriers: readonly MappedCarrier[],
): Promise<Checked> {
  const mappings: Mapping[] = [];
  const problems: MappingProblem[] = [];
  for (const file of files) {
    const read = await readMappingText(file);
    if (read.kind !== 'text') {
      const fix = 'Correct its name.';
      problems.push(
        read.kind === 'absent' ? fileProblem(file, 'There is no such file.', fix) : read.problem,
      );
      continue;
    }
    const { text } = read;
    const carrier = carrierOf(file, text, carriers);
    if ('found' in carrier) {
      problems.push(carrier);
      continue;
    }
    const outcome = compileMapping(text, file, carrier);
    if (outcome.ok) mappings.push(outcome.mapping);
    problems.push(...(outcome.ok ? outcome.warnings : outcome.problems));
  }
  return { mappings, problems };
}

/** Matches `carrier: acme` on a line of its own. */
const CARRIER_LINE = /^carrier:[ \t]*(["']?)([^"'\s#]+)\1[ \t]*(?:#.*)?\r?$/;

/** Returns the carrier after which the file is named, or else the one that it names. */
function carrierOf(
  file: string,
  text: string,
  carriers: readonly MappedCarrier[],
): MappedCarrier | MappingProblem {
  const byName = carriers.find(({ name }) => name === basename(file).replace(/\.ya?ml$/, ''));
  if (byName !== undefined) return byName;
  const lines = text.split('\n');
  const at = lines.findIndex((line) => CARRIER_LINE.test(line));
  const namedCarrier = CARRIER_LINE.exec(lines[at] ?? '')?.[2];
  const known = carriers.map(({ name }) => name).join(', ');
  if (namedCarrier === undefined) {
    const fix = `Write "carrier:" and its name on the first line; expected one of ${known}.`;
    return {
      ...fileProblem(file, 'The file does not name its carrier.', fix),
      line: 1,
      column: 1,
    };
  }
  const named = carriers.find(({ name }) => name === namedCarrier);
  if (named !== undefined) return named;
  const found = `Unknown carrier ${namedCarrier}; expected one of ${known}.`;
  const fix = "Correct the name, or add the carrier's package to WAYBILL_ADAPTERS.";
  const column = (lines[at] ?? '').indexOf(namedCarrier, 'carrier:'.length) + 1;
  return { ...fileProblem(file, found, fix), line: at + 1, column };
}

/** Returns a problem that concerns a file as a whole. */
function fileProblem(file: string, found: string, fix: string): MappingProblem {
  return { file, line: 0, column: 0, severity: 'error', found, fix };
}
