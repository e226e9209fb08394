import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** vitest stops after so many failures: whoever reads them has enough to mend. */
export const FAILURES_MAX = 20;
/** They have to fit into the last 60 lines of a log, with the counts above and below them. */
const LINES_MAX = 45;

interface Count {
  passed: number;
  failed: number;
  skipped: number;
  ms: number;
}

/**
 * Prints the counts of each slice. For `.ci/run` it leaves two files in the folder
 * `WAYBILL_TEST_RESULTS`: `counts` ("8630 0") and `failures`, with the command that runs each failed
 * test alone. If `WAYBILL_TEST_SECONDS` names a file, it notes there how long each file took.
 */
export class SliceReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const slices = countBySlice(modules);
    if (slices.size > 1) printCounts(slices);
    const folder = process.env['WAYBILL_TEST_RESULTS'];
    if (folder !== undefined) {
      const failures = [...modules.flatMap(failuresOf), ...errors.map(outsideTests)];
      const passed = [...slices.values()].reduce((sum, count) => sum + count.passed, 0);
      writeFileSync(join(folder, 'counts'), `${passed} ${failures.length}\n`);
      writeFileSync(join(folder, 'failures'), tellFailures(failures));
    }
    const seconds = process.env['WAYBILL_TEST_SECONDS'];
    if (seconds !== undefined) noteSeconds(seconds, modules);
  }
}

function countBySlice(modules: readonly TestModule[]): ReadonlyMap<string, Count> {
  const slices = new Map<string, Count>();
  for (const module of modules) {
    const count = slices.get(module.project.name) ?? { passed: 0, failed: 0, skipped: 0, ms: 0 };
    slices.set(module.project.name, count);
    count.ms += durationMs(module);
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state !== 'pending') count[state] += 1;
    }
  }
  return slices;
}

function printCounts(slices: ReadonlyMap<string, Count>): void {
  process.stdout.write('\nslice       passed failed skipped seconds\n');
  for (const [name, { passed, failed, skipped, ms }] of slices) {
    const columns = [String(passed).padStart(9), String(failed).padStart(6)];
    columns.push(String(skipped).padStart(7), String(Math.round(ms / 1_000)).padStart(7));
    process.stdout.write(`${name.padEnd(8)} ${columns.join(' ')}\n`);
  }
}

/** What is said of a failure: where, what, and the command that runs it alone. */
type Failure = readonly string[];

function failuresOf(module: TestModule): readonly Failure[] {
  const failed = [...module.children.allTests('failed')].map((test) => failureOf(module, test));
  const broken = module.errors().map((error) => tell(module, 'the file itself', error.message));
  return [...failed, ...broken];
}

function failureOf(module: TestModule, test: TestCase): Failure {
  const { errors = [] } = test.result();
  return tell(module, test.fullName, errors[0]?.message ?? 'failed', test.name);
}

function tell(module: TestModule, what: string, message: string, name?: string): Failure {
  const only = name === undefined ? '' : ` -t '${toPattern(name)}'`;
  const file = module.relativeModuleId;
  return [
    `FAILED ${file} > ${what}`,
    `  ${firstLine(message)}`,
    `  npx vitest run --project ${module.project.name} ${file}${only}`,
  ];
}

function outsideTests({ message }: SerializedError): Failure {
  return [`FAILED outside of a test: ${firstLine(message)}`];
}

/** Matches the name, in a shell's single quotes. */
function toPattern(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&').replaceAll("'", '.');
}

function firstLine(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

function tellFailures(failures: readonly Failure[]): string {
  const shown = failures.slice(0, LINES_MAX / 3);
  const left = failures.length - shown.length;
  const lines = [...shown.flat(), ...(left > 0 ? [`and ${left} more, above`] : [])];
  return lines.map((line) => `${line}\n`).join('');
}

function durationMs(module: TestModule): number {
  const { duration, collectDuration, setupDuration, prepareDuration } = module.diagnostic();
  return duration + collectDuration + setupDuration + prepareDuration;
}

function noteSeconds(file: string, modules: readonly TestModule[]): void {
  const seconds = readSeconds(file);
  for (const module of modules) {
    const { name } = module.project;
    if (name === 'now') continue;
    seconds[`${name} ${module.relativeModuleId}`] = Math.ceil(durationMs(module) / 1_000);
  }
  const sorted = Object.entries(seconds).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
}

function readSeconds(file: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}
