import {
  compileMapping,
  type MappedCarrier,
  type Mapping,
  type MappingFiles,
  readFact,
} from '../../normalization/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { openDatabase } from '../../platform/database/database.ts';
import { createLog } from '../../platform/observability/log.ts';
import type { ActiveMappings } from './active-mappings.ts';
import { type ActiveMappingsOptions, openActiveMappings } from './open-active-mappings.ts';

const ACME: MappedCarrier = {
  name: 'acme',
  matchKeys: ['event'],
  matchOrder: [['event']],
  corrections: [],
  returnCancelled: [],
};

/** A mapping file in which OD has this meaning, and HUB always the same. */
function fileOf(status: string): string {
  return (
    `carrier: acme\nrules:\n  - { match: { event: OD }, status: ${status} }\n` +
    '  - { match: { event: HUB }, status: at_facility }\n' +
    `tests:\n  - { given: { event: OD }, then: { status: ${status} } }\n`
  );
}

/** An overlay that sets the meaning of a code. */
export function overlayOf(event: string, status: string): string {
  return `carrier: acme\nrules:\n  - { match: { event: ${event} }, status: ${status} }\n`;
}

export function mappingOf(status: string): Mapping {
  const compiled = compileMapping(fileOf(status), 'mappings/acme.yaml', ACME);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.mapping;
}

/** The mapping files of a process, which starts without any. */
export interface TestFiles extends Pick<MappingFiles, 'current' | 'problems' | 'onChange'> {
  /** Sets OD's meaning in the file; null means that the file is broken and was never good. */
  edit(status: string | null): void;
}

function testFiles(status: string | null): TestFiles {
  let mapping = status === null ? undefined : mappingOf(status);
  const listeners = new Set<Parameters<MappingFiles['onChange']>[0]>();
  return {
    current: (carrier) => (carrier === 'acme' ? mapping : undefined),
    problems: () => [],
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    edit(next) {
      const previousVersion = mapping?.version ?? null;
      mapping = next === null ? undefined : mappingOf(next);
      if (mapping) for (const listener of listeners) listener({ mapping, previousVersion });
    },
  };
}

/** Returns what a code means in that process. */
export function reads(
  mappings: ActiveMappings,
  event = 'OD',
  merchantId: string | null = null,
): string | null {
  const mapping = mappings.current('acme', merchantId);
  return mapping && readFact(mapping, { codes: { event }, logical: false }).status;
}

export interface TestProcess {
  readonly files: TestFiles;
  readonly mappings: ActiveMappings;
  close(): Promise<void>;
}

/** A process with its own files and connections on that database; it polls only on request. */
export async function startProcess(
  url: string,
  status: string | null,
  clock: Clock,
  mode: ActiveMappingsOptions['mode'] = 'follow',
): Promise<TestProcess> {
  const db = openDatabase({ url });
  const files = testFiles(status);
  const log = createLog({ level: 'silent' });
  const options = { db, files, carriers: [ACME], listener: null, clock, log, mode };
  const mappings = await openActiveMappings(options);
  return {
    files,
    mappings,
    async close() {
      await mappings.close();
      await db.end();
    },
  };
}
