import { dirname, posix } from 'node:path';
import { SPECIFIERS } from '../tidy/modules.ts';
import type { RepositoryFile } from '../tidy/tree.ts';

/** What a file imports at run time, and what it passes on. */
export interface FileImports {
  readonly imports: readonly { readonly from: string; readonly names: readonly string[] }[];
  /** Exported name → where it comes from. */
  readonly forwarded: Readonly<Record<string, { readonly from: string; readonly name: string }>>;
}

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
    for (const { from, names } of imports) {
      for (const name of names) {
        add(home(from, name), file);
        if (name !== '*') continue;
        for (const each of Object.keys(files.get(from)?.forwarded ?? {}))
          add(home(from, each), file);
      }
    }
  }
  return importers;
}

/** `import …` and `export …` from another module, as the formatter writes them, from the line's start. */
const STATEMENT = /^(import|export) (type )?(?:([^;']*?) from )?'([^']+)'/gm;
/** `import('./x.ts')` and `new URL('./x.ts', import.meta.url)`. */
const AT_RUN_TIME = /\b(?:import|new URL)\(\s*'([^']+\.[jt]sx?)'/g;

/** Reads the imports of a file. Parsing all files would take five seconds. */
export function importsOf({ path, text }: RepositoryFile): FileImports {
  const imports: { from: string; names: readonly string[] }[] = [];
  const forwarded: Record<string, { from: string; name: string }> = {};
  const target = (specifier: string): string | null => {
    if (!specifier.startsWith('.')) return SPECIFIERS[specifier] ?? null;
    return posix.normalize(posix.join(dirname(path), specifier));
  };
  for (const [, verb, isType, clause, specifier = ''] of text.matchAll(STATEMENT)) {
    const from = target(specifier);
    if (from === null || isType !== undefined) continue;
    const names = namesIn(clause);
    if (verb === 'import') imports.push({ from, names: names.map(({ name }) => name) });
    else if (clause?.startsWith('{')) {
      for (const { name, as } of names) forwarded[as] = { from, name };
    } else imports.push({ from, names: ['*'] });
  }
  for (const [, specifier = ''] of text.matchAll(AT_RUN_TIME)) {
    const from = target(specifier);
    if (from !== null) imports.push({ from, names: ['*'] });
  }
  return { imports, forwarded };
}

/** The names of a clause that are left when types are erased: `{ a as b, type C }`, `* as d`, `e`. */
function namesIn(clause: string | undefined): readonly { name: string; as: string }[] {
  // import './x.ts': nothing is named, and all of it runs.
  if (clause === undefined || clause.startsWith('*')) return [{ name: '*', as: '*' }];
  const [whole = '', listed = ''] = clause.split('{');
  const defaults = /^\w/.test(whole) ? [{ name: 'default', as: 'default' }] : [];
  const names = listed.replace('}', '').split(',');
  return [
    ...defaults,
    ...names.flatMap((each) => {
      const [name = '', as = name] = each.trim().split(' as ');
      return name === '' || name.startsWith('type ') ? [] : [{ name, as }];
    }),
  ];
}
