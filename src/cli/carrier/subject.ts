import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CodeCoverage, ConformanceSubject, MappingReader } from '@waybill/adapter-kit';
import {
  type LoadedAdapter,
  loadAdapterAt,
  loadAdapters,
  type ParseOutcome,
  type Payload,
} from '../../adapters/index.ts';
import { loadSandbox } from '../../adapters/sandbox-kit/index.ts';
import {
  compileMapping,
  documentedCoverage,
  formatProblem,
  type Mapping,
  parseCodesCsv,
  readFact,
} from '../../normalization/index.ts';
import { shippedFile } from '../../platform/shipped.ts';

interface SubjectSettings {
  /** Folder of the mappings; a package brings its own. */
  readonly mappings: string;
  /** Installed packages, as in the setting. */
  readonly packages: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Enough to distinguish a loose comparison from a strict one; the suite of this repository tries
 * more.
 */
const FORGERIES = 2_000;
/** Starting Node and reading a few dozen payloads takes a second. */
const ELSEWHERE_MS_MAX = 60_000;

/**
 * What the kit needs to know about one carrier: the adapter, its documentation, its mapping, its
 * sandbox. `wanted` is a carrier's name or a path to its folder or package. Rejects with the
 * problem.
 */
export async function carrierSubject(
  wanted: string,
  settings: SubjectSettings,
): Promise<ConformanceSubject> {
  const found = await findAdapter(wanted, settings.packages);
  const { adapter, home } = found;
  const { name } = adapter.manifest;
  return {
    ...(await staticSubject(found, settings.mappings)),
    sandbox: home.sandbox === null ? null : await loadSandbox({ name, path: home.sandbox }),
    elsewhere: (zone, payloads) => outcomesElsewhere(home.entry, zone, payloads, settings.env),
  };
}

/** What the kit needs to know about one carrier, without what needs a network or a process. */
export async function staticSubject(
  { adapter, home }: LoadedAdapter,
  mappings: string,
): Promise<ConformanceSubject> {
  const mapping = await mappingOf({ adapter, home }, mappings);
  const isPackage = existsSync(join(home.folder, 'package.json'));
  return {
    adapter,
    folder: home.folder,
    namedByFolder: !isPackage,
    reader: mapping && readerOf(mapping),
    coverage: mapping && (await coverageOf({ adapter, home }, mapping)),
    sandbox: null,
    elsewhere: null,
    forgeries: FORGERIES,
  };
}

/** Finds the carrier by name among the installed ones, or else by path. */
export async function findAdapter(
  wanted: string,
  packages: readonly string[],
): Promise<LoadedAdapter> {
  if (/[./\\]/.test(wanted)) return loadAdapterAt(wanted);
  const registry = await loadAdapters({ packages });
  const [adapter, home] = [registry.get(wanted), registry.home(wanted)];
  if (adapter !== undefined && home !== undefined) return { adapter, home };
  const known = registry.list().map(({ manifest }) => manifest.name);
  throw new Error(
    `"${wanted}" is not an installed carrier; expected one of ${known.join(', ')}, or a path with a slash`,
  );
}

async function mappingOf(
  { adapter, home }: LoadedAdapter,
  folder: string,
): Promise<Mapping | null> {
  // A template that is still in its folder has its mapping next to it.
  const beside = join(home.folder, 'mapping.yaml');
  const file =
    home.mapping ?? (existsSync(beside) ? beside : join(folder, `${adapter.manifest.name}.yaml`));
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  const compiled = compileMapping(text, file, adapter.manifest);
  if (!compiled.ok) throw new Error(compiled.problems.map(formatProblem).join('\n'));
  return compiled.mapping;
}

function readerOf(mapping: Mapping): MappingReader {
  return (codes) => readFact(mapping, { codes, logical: false });
}

async function coverageOf(
  { adapter, home }: LoadedAdapter,
  mapping: Mapping,
): Promise<CodeCoverage> {
  const text = await readFile(join(home.folder, 'codes.csv'), 'utf8').catch(() => null);
  const codes = text === null ? [] : parseCodesCsv(text);
  return documentedCoverage(mapping, codes, adapter.manifest.codeKinds);
}

/** Reads the payloads in another process, whose machine is in that time zone. */
async function outcomesElsewhere(
  entry: string,
  zone: string,
  payloads: readonly Payload[],
  env: NodeJS.ProcessEnv,
): Promise<readonly ParseOutcome[]> {
  const bin = shippedFile('bin/waybill.js');
  const child = spawn(process.execPath, [bin, 'carrier', 'outcomes', entry], {
    env: { ...env, TZ: zone },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: ELSEWHERE_MS_MAX,
  });
  const [out, complaint] = [collectText(child.stdout), collectText(child.stderr)];
  child.stdin.on('error', () => {}); // The process ended early, as its exit code shows.
  child.stdin.end(JSON.stringify(payloads));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`parsing in zone ${zone} exited with ${code}: ${complaint()}`);
  const outcomes: unknown = JSON.parse(out());
  return Array.isArray(outcomes) ? outcomes : [];
}

function collectText(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
