import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser';
import { IntlMessageFormat } from 'intl-messageformat';
import { dateFormat, numberFormat, pluralRules } from '../../kernel/time/formatters.ts';

/** Texts are plain: pages escape them, so markup in one is displayed as it is written. */
const OPTIONS = {
  ignoreTag: true,
  // Without these, each text makes its own.
  formatters: {
    getNumberFormat: numberFormat,
    getDateTimeFormat: dateFormat,
    getPluralRules: pluralRules,
  },
} as const;

type Formatted = (values: Readonly<Record<string, string | number | boolean | null>>) => string;

/**
 * Returns a formatter. It parses when first used, because a page needs a few of the several
 * thousand texts.
 */
export function formatterOf(text: string, locale: string): Formatted {
  let format: IntlMessageFormat | null = null;
  return (values) => {
    format ??= new IntlMessageFormat(text, locale, undefined, OPTIONS);
    return String(format.format(values));
  };
}

/** Returns the text of a message without arguments, with ICU's quotes removed. */
export function plainText(text: string, locale: string): string {
  if (!/[{}]|''/.test(text)) return text;
  const parts = parse(text, OPTIONS);
  // Most need no locale, and preparing a format for one takes longer than the rest.
  if (parts.every((part) => part.type === TYPE.literal)) {
    return parts.map(({ value }) => value).join('');
  }
  return formatterOf(text, locale)({});
}

/**
 * Returns the argument names, sorted; those that must be numbers end in `#`. Throws on invalid
 * syntax.
 *
 * @example argumentsOf('{name} sent {count, plural, one {# parcel} other {# parcels}}') //
 * ['count#', 'name']
 */
export function argumentsOf(text: string): readonly string[] {
  const found = new Map<string, boolean>();
  collect(parse(text, OPTIONS), found);
  return [...found].map(([name, isNumber]) => (isNumber ? `${name}#` : name)).toSorted();
}

function collect(elements: readonly MessageFormatElement[], found: Map<string, boolean>): void {
  for (const element of elements) {
    if (element.type === TYPE.literal || element.type === TYPE.pound) continue;
    const isNumber = element.type === TYPE.plural || element.type === TYPE.number;
    found.set(element.value, isNumber || found.get(element.value) === true);
    if (element.type !== TYPE.plural && element.type !== TYPE.select) continue;
    for (const option of Object.values(element.options)) collect(option.value, found);
  }
}
