import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckResult, CheckState, Scorecard } from '@waybill/adapter-kit';
import { CHECKS_BY_LEVEL, EXEMPT_WITHOUT_LOSS, LEVELS, type Level } from '../../adapters/index.ts';
import { readConfig } from '../../platform/settings/config.ts';
import { loadAdapterKit } from './adapter-kit.ts';
import { scorecardJson, storedScorecard } from './scorecard-json.ts';
import { carrierSubject } from './subject.ts';

export interface CarrierTestArgs {
  /** A carrier's name, or a path to its folder or package. */
  readonly wanted: string;
  readonly json: boolean;
  /** The required level; null: bronze, and every check that its scorecard.json claims. */
  readonly level: Level | null;
  /** Whether to store the result as scorecard.json in the carrier's folder. */
  readonly write: boolean;
}

const PROBLEMS_SHOWN = 3;
const PROBLEM_CHARS = 300;

/**
 * `waybill carrier test`: runs the conformance kit on one carrier and prints its scorecard. Starts
 * no server but the carrier's own sandbox, on loopback. Resolves with the exit code: 1 when a check
 * of the required level or below fails, 2 when there is no such carrier or it cannot be loaded.
 */
export async function carrierTest(
  args: CarrierTestArgs,
  env: NodeJS.ProcessEnv,
  write: (line: string) => void,
  writeError: (line: string) => void,
): Promise<number> {
  const kit = await loadAdapterKit(writeError);
  if (kit === null) return 2;
  const { mappings } = readConfig(env);
  let folder: string;
  let card: Scorecard;
  try {
    const subject = await carrierSubject(args.wanted, { mappings, env }, writeError);
    folder = subject.folder;
    card = await kit.scorecardOf(subject);
  } catch (error) {
    writeError(error instanceof Error ? error.message : String(error));
    return 2;
  }
  if (args.json) write(JSON.stringify(scorecardJson(card)));
  else for (const line of asText(card)) write(line);
  if (args.write) {
    await writeFile(join(folder, 'scorecard.json'), storedScorecard(card));
  }
  return isReached(card.level, args.level ?? 'bronze') ? 0 : 1;
}

function isReached(level: Level | null, wanted: Level): boolean {
  return level !== null && LEVELS.indexOf(level) >= LEVELS.indexOf(wanted);
}

const MARKS: Readonly<Record<CheckState, string>> = {
  pass: 'pass',
  fail: 'FAIL',
  skip: 'SKIP',
  exempt: 'exempt',
  absent: '–',
};

function asText(card: Scorecard): readonly string[] {
  const lines: string[] = [];
  for (const level of LEVELS) {
    lines.push(level);
    for (const check of card.checks) if (check.level === level) lines.push(...checkLines(check));
  }
  const next = LEVELS.find((level) => !isReached(card.level, level));
  const missing = card.checks.filter(
    ({ level, state }) => level === next && state !== 'pass' && state !== 'absent',
  );
  return [
    ...lines,
    '',
    `${card.carrier}: ${card.level ?? 'no level'}; ${card.passed} of ${card.total} checks passed`,
    `proven: ${card.proven.join(', ') || 'nothing'}`,
    ...unionLine(card),
    ...card.reviews.map(({ by, on, codes }) => `codes reviewed: ${codes} by ${by} on ${on}`),
    ...card.sources.map(
      ({ url, readOn }) => `source: ${url}${readOn ? ` (read on ${readOn})` : ''}`,
    ),
    ...(missing.length === 0 ? [] : [`to ${next}: ${missing.map(({ id }) => id).join(', ')}`]),
  ];
}

function unionLine({ coverage }: Scorecard): readonly string[] {
  if (coverage === null) return [];
  const { codes, mapped, unknown = 0, confirmed = 0, sources = [] } = coverage;
  return [
    `codes of all ${sources.length} sources: ${codes}, of which ${mapped} are mapped (${unknown} as unknown) and ${confirmed} are in two sources`,
  ];
}

function checkLines({ id, title, state, problems, note }: CheckResult): readonly string[] {
  const head =
    `  ${MARKS[state].padEnd(6)}  ${id.padEnd(24)}  ${title || 'does not apply'}`.trimEnd();
  const shown = problems
    .slice(0, PROBLEMS_SHOWN)
    .map((problem) => `            ${problem.slice(0, PROBLEM_CHARS)}`);
  const more = problems.length - shown.length;
  return [
    head,
    ...shown,
    ...(more > 0 ? [`            … and ${more} more`] : []),
    ...(note === '' ? [] : [`            → ${note}`]),
  ];
}

/**
 * Runs `waybill carrier checks`, which lists what each level requires, and which checks may be
 * exempted without losing it.
 */
export function carrierChecks(json: boolean, write: (line: string) => void): number {
  if (json) {
    write(JSON.stringify({ levels: CHECKS_BY_LEVEL, exempt_without_loss: EXEMPT_WITHOUT_LOSS }));
    return 0;
  }
  for (const level of LEVELS) {
    write(level);
    for (const id of CHECKS_BY_LEVEL[level]) write(`  ${id}`);
  }
  write(`may be exempted without losing the level: ${EXEMPT_WITHOUT_LOSS.join(', ')}`);
  return 0;
}
