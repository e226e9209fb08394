import { FILES, isTypeScript } from '../tidy/tree.ts';
import type { Tree } from './choose.ts';
import { importersIn, readImports } from './module-graph.ts';

/** Reads the imports of every source in the working tree. */
export function readTree(): Tree {
  const sources = FILES.filter(isTypeScript);
  const imports = readImports(sources);
  const texts = new Map(sources.map(({ path, text }) => [path, text]));
  return {
    modules: new Set(imports.keys()),
    importers: importersIn(imports),
    textOf: (file) => texts.get(file) ?? '',
  };
}
