import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { accessChecks, cassetteChecks } from './asking/access.ts';
import { callChecks } from './asking/calls.ts';
import { extrasChecks } from './asking/extras.ts';
import { offerChecks } from './asking/offers.ts';
import { pullChecks } from './asking/pull.ts';
import { requestedNumberChecks } from './asking/requested-number.ts';
import type { ConformanceCheck, ConformanceSubject } from './check.ts';
import { documentationChecks } from './documentation.ts';
import { manifestChecks } from './manifest.ts';
import { purityChecks } from './purity.ts';
import { webhookChecks } from './pushing/webhook.ts';
import { codeChecks } from './reading/codes.ts';
import { readFixtures } from './reading/fixtures.ts';
import { hostileChecks } from './reading/hostile.ts';
import { keepingChecks } from './reading/keeps.ts';
import { numberChecks } from './reading/numbers.ts';
import { parsingChecks } from './reading/parsing.ts';
import { standingChecks } from './reading/stands.ts';
import { timeChecks } from './reading/texts.ts';
import { wordChecks } from './reading/words.ts';
import { sandboxChecks } from './sandbox/sandbox.ts';
import { readExemptions, type Scorecard, scoreOf } from './score.ts';

export type {
  CodeCoverage,
  ConformanceCheck,
  ConformanceSubject,
  MappingReader,
} from './check.ts';
export { outcomeProblems } from './outcome.ts';
export type { CheckResult, CheckState, Scorecard } from './score.ts';

/**
 * The files every carrier has. The adapter's own are `.d.ts` and `.js` in an installed package, and
 * TypeScript in this repository.
 */
const FILES = ['README.md', 'codes.csv', 'fixtures'];

/** Runs the kit on one carrier. Throws when its fixtures or its quality.yaml cannot be read. */
export async function scorecardOf(subject: ConformanceSubject): Promise<Scorecard> {
  const exemptions = readExemptions(subject.folder);
  return scoreOf(subject, conformanceChecks(subject), exemptions);
}

/** Returns the checks for one carrier, ordered so that a failure explains the next. */
export function conformanceChecks(given: ConformanceSubject): readonly ConformanceCheck[] {
  const subject = { ...given, fixtures: readFixtures(join(given.folder, 'fixtures')) };
  return [
    folderCheck(given),
    ...manifestChecks(subject),
    ...numberChecks(subject),
    ...parsingChecks(subject),
    ...requestedNumberChecks(subject),
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
    ...documentationChecks(subject),
    ...sandboxChecks(subject),
    ...extrasChecks(subject),
  ];
}

function folderCheck({ adapter, folder, namedByFolder }: ConformanceSubject): ConformanceCheck {
  const { name } = adapter.manifest;
  return {
    id: 'folder.documents',
    title: 'has the name of its folder, and all the files that document it',
    skip: null,
    fix: 'Add the file; `waybill carrier new` shows what each looks like.',
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
