import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Fixture, readFixtures } from './conformance-fixtures.ts';
import { manifestChecks } from './conformance-manifest.ts';
import { numberChecks } from './conformance-numbers.ts';
import { parsingChecks } from './conformance-parsing.ts';
import { webhookChecks } from './conformance-webhook.ts';
import type { CarrierAdapter, CodeMatch } from './contract.ts';

/** What every carrier's folder must keep to, run alike on all of them. */
export interface ConformanceCheck {
  /** A sentence about the carrier. */
  readonly title: string;
  /** Why it cannot be run; null when it can. Whoever runs the suite must say so aloud. */
  readonly skip: string | null;
  /** Everything that is wrong, none when nothing is. */
  problems(): readonly string[];
}

/** Does the mapping know these codes? Given from outside: adapters cannot import normalization. */
export type MappingReader = (codes: CodeMatch) => { readonly known: boolean };

export interface ConformanceSubject {
  readonly adapter: CarrierAdapter;
  /** The carrier's folder, with `fixtures/` in it. */
  readonly folder: string;
  readonly reader: MappingReader | null;
  /** How many forged signatures to try. */
  readonly forgeries: number;
}

/** The same with its fixtures read. */
export interface ReadSubject extends ConformanceSubject {
  readonly fixtures: readonly Fixture[];
}

/** `.d.ts` and `.js` serve an installed package; those of this repository are TypeScript. */
const FILES = ['README.md', 'codes.csv', 'fixtures'];

/** The suite for one carrier, in an order in which a failure explains the next. */
export function conformanceChecks(given: ConformanceSubject): readonly ConformanceCheck[] {
  const subject = { ...given, fixtures: readFixtures(join(given.folder, 'fixtures')) };
  return [
    folderCheck(given),
    ...manifestChecks(subject),
    ...numberChecks(subject),
    ...parsingChecks(subject),
    ...webhookChecks(subject),
  ];
}

function folderCheck({ adapter, folder }: ConformanceSubject): ConformanceCheck {
  return {
    title: 'is named as its folder and brings its papers',
    skip: null,
    problems: () => [
      ...(adapter.manifest.name === basename(folder)
        ? []
        : [`manifest.name is "${adapter.manifest.name}", the folder is "${basename(folder)}"`]),
      ...FILES.filter((file) => !existsSync(join(folder, file))).map(
        (file) => `${join(folder, file)} is absent`,
      ),
    ],
  };
}
