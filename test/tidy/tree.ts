import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository as the style rules see it: every file that is ours, without git's help. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const NOT_OURS = new Set(['.git', 'node_modules', 'data', 'coverage', 'vendored']);
const BINARY = /\.(png|jpe?g|ico|woff2?|gz|zip|bin|pmtiles)$/;

export interface RepositoryFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

function list(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return list(path);
    return entry.isFile() && !BINARY.test(entry.name) ? [path] : [];
  });
}

/** Every text file of the repository, what is not yet committed too. */
export const FILES: readonly RepositoryFile[] = list('')
  .filter((path) => !path.endsWith('.log'))
  .sort()
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

export const isTypeScript = ({ path }: RepositoryFile): boolean =>
  /\.tsx?$/.test(path) && !path.endsWith('.gen.ts') && !path.includes('/fixtures/');

/** Tests, and what only tests use. The same words as in .dependency-cruiser.cjs. */
export const isTest = ({ path }: { readonly path: string }): boolean =>
  /(\.test\.tsx?$|(^|\/)test-[^/]+\.tsx?$|-testing\.ts$|^test\/)/.test(path);

export const isProduct = (file: RepositoryFile): boolean =>
  /^(src|packages)\//.test(file.path) && isTypeScript(file) && !isTest(file);

/** The carriers' folders and packages: nobody else may know these names. */
export const CARRIERS: readonly string[] = FILES.flatMap(
  ({ path }) =>
    /^(?:src\/adapters|packages\/carriers)\/((?:bridges\/)?[^/]+)\/manifest\.ts$/.exec(path)?.[1] ??
    [],
).filter((name) => name !== 'sandbox'); // the word "sandbox" is everybody's

/** `path:line` for a position. */
export function where({ path, text }: RepositoryFile, at: number): string {
  return `${path}:${text.slice(0, at).split('\n').length}`;
}

/** Every match of `pattern` in `text`, which has the file's lines, as `path:line: what`. */
export function hits(file: RepositoryFile, pattern: RegExp, text: string = file.text): string[] {
  const global = new RegExp(pattern.source, [...new Set(`${pattern.flags}g`)].join(''));
  return [...text.matchAll(global)].map((match) => {
    return `${where(file, match.index)}: ${match[0].trim().split('\n')[0]}`;
  });
}
