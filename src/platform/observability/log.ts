import pino, { type DestinationStream, type Logger } from 'pino';
import { withoutSecrets } from '../../kernel/wire/secret-texts.ts';
import { readableLine } from './readable-line.ts';

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

export interface LogOptions {
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
