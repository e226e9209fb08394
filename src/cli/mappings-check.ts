import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadAdapters } from '../adapters/index.ts';
import {
  compileMapping,
  formatProblem,
  type MappedCarrier,
  type Mapping,
  type MappingProblem,
  openMappingFiles,
} from '../normalization/index.ts';

/** Where the shipped mappings are, whatever the working directory. */
export const MAPPINGS_FOLDER = fileURLToPath(
  new URL('../../config/carrier-mappings', import.meta.url),
);

export interface MappingsCheckArgs {
  /** Single mapping files, each named for its carrier; none: the folder, with its overlay. */
  readonly files?: readonly string[];
  readonly folder?: string;
  readonly overlay?: string;
  /** By default those of this installation. */
  readonly carriers?: readonly MappedCarrier[];
}

/**
 * `waybill mappings check`: compiles mapping files and runs the tests inside, as the hub would
 * before putting them in force. Starts no server and no database. Writes a line for each mapping
 * and `file:line:column: severity: …` for each problem; resolves with the exit code, 1 when any
 * is an error.
 */
export async function mappingsCheck(
  args: MappingsCheckArgs,
  write: (line: string) => void,
): Promise<number> {
  const carriers = args.carriers ?? (await installedCarriers());
  const { mappings, problems } =
    args.files === undefined || args.files.length === 0
      ? await checkFolder(args, carriers)
      : await checkFiles(args.files, carriers);
  for (const { carrier, rules, version } of mappings) {
    write(`${carrier.name}: ${rules.length} rules, version ${version.slice(0, 12)}`);
  }
  for (const problem of problems) write(formatProblem(problem));
  return problems.some(({ severity }) => severity === 'error') ? 1 : 0;
}

export async function installedCarriers(): Promise<readonly MappedCarrier[]> {
  return (await loadAdapters()).list().map(({ manifest }) => manifest);
}

interface Checked {
  readonly mappings: readonly Mapping[];
  readonly problems: readonly MappingProblem[];
}

async function checkFolder(
  { folder = MAPPINGS_FOLDER, overlay }: MappingsCheckArgs,
  carriers: readonly MappedCarrier[],
): Promise<Checked> {
  const files = await openMappingFiles({ folder, overlay, carriers, watch: 'off' });
  return { mappings: files.all(), problems: files.problems() };
}

async function checkFiles(
  files: readonly string[],
  carriers: readonly MappedCarrier[],
): Promise<Checked> {
  const mappings: Mapping[] = [];
  const problems: MappingProblem[] = [];
  for (const file of files) {
    const name = basename(file).replace(/\.ya?ml$/, '');
    const carrier = carriers.find((candidate) => candidate.name === name);
    if (carrier === undefined) {
      const known = carriers.map((candidate) => candidate.name).join(', ');
      const found = `There is no carrier ${name}; there are ${known}.`;
      const fix = 'Name the file for its carrier.';
      problems.push({ file, line: 0, column: 0, severity: 'error', found, fix });
      continue;
    }
    const outcome = compileMapping(await readFile(file, 'utf8'), file, carrier);
    if (outcome.ok) mappings.push(outcome.mapping);
    problems.push(...(outcome.ok ? outcome.warnings : outcome.problems));
  }
  return { mappings, problems };
}
