import { FILES, isTypeScript } from '../tidy/tree.ts';
import type { Tree } from './choose.ts';
import { importersIn, importsOf } from './module-graph.ts';

/** Reads the imports of every source in the working tree. */
export function readTree(): Tree {
  const sources = FILES.filter(isTypeScript);
  const texts = new Map(sources.map(({ path, text }) => [path, text]));
  return {
    modules: new Set(texts.keys()),
    importers: importersIn(new Map(sources.map((file) => [file.path, importsOf(file)]))),
    textOf: (file) => texts.get(file) ?? '',
  };
}
