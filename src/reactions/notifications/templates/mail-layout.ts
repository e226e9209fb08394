import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileHtml, type HtmlTemplate } from './html-template.ts';

/**
 * Reads the layout that `npm run generate` compiled from `mail.mjml`. Throws if `mail.mjml` was
 * edited since, because the edit would otherwise have no effect and nobody would notice.
 */
export function readLayout(folder: string): HtmlTemplate {
  const sourceFile = join(folder, 'mail.mjml');
  const file = join(folder, 'mail.gen.html');
  const text = readFileSync(file, 'utf8');
  const html = text.slice(text.indexOf('\n') + 1);
  if (text !== compiledLayout(readFileSync(sourceFile, 'utf8'), html)) {
    throw new Error(
      `${file} was not compiled from the current ${sourceFile}. Run "npm run generate" in a checkout with development packages, and copy both files.`,
    );
  }
  try {
    return compileHtml(html);
  } catch (error) {
    throw new Error(`${sourceFile}: ${String(error)}`, { cause: error });
  }
}

/** The content of `mail.gen.html`: its first line names the source from which it was compiled. */
export function compiledLayout(source: string, html: string): string {
  const hash = createHash('sha256').update(source).digest('hex');
  return `<!-- Compiled by "npm run generate" from mail.mjml ${hash} -->\n${html.trimEnd()}\n`;
}
