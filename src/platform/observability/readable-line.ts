import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

const LEVELS: Readonly<Record<string, Style>> = {
  fatal: ['bold', 'red'],
  error: 'red',
  warn: 'yellow',
  info: 'green',
};

/** A text could move the cursor of the reader's terminal or clear it. */
const CONTROL = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;
/** Those, but for the tabs and line breaks of a stack. */
const CONTROL_IN_STACK = /(?![\t\n])[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;

/**
 * A line of the log for people: local time, level, message, then the members as `name=value`, and
 * the stack of an error on lines of its own. Pure, but for the local time zone.
 *
 * @example 20:39:07 WARN  polling is behind queue=redis due=412
 */
export function readableLine(json: string, hasColours: boolean): string {
  const style = (how: Style, text: string) =>
    hasColours ? styleText(how, text, { validateStream: false }) : text;
  const { time, level, msg, err, ...members } = JSON.parse(json) as Record<string, unknown>;
  const { type: _, stack, message, ...ofError } = (err ?? {}) as Record<string, unknown>;
  const name = String(level);
  const words = [
    style('dim', new Date(String(time)).toTimeString().slice(0, 8)),
    style(LEVELS[name] ?? 'dim', name.toUpperCase().padEnd(5)),
    ...(msg === undefined ? [] : [escaped(String(msg), CONTROL)]),
    ...Object.entries({ ...members, ...ofError }).map(
      ([key, value]) => `${style('dim', `${escaped(key, CONTROL)}=`)}${valueText(value)}`,
    ),
  ];
  const trace = stack ?? message;
  const below = trace === undefined ? '' : `\n${escaped(String(trace), CONTROL_IN_STACK)}`;
  return `${words.join(' ')}${below.replaceAll('\n', '\n    ')}\n`;
}

function valueText(value: unknown): string {
  const isPlain = typeof value === 'string' && /^[^\s"'=]+$/.test(value);
  return escaped(isPlain ? value : JSON.stringify(value), CONTROL);
}

function escaped(text: string, pattern: RegExp): string {
  return text.replace(
    pattern,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
