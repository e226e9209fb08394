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
  return html
    .replace(/<!--(?![*/[<>])(?:(?!-->)[\s\S])*-->/g, '')
    .replace(/\s*\n\s*/g, '\n')
    .replace(/>\n</g, '><')
    .replace(/ (mso-[a-z-]+:0[a-z]*;)/g, '$1')
    .trim();
}
