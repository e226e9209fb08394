import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Capability, z } from 'waybill/adapter';
import {
  CHECK_IDS,
  CHECKS_BY_LEVEL,
  type CheckId,
  EXEMPT_WITHOUT_LOSS,
  isCheckId,
  LEVELS,
  type Level,
  levelOf,
} from 'waybill/adapter/kit';
import { parse } from 'yaml';
import type { CodeCoverage, CodeReviews, ConformanceCheck, ConformanceSubject } from './check.ts';
import { type Source, sourcesOf } from './sources.ts';

/**
 * The result of a check. `skip`: it could not be run here, which does not count as passed.
 * `exempt`: it fails, and quality.yaml says why that is right. `absent`: it does not apply to this
 * carrier.
 */
export type CheckState = 'pass' | 'fail' | 'skip' | 'exempt' | 'absent';

export interface CheckResult {
  readonly id: CheckId;
  readonly level: Level;
  readonly title: string;
  readonly state: CheckState;
  /** Everything that is wrong, for a failure. */
  readonly problems: readonly string[];
  /** How to fix a failure, or why a check was skipped or the carrier is exempt; otherwise empty. */
  readonly note: string;
}

export interface Scorecard {
  readonly carrier: string;
  /** The level reached; null: not even bronze. */
  readonly level: Level | null;
  /** How many of the checks that apply have passed. */
  readonly passed: number;
  readonly total: number;
  /** Claimed capabilities whose checks have passed. */
  readonly proven: readonly Capability[];
  readonly checks: readonly CheckResult[];
  /** The sources, for people to judge: the kit checks the form of their URLs and opens none. */
  readonly sources: readonly Source[];
  /** Who reviewed how many codes, and on which day. */
  readonly reviews: readonly CodeReviews[];
  /** How much of the union of all sources' codes is mapped; null: not counted. */
  readonly coverage: CodeCoverage | null;
}

/** Runs the checks one after the other, because they share the machine's clock and globals. */
export async function scoreOf(
  { adapter, coverage }: Pick<ConformanceSubject, 'adapter' | 'coverage'>,
  checks: readonly ConformanceCheck[],
  exemptions: Exemptions,
): Promise<Scorecard> {
  const results: CheckResult[] = [];
  for (const id of CHECK_IDS) {
    const check = checks.find((each) => each.id === id);
    results.push(await resultOf(id, check, exemptions));
  }
  const applying = results.filter(({ state }) => state !== 'absent');
  return {
    carrier: adapter.manifest.name,
    level: highestLevel(results),
    passed: applying.filter(({ state }) => state === 'pass').length,
    total: applying.length,
    proven: adapter.manifest.capabilities.filter((capability) => isProven(capability, results)),
    checks: results,
    sources: sourcesOf({ adapter, coverage }),
    reviews: coverage?.reviews ?? [],
    coverage,
  };
}

async function resultOf(
  id: CheckId,
  check: ConformanceCheck | undefined,
  exemptions: Exemptions,
): Promise<CheckResult> {
  const level = levelOf(id);
  if (check === undefined) {
    return { id, level, title: '', state: 'absent', problems: [], note: '' };
  }
  const { title, skip, fix } = check;
  const exempt = exemptions.get(id);
  if (skip !== null) {
    const state = exempt === undefined ? 'skip' : 'exempt';
    return { id, level, title, state, problems: [], note: exempt ?? skip };
  }
  const problems = await problemsOf(check);
  if (problems.length === 0) return { id, level, title, state: 'pass', problems, note: '' };
  return exempt === undefined
    ? { id, level, title, state: 'fail', problems, note: fix }
    : { id, level, title, state: 'exempt', problems, note: exempt };
}

/**
 * Runs a check. If it throws, it met something unexpected, which counts as the adapter's failure,
 * too.
 */
async function problemsOf(check: ConformanceCheck): Promise<readonly string[]> {
  try {
    return await check.problems();
  } catch (error) {
    return [error instanceof Error ? `${error.name}: ${error.message}` : String(error)];
  }
}

/** Returns the highest level of which all checks, and those of the levels below, are met. */
function highestLevel(results: readonly CheckResult[]): Level | null {
  let level: Level | null = null;
  for (const next of LEVELS) {
    const checks: readonly CheckId[] = CHECKS_BY_LEVEL[next];
    const isReached = results
      .filter(({ id }) => checks.includes(id))
      .every(
        ({ id, state }) =>
          state === 'pass' ||
          state === 'absent' ||
          (state === 'exempt' && EXEMPT_WITHOUT_LOSS.includes(id)),
      );
    if (!isReached) return level;
    level = next;
  }
  return level;
}

/** The beginnings of the ids of checks that prove a capability. */
const PROOFS: Readonly<Record<Capability, readonly string[]>> = {
  push: ['webhook.', 'subscribe.', 'manifest.push'],
  pull: ['pull.', 'access.', 'session.', 'bridge.'],
  scans: ['sandbox.scans'],
  proof_of_delivery: ['proof.'],
  pickup_points: ['pickup-points.'],
  redirect: ['redirect.'],
};

function isProven(capability: Capability, results: readonly CheckResult[]): boolean {
  const own = results.filter(({ id }) => PROOFS[capability].some((start) => id.startsWith(start)));
  const run = own.filter(({ state }) => state !== 'absent');
  return run.length > 0 && run.every(({ state }) => state === 'pass');
}

/** Why this carrier is exempt from a check, by check id. */
type Exemptions = ReadonlyMap<CheckId, string>;

const REASON_CHARS_MIN = 20;
const FILE = 'quality.yaml';

const document = z.strictObject({
  exemptions: z.record(z.string(), z.string()).nullish(),
});

/**
 * Reads a carrier's `quality.yaml`, which has exemptions, each with its reason, and nothing else;
 * the level itself is computed. Throws, naming file and entry, when there is anything else.
 */
export function readExemptions(folder: string): Exemptions {
  const path = join(folder, FILE);
  if (!existsSync(path)) return new Map();
  let read: z.output<typeof document>;
  try {
    read = document.parse(parse(readFileSync(path, 'utf8')) ?? {});
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${path}: expected "exemptions:" with a reason by check id: ${why}`);
  }
  const exemptions = new Map<CheckId, string>();
  for (const [id, reason] of Object.entries(read.exemptions ?? {})) {
    if (!isCheckId(id)) {
      throw new Error(`${path}: "${id}" is not a check; \`waybill carrier checks\` lists them`);
    }
    if (reason.trim().length < REASON_CHARS_MIN) {
      throw new Error(`${path}: ${id}: a reason is a sentence; found "${reason}"`);
    }
    exemptions.set(id, reason.trim());
  }
  return exemptions;
}
