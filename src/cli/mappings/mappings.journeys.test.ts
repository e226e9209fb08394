import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shippedPackages } from '../../adapters/index.ts';
import { mappingsCheck } from './check.ts';
import { mappingsCoverage } from './coverage.ts';

const ACME = {
  name: 'acme',
  matchKeys: ['event'],
  matchOrder: [['event']],
  corrections: [],
  returnCancelled: [],
};

const GOOD =
  'carrier: acme\nrules:\n  - { match: { event: OD }, status: out_for_delivery }\n' +
  'tests:\n  - { given: { event: OD }, then: { status: out_for_delivery } }\n';

let folder: string;
let lines: string[];
const write = (line: string) => lines.push(line);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mappings-'));
  lines = [];
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('waybill mappings check', () => {
  it('names file, line, column and fix of each problem and fails', async () => {
    const file = join(folder, 'acme.yaml');
    await writeFile(file, GOOD.replace('event: OD', 'event: 07').replace('rules', 'rulez'));
    expect(await mappingsCheck({ folder, carriers: [ACME] }, write)).toBe(1);
    expect(lines.some((line) => line.startsWith(`${file}:2:1: error: Unknown key "rulez".`))).toBe(
      true,
    );
    expect(lines.every((line) => line.includes(' Fix: '))).toBe(true);
  });

  it('fails for a file of a carrier that does not exist', async () => {
    expect(await mappingsCheck({ files: ['x/acne.yaml'], carriers: [ACME] }, write)).toBe(1);
    expect(lines).toEqual(['x/acne.yaml: error: There is no such file. Fix: Correct its name.']);
    const file = join(folder, 'acne.yaml');
    await writeFile(file, GOOD.replace('carrier: acme', '# Acne.\ncarrier: acne'));
    lines = [];
    expect(await mappingsCheck({ files: [file], carriers: [ACME] }, write)).toBe(1);
    expect(lines).toEqual([
      `${file}:2:10: error: Unknown carrier acne; expected one of acme. ` +
        "Fix: Correct the name, or add the carrier's package to WAYBILL_ADAPTERS.",
    ]);
  });

  it('reads the carrier from the file when its name is not a carrier’s', async () => {
    const file = join(folder, 'draft.yaml');
    await writeFile(file, GOOD);
    expect(await mappingsCheck({ files: [file], carriers: [ACME] }, write)).toBe(0);
    await writeFile(file, GOOD.replace('carrier: acme\n', ''));
    lines = [];
    expect(await mappingsCheck({ files: [file], carriers: [ACME] }, write)).toBe(1);
    expect(lines[0]).toMatch(
      /draft\.yaml:1:1: error: .*does not name its carrier.*expected one of acme\.$/,
    );
  });

  it('fails for warnings only when asked to', async () => {
    const file = join(folder, 'sandbox.yaml');
    const rule = '  - { match: { status: nowhere_seen }, status: none }\n';
    await writeFile(
      file,
      GOOD.replace('acme', 'sandbox')
        .replaceAll('event: OD', 'status: out_for_delivery')
        .replace('tests:', `${rule}tests:`),
    );
    expect(await mappingsCheck({ files: [file] }, write), lines.join('\n')).toBe(0);
    expect(lines.join('\n')).toContain(`${file}:4:24: warning: status`);
    expect(await mappingsCheck({ files: [file], strict: true }, write)).toBe(1);
  });

  it('says in a sentence that a package or folder is missing', async () => {
    expect(
      await mappingsCheck({ sources: { adapters: ['no-such-package'], data: folder } }, write),
    ).toBe(1);
    expect(lines.join('\n')).toMatch(/no-such-package: not found from/);
    lines = [];
    expect(await mappingsCheck({ folder: join(folder, 'no') }, write)).toBe(1);
    expect(lines.join('\n')).toMatch(/There is no such folder\. Fix:/);
  });

  it('passes good mappings, a whole folder or single files', async () => {
    const file = join(folder, 'acme.yaml');
    await writeFile(file, GOOD);
    expect(await mappingsCheck({ folder, carriers: [ACME] }, write)).toBe(0);
    expect(await mappingsCheck({ files: [file], carriers: [ACME] }, write)).toBe(0);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^acme: 1 rules, version [0-9a-f]{12}$/);
    expect(lines[1]).toBe(lines[0]);
  });

  it('passes what ships, without a warning', async () => {
    expect(await mappingsCheck({ strict: true }, write), lines.join('\n')).toBe(0);
  });
});

describe('waybill mappings coverage', () => {
  it('fails, and counts nothing for a carrier without a good mapping', async () => {
    expect(await mappingsCoverage({ folder, json: true }, write)).toBe(1);
    const { carriers }: { carriers: { carrier: string }[] } = JSON.parse(lines.join(''));
    expect(carriers.map(({ carrier }) => carrier)).toEqual(shippedPackages());
  });

  it('prints one JSON line with documented and seen codes of every carrier', async () => {
    expect(await mappingsCoverage({ json: true }, write)).toBe(0);
    expect(lines).toHaveLength(1);
    const { carriers }: { carriers: { carrier: string; documented: object; seen: object }[] } =
      JSON.parse(lines[0] ?? '');
    expect(carriers.length).toBeGreaterThan(0);
    for (const { carrier, documented, seen } of carriers) {
      expect(documented, carrier).toMatchObject({
        codes: expect.any(Number),
        mapped: expect.any(Number),
        reviewed: expect.any(Number),
        share: expect.any(Number),
      });
      expect(seen, carrier).toEqual({ codes: 0, mapped: 0, reviewed: 0, share: null });
    }
  });

  it('reports faults of packages and folders in sentences', async () => {
    expect(
      await mappingsCoverage({ sources: { adapters: ['no-such-package'], data: folder } }, write),
    ).toBe(1);
    expect(lines.join('\n')).toMatch(/no-such-package: not found from/);
    lines = [];
    expect(await mappingsCoverage({ folder: join(folder, 'no') }, write)).toBe(1);
    expect(lines.join('\n')).toMatch(/cannot be read .*WAYBILL_MAPPINGS/);
  });

  it('counts codes that were met when it is given some', async () => {
    const first = await firstCarrier();
    const seen = new Map([[first, [{ nonsense: 'x' }]]]);
    lines = [];
    await mappingsCoverage({ json: true, observedCodes: seen }, write);
    expect(JSON.parse(lines[0] ?? '').carriers[0].seen).toMatchObject({ codes: 1, mapped: 0 });
  });

  it('prints a table for people, on request with the codes that have no rule', async () => {
    await mappingsCoverage({ unmapped: true }, write);
    expect(lines[0]).toMatch(/^carrier +codes +mapped +reviewed +share$/);
    expect(lines[1]).toMatch(/ \d+ +\d+ +\d+ +\d+\.\d %$/);
  });
});

async function firstCarrier(): Promise<string> {
  await mappingsCoverage({ json: true }, write);
  return JSON.parse(lines[0] ?? '').carriers[0].carrier;
}
