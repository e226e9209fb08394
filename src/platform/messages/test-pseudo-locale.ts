import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser';
import { printAST } from '@formatjs/icu-messageformat-parser/printer.js';
import { isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';

/** The tag of the pseudo-locale: recognisable English, to find texts outside the catalogue. */
export const PSEUDO = 'en-XA';

/** By how much an average translation is longer than English. */
const GROWTH = 0.3;
const PLAIN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const ACCENTED = 'áƀçðéƒĝĥíĵķļɱñóþɋŕšţúṽŵẋýžÁƁÇÐÉƑĜĤÍĴĶĻṀÑÓÞɊŔŠŢÚṼŴẊÝŽ';

/**
 * Copies a messages folder and adds `en-XA` to it, derived from English: accents on every letter,
 * and 30 % longer. Returns the new temporary folder.
 */
export function withPseudoLocale(messages: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-messages-'));
  cpSync(messages, folder, { recursive: true });
  const files = readdirSync(join(messages, 'en'), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.yaml'))) {
    const path = join(folder, PSEUDO, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, pseudoFile(file, readFileSync(join(messages, 'en', file), 'utf8')));
  }
  return folder;
}

/** Greek dates and numbers: English ones on a page were not formatted for its reader. */
const META = `name: ${pseudoText('English')}\nlocale: el-GR\n`;

function pseudoFile(file: string, source: string): string {
  if (file === 'language.yaml') return META;
  const document = parseDocument(source, { schema: 'failsafe' });
  const pseudo = file === 'templates.yaml' ? pseudoTemplate : pseudoMessage;
  visit(document.contents, pseudo);
  return document.toString({ lineWidth: 0 });
}

function visit(node: Node | null, pseudo: (text: string) => string): void {
  if (isMap(node)) for (const { value } of node.items) visit(value as Node | null, pseudo);
  else if (isSeq(node)) for (const item of node.items) visit(item as Node, pseudo);
  else if (isScalar(node) && typeof node.value === 'string') {
    node.value = pseudo(node.value);
    node.type = 'QUOTE_DOUBLE';
  }
}

/** Replaces the literals of an ICU message. */
export function pseudoMessage(message: string): string {
  const elements = parse(message, { ignoreTag: true });
  for (const element of elements) replaceLiterals(element);
  return printAST(elements);
}

function replaceLiterals(element: MessageFormatElement): void {
  if (element.type === TYPE.literal) element.value = pseudoText(element.value);
  if (element.type !== TYPE.plural && element.type !== TYPE.select) return;
  for (const option of Object.values(element.options)) option.value.forEach(replaceLiterals);
}

/**
 * Replaces the text of a template for messages to recipients, between `{variables}` and `[ … | …
 * ]`.
 */
function pseudoTemplate(template: string): string {
  return template.replaceAll(/\{\w+\}|[^{}[\]|]+/g, (part) =>
    part.startsWith('{') ? part : pseudoText(part),
  );
}

function pseudoText(text: string): string {
  const accented = text.replaceAll(/[A-Za-z]/g, (each) => ACCENTED[PLAIN.indexOf(each)] ?? each);
  const letters = text.match(/[A-Za-z]/g)?.length ?? 0;
  // Lengthens after the last letter, so that blanks at the ends stay there.
  return accented.replace(/\p{L}(?=\P{L}*$)/u, (last) => last + '·'.repeat(letters * GROWTH));
}

/**
 * Returns ASCII words of three letters and more: none comes from the pseudo-locale, nor do
 * placeholders.
 */
export function plainWords(text: string): readonly string[] {
  return text.replaceAll(/\{\w+\}/g, '').match(/(?<![\p{L}\d_])[A-Za-z]{3,}(?![\p{L}\d_])/gu) ?? [];
}
