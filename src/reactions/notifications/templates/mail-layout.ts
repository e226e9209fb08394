import { compileHtml, type HtmlTemplate } from './html-template.ts';

/**
 * The layout in MJML, made into HTML once: MJML knows what mail programs need, but takes a third of a
 * second to load and some milliseconds a mail. It is loaded when the first mail is written.
 */
export async function compileLayout(source: string): Promise<HtmlTemplate> {
  const { default: mjml2html } = await import('mjml');
  const made = await mjml2html(source, {
    fonts: {},
    keepComments: true,
    validationLevel: 'strict',
  });
  return compileHtml(lean(inMerchantColors(made.html)));
}

/** MJML takes real colours only; these stand for values. */
const STANDS_FOR: Readonly<Record<string, string>> = {
  '#b1a001': '{{button}}',
  '#b1a002': '{{button_ink}}',
  '#b1a003': '{{link}}',
};

function inMerchantColors(html: string): string {
  return html.replace(/#b1a00[1-3]/g, (color) => STANDS_FOR[color] ?? color);
}

/** Indents and the layout's own remarks are of no use to a reader, and mails are sent by the million. */
function lean(html: string): string {
  return withoutRemarks(html)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n')
    .replace(/>\n</g, '><')
    .replace(/ (mso-[a-z-]+:0[a-z]*;)/g, '$1');
}

/** Without comments, but for those that some mail programs read as HTML of their own. */
function withoutRemarks(html: string): string {
  const [first = '', ...opened] = html.split('<!--');
  return opened.reduce((text, part) => {
    const end = part.indexOf('-->');
    const kept = end < 0 || '*/[<>'.includes(part.charAt(0));
    return text + (kept ? `<!--${part}` : part.slice(end + 3));
  }, first);
}
