import { installedSandboxes } from '../../app/installed-carriers.ts';

export interface ScenarioRow {
  readonly carrier: string;
  readonly scenario: string;
  readonly title: string;
  readonly numbers: readonly string[];
}

export interface SandboxListArgs {
  readonly json: boolean;
  /** Null: all. */
  readonly carrier: string | null;
  /** Installed packages with adapters. */
  readonly packages?: readonly string[];
}

/**
 * Runs `waybill sandbox list`, which prints the scenarios of sandbox carriers and the numbers that
 * always follow them. Starts no server and no database.
 */
export async function sandboxList(
  { json, carrier, packages = [] }: SandboxListArgs,
  write: (line: string) => void,
  writeError: (line: string) => void,
): Promise<number> {
  const carriers = await installedSandboxes(packages, writeError);
  if (carriers === null) return 1;
  const wanted = carriers.filter(({ name }) => carrier === null || name === carrier);
  if (wanted.length === 0) {
    const names = carriers.map(({ name }) => name).join(', ');
    writeError(`Unknown sandbox carrier "${carrier}"; expected one of ${names}.`);
    return 2;
  }
  for (const { name, displayName, scenarios } of wanted) {
    if (!json) write(`${displayName} (${name})`);
    for (const { name: scenario, title, numbers } of scenarios) {
      const row: ScenarioRow = { carrier: name, scenario, title, numbers };
      if (json) write(JSON.stringify(row));
      else write(`  ${scenario.padEnd(WIDTH)} ${numbers.join(' ') || '–'}\n    ${title}`);
    }
  }
  return 0;
}

const WIDTH = 22;
