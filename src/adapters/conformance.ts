import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { accessChecks } from './conformance-access.ts';
import { askedChecks } from './conformance-asked.ts';
import { callChecks } from './conformance-calls.ts';
import { cassetteChecks } from './conformance-cassettes.ts';
import type { ConformanceCheck, ConformanceSubject } from './conformance-check.ts';
import { codeChecks } from './conformance-codes.ts';
import { extrasChecks } from './conformance-extras.ts';
import { readFixtures } from './conformance-fixtures.ts';
import { hostileChecks } from './conformance-hostile.ts';
import { keepingChecks } from './conformance-keeps.ts';
import { manifestChecks } from './conformance-manifest.ts';
import { numberChecks } from './conformance-numbers.ts';
import { offerChecks } from './conformance-offers.ts';
import { paperChecks } from './conformance-papers.ts';
import { parsingChecks } from './conformance-parsing.ts';
import { pullChecks } from './conformance-pull.ts';
import { purityChecks } from './conformance-purity.ts';
import { readExemptions } from './conformance-quality.ts';
import { sandboxChecks } from './conformance-sandbox.ts';
import { type Scorecard, scoreOf } from './conformance-score.ts';
import { standingChecks } from './conformance-stands.ts';
import { timeChecks } from './conformance-times.ts';
import { webhookChecks } from './conformance-webhook.ts';
import { wordChecks } from './conformance-words.ts';

export type {
  CodeCoverage,
  ConformanceCheck,
  ConformanceSubject,
  MappingReader,
} from './conformance-check.ts';
export {
  CHECKS_BY_LEVEL,
  EXEMPT_WITHOUT_LOSS,
  LEVELS,
  type Level,
} from './conformance-levels.ts';
export { outcomeProblems } from './conformance-outcome.ts';
export type { CheckResult, CheckState, Scorecard } from './conformance-score.ts';

/** `.d.ts` and `.js` serve an installed package; those of this repository are TypeScript. */
const FILES = ['README.md', 'codes.csv', 'fixtures'];

/** Runs the kit on one carrier. Throws when its fixtures or its quality.yaml cannot be read. */
export async function scorecardOf(subject: ConformanceSubject): Promise<Scorecard> {
  const exemptions = readExemptions(subject.folder);
  return scoreOf(subject.adapter, conformanceChecks(subject), exemptions);
}

/** The suite for one carrier, in an order in which a failure explains the next. */
export function conformanceChecks(given: ConformanceSubject): readonly ConformanceCheck[] {
  const subject = { ...given, fixtures: readFixtures(join(given.folder, 'fixtures')) };
  return [
    folderCheck(given),
    ...manifestChecks(subject),
    ...numberChecks(subject),
    ...parsingChecks(subject),
    ...askedChecks(subject),
    ...wordChecks(subject),
    ...keepingChecks(subject),
    ...standingChecks(subject),
    ...purityChecks(subject),
    ...hostileChecks(subject),
    ...timeChecks(subject),
    ...webhookChecks(subject),
    ...accessChecks(subject),
    ...pullChecks(subject),
    ...callChecks(subject),
    ...cassetteChecks(subject),
    ...offerChecks(subject),
    ...codeChecks(subject),
    ...paperChecks(subject),
    ...sandboxChecks(subject),
    ...extrasChecks(subject),
  ];
}

function folderCheck({ adapter, folder, namedByFolder }: ConformanceSubject): ConformanceCheck {
  const { name } = adapter.manifest;
  return {
    id: 'folder.papers',
    title: 'is named as its folder and brings its papers',
    skip: null,
    fix: 'Add the file; `waybill carrier new` writes one of each.',
    problems: () => [
      ...(!namedByFolder || name === basename(folder)
        ? []
        : [`manifest.name is "${name}", the folder is "${basename(folder)}"`]),
      ...FILES.filter((file) => !existsSync(join(folder, file))).map(
        (file) => `${join(folder, file)} is absent`,
      ),
    ],
  };
}
