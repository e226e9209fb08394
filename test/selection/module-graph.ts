import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { type Import, type Module, moduleOf } from '../tidy/modules.ts';
import { type RepositoryFile, ROOT } from '../tidy/tree.ts';

/** What a file imports at run time, with what it passes on from other files. */
export type FileImports = Pick<Module, 'forwarded'> & {
  readonly imports: readonly Pick<Import, 'from' | 'atRunTime'>[];
};

/** File → the files that import something of it. Both are paths from the root. */
export type Importers = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Resolves each imported name to the file that defines it: whoever imports a name from an `index.ts`
 * depends on one file of that folder, not on all of them.
 */
export function importersIn(files: ReadonlyMap<string, FileImports>): Importers {
  const importers = new Map<string, Set<string>>();
  const add = (imported: string, importer: string) => {
    const all = importers.get(imported) ?? new Set();
    importers.set(imported, all.add(importer));
  };
  const home = (from: string, name: string): string => {
    const next = files.get(from)?.forwarded[name];
    return next === undefined ? from : home(next.from, next.name);
  };
  for (const [file, { imports }] of files) {
    for (const { from, atRunTime } of imports) {
      for (const name of atRunTime) {
        add(home(from, name), file);
        if (name !== '*') continue;
        for (const each of Object.keys(files.get(from)?.forwarded ?? {}))
          add(home(from, each), file);
      }
    }
  }
  return importers;
}

/**
 * Reads the imports of all files. What has been parsed once is cached beside the installed packages,
 * because parsing everything takes five seconds.
 */
export function readImports(files: readonly RepositoryFile[]): Map<string, FileImports> {
  const cached = readCache();
  const known = new Map<string, readonly [hash: string, FileImports]>();
  for (const file of files) {
    const hash = createHash('sha1').update(file.text).digest('base64url');
    const before = cached.get(file.path);
    known.set(file.path, before?.[0] === hash ? before : [hash, parse(file)]);
  }
  mkdirSync(join(CACHE, '..'), { recursive: true });
  writeFileSync(CACHE, JSON.stringify([...known]));
  return new Map([...known].map(([path, [, imports]]) => [path, imports]));
}

/** Its name says how files are read: change it when `FileImports` changes. */
const CACHE = join(ROOT, 'node_modules/.cache/imports-1.json');

function readCache(): ReadonlyMap<string, readonly [hash: string, FileImports]> {
  try {
    return new Map(JSON.parse(readFileSync(CACHE, 'utf8')));
  } catch {
    return new Map();
  }
}

function parse(file: RepositoryFile): FileImports {
  const tree = ts.createSourceFile(file.path, file.text, {
    languageVersion: ts.ScriptTarget.ES2023,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  });
  const { imports, forwarded } = moduleOf(file, tree);
  return { forwarded, imports: imports.map(({ from, atRunTime }) => ({ from, atRunTime })) };
}
