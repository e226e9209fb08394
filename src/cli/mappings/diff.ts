import {
  compileMapping,
  formatProblem,
  type Mapping,
  readMappingText,
} from '../../normalization/index.ts';
import { compareVersions } from '../../tracking/ports/mappings.ts';
import { changeLines, changesJson, shortVersion } from './changes.ts';
import { type MappingMachines, withMappings } from './with-mappings.ts';

type Write = (line: string) => void;

export interface MappingsDiffArgs {
  /** A version or its beginning, `active`, `files`, `stored`, or a YAML file. */
  readonly from: string;
  /** A version or its beginning, `active`, `files`, or a YAML file. */
  readonly to: string;
  /** Null: every carrier for which both are known. */
  readonly carrier: string | null;
  /** YAML files hold rules to lay over the active version, not a whole mapping. */
  readonly overlay: boolean;
  readonly json: boolean;
}

const FAILED = 1;
const UNUSABLE = 2;

/**
 * Runs `waybill mappings diff A B`, which shows how stored history would change if B read it and
 * not A. Changes nothing. Resolves with the exit code: 2 if A or B is unknown.
 */
export function mappingsDiff(
  env: NodeJS.ProcessEnv,
  args: MappingsDiffArgs,
  write: Write,
  writeError: Write,
): Promise<number> {
  return withMappings(env, async (machines) => {
    const names = machines.carriers.map(({ name }) => name);
    if (args.carrier !== null && !names.includes(args.carrier)) {
      writeError(`Unknown carrier ${args.carrier}; expected one of ${names.join(', ')}.`);
      return UNUSABLE;
    }
    if (args.to === 'stored') {
      writeError("Only the first side may be `stored`, each fact's present reading.");
      return UNUSABLE;
    }
    const problems = new Set<string>();
    let compared = 0;
    for (const carrier of args.carrier === null ? names : [args.carrier]) {
      const side = (text: string) => mappingOfSide(machines, carrier, text, args.overlay, problems);
      const to = await side(args.to);
      const from = args.from === 'stored' ? null : await side(args.from);
      if (to === null || (from === null && args.from !== 'stored')) continue;
      compared += 1;
      const deps = { ...machines, db: machines.database, context: machines.tracking.context };
      const found = await compareVersions(deps, from, to);
      const versions = { from: from?.version ?? null, to: to.version };
      if (args.json) write(JSON.stringify({ carrier, ...versions, ...changesJson(found) }));
      else {
        write(`${carrier}: ${shortVersion(versions.from)} → ${shortVersion(versions.to)}`);
        for (const line of changeLines(found)) write(line);
      }
    }
    for (const problem of problems) writeError(problem);
    if (compared > 0) return problems.size > 0 ? FAILED : 0;
    if (problems.size === 0) {
      writeError(
        `No carrier has both ${args.from} and ${args.to}; \`waybill mappings versions CARRIER\` lists versions; give at least six digits.`,
      );
    }
    return UNUSABLE;
  });
}

/** Returns null if the carrier has none; faults of a file are added to `problems`. */
async function mappingOfSide(
  { mappings, carriers }: MappingMachines,
  carrier: string,
  text: string,
  isOverlay: boolean,
  problems: Set<string>,
): Promise<Mapping | null> {
  if (text === 'active') return mappings.current(carrier);
  // Returns the result of applying the files, which includes an overlay if there is one.
  if (text === 'files') {
    const overlaid = await mappings.ofFiles(carrier);
    if (overlaid?.ok === true) return overlaid.mapping;
    for (const problem of overlaid?.problems ?? []) problems.add(formatProblem(problem));
    return null;
  }
  if (!isFile(text)) return mappings.load(carrier, text);
  const read = await readMappingText(text);
  if (read.kind !== 'text') {
    problems.add(
      read.kind === 'absent' ? `There is no file ${text}.` : formatProblem(read.problem),
    );
    return null;
  }
  const content = read.text;
  // A file is for one carrier, which it names as `carrier: acme`.
  if (!new RegExp(`^carrier:\\s*["']?${carrier}["']?\\s*(#.*)?$`, 'm').test(content)) return null;
  const manifest = carriers.find(({ name }) => name === carrier);
  const base = isOverlay ? mappings.current(carrier) : undefined;
  if (manifest === undefined || base === null) return null;
  const compiled = compileMapping(content, text, manifest, base);
  if (compiled.ok) return compiled.mapping;
  for (const problem of compiled.problems) problems.add(formatProblem(problem));
  return null;
}

function isFile(text: string): boolean {
  return /\.ya?ml$/.test(text) || text.includes('/');
}
