import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CodeCoverage, ConformanceSubject, MappingReader } from '@waybill/adapter-kit';
import type { LoadedAdapter } from '../../adapters/index.ts';
import {
  compileMapping,
  documentedCoverage,
  formatProblem,
  type Mapping,
  parseCodesCsv,
  parseSourcesCsv,
  readFact,
  sourceFaults,
} from '../../normalization/index.ts';
import { messagesIn } from '../../platform/messages/catalogue.ts';

/**
 * Enough to distinguish a loose comparison from a strict one; the suite of this repository tries
 * more.
 */
const FORGERIES = 2_000;

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
  const textOf = (file: string) => readFile(join(home.folder, file), 'utf8').catch(() => null);
  const text = await textOf('codes.csv');
  const codes = text === null ? [] : parseCodesCsv(text);
  const sources = parseSourcesCsv((await textOf('sources.csv')) ?? '');
  const { reasons } = messagesIn('en').status;
  const used = new Set(mapping.rules.flatMap(({ reason }) => reason ?? []));
  return {
    ...documentedCoverage(mapping, codes, adapter.manifest.codeKinds),
    sources,
    sourceFaults: sourceFaults(codes, sources),
    unknownReasons: [...used].filter((reason) => !Object.hasOwn(reasons, reason)),
  };
}
