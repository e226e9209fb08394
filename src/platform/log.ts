import pino, { type DestinationStream, type Logger } from 'pino';

export type { Logger };

/** Keys whose values never appear, at the top of a record and one or two levels below. */
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

/**
 * Our own tokens wherever they stand in a line, bearer credentials, and passwords in URLs: the
 * texts of errors and of foreign libraries pass no list of keys.
 */
const SECRET_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/\b(wb_(?:live|test)_)[A-Za-z0-9_-]+/g, `$1${REDACTED}`],
  [/\b(whsec_)[A-Za-z0-9+/=_-]+/g, `$1${REDACTED}`],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9+/=._~-]{6,}/gi, `$1 ${REDACTED}`],
  [/(:\/\/[^\s:/@"]*:)[^\s@/"]+@/g, `$1${REDACTED}@`],
];

export interface LogOptions {
  readonly level: string;
  /** Where lines go; stderr when absent, because stdout carries the ready line alone. */
  readonly destination?: DestinationStream;
}

/**
 * The process's logger: one JSON object a line. Children carry what a line is about:
 * `log.child({ request_id })`.
 */
export function createLog({ level, destination }: LogOptions): Logger {
  const sink = destination ?? stderr();
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_PATHS, censor: REDACTED },
      serializers: { err: pino.stdSerializers.err },
    },
    { write: (line: string) => sink.write(withoutSecrets(line)) },
  );
}

function stderr(): DestinationStream {
  const sink = pino.destination({ dest: 2, sync: true });
  // Whoever read our log is gone; the hub goes on without.
  sink.on('error', () => {});
  return sink;
}

/** `text` with every token, credential and URL password replaced. */
export function withoutSecrets(text: string): string {
  return SECRET_TEXTS.reduce((clean, [pattern, by]) => clean.replace(pattern, by), text);
}
