import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import mjml2html from 'mjml';
import { compiledLayout } from '../src/reactions/notifications/templates/mail-layout.ts';
import type { GeneratedFile } from './generated-file.ts';

/** Compiles the layout of emails, so that an installation needs neither MJML nor its 200 packages. */
export async function mailLayout(root: string): Promise<readonly GeneratedFile[]> {
  const folder = join(root, 'config', 'templates');
  const source = await readFile(join(folder, 'mail.mjml'), 'utf8');
  const { html } = await mjml2html(source, {
    fonts: {},
    keepComments: true,
    validationLevel: 'strict',
  });
  const content = compiledLayout(source, lean(withMerchantColors(html)));
  return [{ path: join(folder, 'mail.gen.html'), content }];
}

/**
 * The literal colours that mail.mjml has in place of placeholders, because MJML accepts only such.
 */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  '#b1a001': '{{button}}',
  '#b1a002': '{{button_ink}}',
  '#b1a003': '{{link}}',
};

function withMerchantColors(html: string): string {
  return html.replace(/#b1a00[1-3]/g, (color) => PLACEHOLDERS[color] ?? color);
}

/** Removes indentation and the layout's own comments, because emails are sent by the million. */
function lean(html: string): string {
  return withoutComments(html)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n')
    .replace(/>\n</g, '><')
    .replace(/ (mso-[a-z-]+:0[a-z]*;)/g, '$1');
}

/** Removes comments, except placeholders and the conditional comments of Outlook. */
function withoutComments(html: string): string {
  const [first = '', ...opened] = html.split('<!--');
  return opened.reduce((text, part) => {
    const end = part.indexOf('-->');
    const isNeeded = end < 0 || '*/[<>'.includes(part.charAt(0));
    return text + (isNeeded ? `<!--${part}` : part.slice(end + 3));
  }, first);
}
