import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { accessChecks } from './conformance-access.ts';
import type { ConformanceCheck, ConformanceSubject } from './conformance-check.ts';
import { readFixtures } from './conformance-fixtures.ts';
import { manifestChecks } from './conformance-manifest.ts';
import { numberChecks } from './conformance-numbers.ts';
import { offerChecks } from './conformance-offers.ts';
import { parsingChecks } from './conformance-parsing.ts';
import { pullChecks } from './conformance-pull.ts';
import { webhookChecks } from './conformance-webhook.ts';

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
    ...accessChecks(subject),
    ...pullChecks(subject),
    ...offerChecks(subject),
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
