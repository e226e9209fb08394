/**
 * Compiles the package in the working directory, as its `prepack`: beside each source a script and
 * its declarations, so that modules find the files beside them, and the licence. With `--clean`, removes them again,
 * as its `postpack`.
 */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { shippedFile } from '../../src/platform/shipped.ts';

/** Of the adapter kit: `waybill carrier new` copies these as they are. */
const NOT_COMPILED = ['node_modules', 'fixtures', 'template'];
const SOURCE = /(?<!\.test|\.d)\.ts$/;
const OPTIONS = {
  compilerOptions: {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
    rewriteRelativeImportExtensions: true,
    declaration: true,
    isolatedDeclarations: true,
  },
};

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_COMPILED.includes(entry.name) ? [] : sourcesIn(path);
    return SOURCE.test(path) ? [path] : [];
  });
}

const isClean = process.argv.includes('--clean');
if (isClean) rmSync('LICENSE', { force: true });
else cpSync(shippedFile('LICENSE'), 'LICENSE');
for (const path of sourcesIn('.')) {
  const script = path.replace(SOURCE, '.js');
  const declarations = path.replace(SOURCE, '.d.ts');
  if (isClean) {
    for (const file of [script, declarations]) rmSync(file, { force: true });
    continue;
  }
  const source = readFileSync(path, 'utf8');
  writeFileSync(script, ts.transpileModule(source, OPTIONS).outputText);
  writeFileSync(declarations, ts.transpileDeclaration(source, OPTIONS).outputText);
}
