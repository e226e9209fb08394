import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CarrierReport, CodeMatch } from 'waybill/adapter';
import { accessChecks, cassetteChecks } from './asking/access.ts';
import { bridgeChecks } from './asking/bridge.ts';
import { callChecks } from './asking/calls.ts';
import { extrasChecks } from './asking/extras.ts';
import { offerChecks } from './asking/offers.ts';
import { pullChecks } from './asking/pull.ts';
import { requestedNumberChecks } from './asking/requested-number.ts';
import type { ConformanceCheck, ConformanceSubject, ReadSubject } from './check.ts';
import { documentationChecks } from './documentation.ts';
import { purityChecks } from './purity.ts';
import { webhookChecks } from './pushing/webhook.ts';
import { codeChecks } from './reading/codes.ts';
import { readFixtures } from './reading/fixtures.ts';
import { hostileChecks } from './reading/hostile.ts';
import { keepingChecks } from './reading/keeps.ts';
import { numberChecks } from './reading/numbers.ts';
import { parsingChecks } from './reading/parsing.ts';
import { payloadFidelityChecks } from './reading/payload-fidelity.ts';
import { slipChecks } from './reading/slips.ts';
import { timeChecks } from './reading/texts.ts';
import { wordChecks } from './reading/words.ts';
import { sandboxChecks } from './sandbox/sandbox.ts';
import { readExemptions, type Scorecard, scoreOf } from './score.ts';

export type { CodeCoverage, ConformanceCheck, ConformanceSubject, MappingReader } from './check.ts';
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
    ...payloadFidelityChecks(subject),
    ...slipChecks(subject),
    ...purityChecks(subject),
    ...hostileChecks(subject),
    ...timeChecks(subject),
    ...webhookChecks(subject),
    ...accessChecks(subject),
    ...pullChecks(subject),
    ...callChecks(subject),
    ...bridgeChecks(subject),
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

const FIX = 'manifest.ts: see AdapterManifest in contract/contract.ts.';

/** Checks a manifest's claims for consistency and against the fixtures. */
function manifestChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  const { adapter, reader } = subject;
  const { manifest } = adapter;
  const check = (
    id: ConformanceCheck['id'],
    title: string,
    problems: () => readonly string[],
  ): ConformanceCheck => ({ id, title, skip: null, fix: FIX, problems });
  return [
    check('manifest.limits', 'states its limits and their source', () => {
      const { batchMax, source, burst, dayEnds: _dayEnds, ...rates } = manifest.limits;
      return [
        ...(Number.isInteger(batchMax) && batchMax >= 1 ? [] : [`batchMax is ${batchMax}`]),
        ...(source.length >= 20 ? [] : ['limits.source names no source']),
        ...Object.entries({ ...rates, burst: burst ? burst.calls / burst.perS : null })
          .filter(([, rate]) => rate !== null && !(rate > 0))
          .map(([name, rate]) => `${name} is ${rate}`),
      ];
    }),
    check('manifest.match-keys', 'matches only on its match keys', () => {
      const { matchKeys, matchOrder, codeShown, corrections, returnCancelled } = manifest;
      const { codeKinds = {} } = manifest;
      const used = [
        ...matchOrder.flat(),
        ...codeShown,
        ...[...corrections.map((each) => each.match), ...returnCancelled].flatMap((match) =>
          Object.keys(match),
        ),
        ...Object.values(codeKinds)
          .flat()
          .flatMap((kind) => [kind.key, ...Object.keys(kind.with ?? {})]),
      ];
      return [
        ...used.filter((key) => !matchKeys.includes(key)).map((key) => `"${key}" is no match key`),
        ...corrections
          .filter(({ source }) => !/\d{4}-\d{2}-\d{2}/.test(source))
          .map(({ match }) => `the source of ${JSON.stringify(match)} has no day`),
        ...(codeShown.length === 0 ? ['codeShown is empty'] : []),
        ...(matchOrder.length === 0 ? ['matchOrder is empty'] : []),
        ...matchOrder.filter((keys) => keys.length === 0).map(() => 'an empty combination'),
      ];
    }),
    check(
      'manifest.match-order',
      'has a combination in matchOrder for all codes in its fixtures',
      () =>
        codesOf(subject)
          .filter((codes) => !manifest.matchOrder.some((keys) => keys.every((key) => codes[key])))
          .map((codes) => `nothing in matchOrder fits ${JSON.stringify(codes)}`),
    ),
    {
      id: 'manifest.codes',
      title: 'names only codes that the mapping knows, and a tracking page that takes the number',
      fix: 'manifest.ts: write corrections and returnCancelled as the codes are received, and `{number}` in publicTrackingUrl.',
      skip: reader === null ? `there is no mapping for ${manifest.name}` : null,
      problems: () => {
        const { corrections, returnCancelled, publicTrackingUrl: url } = manifest;
        const shown = url?.replace('{number}', 'N1') ?? null;
        return [
          ...[...corrections.map((each) => each.match), ...returnCancelled]
            .filter((codes) => reader?.(codes).known === false)
            .map((codes) => `no rule knows ${JSON.stringify(codes)}`),
          ...(shown === null ||
          (shown !== url && shown.startsWith('https://') && URL.canParse(shown))
            ? []
            : [`publicTrackingUrl "${url}" is not an https:// address with {number} in it`]),
        ];
      },
    },
    {
      id: 'mapping.fixtures',
      title: 'maps every code in its fixtures',
      fix: 'The mapping: add a rule for each, with status none if the code changes nothing.',
      skip: reader === null ? `there is no mapping for ${manifest.name}` : null,
      problems: () =>
        codesOf(subject)
          .filter((codes) => reader?.(codes).known === false)
          .map((codes) => `${JSON.stringify(codes)} is not mapped`),
    },
    check('manifest.push', 'describes webhooks only if it can verify them', () => {
      const { push, capabilities } = manifest;
      const pushes = capabilities.includes('push');
      if ((push !== null) !== pushes || pushes !== (adapter.webhook !== undefined)) {
        return ['capability "push", manifest.push and webhook go together or not at all'];
      }
      if (push === null) return [];
      return [
        ...(push.header === push.header.toLowerCase()
          ? []
          : [`header "${push.header}": lower case`]),
        // A header that is itself the secret must never reach a stored inbound message.
        ...(push.trust === 'signed' || push.secretHeaders.includes(push.header)
          ? []
          : [`secretHeaders lacks "${push.header}"`]),
      ];
    }),
  ];
}

/** Every combination of codes that the fixtures contain, each once. */
function codesOf({ adapter, fixtures }: ReadSubject): readonly CodeMatch[] {
  const reports = fixtures.flatMap(({ payload }): readonly CarrierReport[] => {
    const outcome = adapter.parse(payload);
    return outcome.outcome === 'reports' ? outcome.reports : [];
  });
  const codes = reports.flatMap(({ facts, snapshot }) => [
    ...facts.map((fact) => fact.codes),
    // A summary is read only if the report lists no events.
    ...(snapshot.summary !== null && facts.length === 0 ? [snapshot.summary.codes] : []),
  ]);
  return [...new Map(codes.map((match) => [JSON.stringify(match), match])).values()];
}
