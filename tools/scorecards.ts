import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { scorecardOf } from '../packages/adapter-kit/checks/conformance.ts';
import { loadAdapters } from '../src/adapters/index.ts';
import { storedScorecard } from '../src/cli/carrier/scorecard-json.ts';
import { carrierSubject } from '../src/cli/carrier/subject.ts';

/**
 * Generates every carrier's scorecard.json, the result of the conformance kit. Running the kit
 * takes seconds for each carrier, so a scorecard contains a digest of its inputs (the carrier's
 * folder, its mapping, the kit, the contract) and is regenerated only when that has changed.
 */
export async function scorecards(root: string): Promise<readonly GeneratedFile[]> {
  generated ??= generateAll(root);
  return generated;
}

/** The scorecards, generated once for all generators that need them. */
let generated: Promise<readonly GeneratedFile[]> | null = null;

async function generateAll(root: string): Promise<readonly GeneratedFile[]> {
  const files: GeneratedFile[] = [];
  const mappings = join(root, 'config', 'carrier-mappings');
  const registry = await loadAdapters();
  for (const { manifest } of registry.list()) {
    const { name } = manifest;
    const { folder = '', mapping = null } = registry.home(name) ?? {};
    const path = join(folder, 'scorecard.json');
    const inputs = await digestOf(root, [
      ...(await filesIn(folder)),
      ...(mapping === null ? [join(mappings, `${name}.yaml`)] : []),
    ]);
    const before = await readFile(path, 'utf8').catch(() => '');
    if (before.includes(`"inputs": "${inputs}"`)) files.push({ path, content: before });
    else {
      const subject = await carrierSubject(name, { mappings, env: process.env });
      files.push({ path, content: storedScorecard(await scorecardOf(subject), inputs) });
    }
  }
  return files;
}

/** The files on which every scorecard depends, besides the carrier's own files and mapping. */
const SHARED = [
  'packages/adapter-kit/checks',
  'src/adapters/contract',
  'src/adapters/sandbox-kit',
  'src/adapters/session',
];

async function digestOf(root: string, own: readonly string[]): Promise<string> {
  const shared = await Promise.all(SHARED.map((each) => filesIn(join(root, each))));
  const paths = [...own, ...shared.flat()].sort();
  const digest = createHash('sha256');
  for (const path of paths)
    digest.update(`${relative(root, path)}\n${await readFile(path, 'utf8')}\n`);
  return digest.digest('hex').slice(0, 16);
}

async function filesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder, { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/\.test\.ts$|scorecard\.json$/.test(path));
}

/** A file that is derived from others in this repository, with the content that it should have. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

export type Generator = (root: string) => Promise<readonly GeneratedFile[]>;
