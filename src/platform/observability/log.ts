import { styleText } from 'node:util';
import pino, { type DestinationStream, type Logger } from 'pino';
import { withoutSecrets } from '../../kernel/wire/secret-texts.ts';

export type { Logger };

/** Keys whose values are never logged, at the top of a record and one or two levels below. */
const SECRET_KEYS = [
  'authorization',
  'cookie',
  'set-cookie',
  'credential',
  'x-api-key',
  'fdx-signature',
  'x-hmac',
  'password',
  'secret',
  'token',
  'api_key',
  'apiKey',
  'master_key',
];

const SECRET_PATHS = SECRET_KEYS.flatMap((key) => [`["${key}"]`, `*["${key}"]`, `*.*["${key}"]`]);

const REDACTED = '[redacted]';

/** JSON for programs, or text for people. */
export type LogFormat = 'json' | 'text';

/** Where lines are written, as a terminal says about itself. */
export interface LogSink extends DestinationStream {
  readonly isTTY?: boolean;
  hasColors?(): boolean;
}

interface LogOptions {
  readonly level: string;
  /** Absent or null: text on a terminal, JSON elsewhere. */
  readonly format?: LogFormat | null;
  /** Absent: stderr, because stdout carries the ready line alone. */
  readonly destination?: LogSink;
}

/**
 * Creates the process's logger: one JSON object per line, or on a terminal a line for people.
 * Children carry what a line is about: `log.child({ request_id })`.
 */
export function createLog({ level, format, destination }: LogOptions): Logger {
  const sink = destination ?? stderr();
  const isText = (format ?? (sink.isTTY ? 'text' : 'json')) === 'text';
  const hasColours = sink.isTTY === true && sink.hasColors?.() === true;
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_PATHS, censor: REDACTED },
      serializers: { err: pino.stdSerializers.err },
    },
    {
      write(line: string) {
        const clean = withoutSecrets(line);
        sink.write(isText ? readableLine(clean, hasColours) : clean);
      },
    },
  );
}

function stderr(): LogSink {
  const sink = pino.destination({ dest: 2, sync: true });
  // The reader of our log has ended; the hub continues without it.
  sink.on('error', () => {});
  const { stderr: terminal } = process;
  return {
    write: (line) => sink.write(line),
    isTTY: terminal.isTTY,
    hasColors: () => terminal.hasColors(),
  };
}

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
function readableLine(json: string, hasColours: boolean): string {
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
