import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type DetectedCarrier, detectCarriers } from '../adapters/index.ts';
import { installedAdapters } from '../app/installed-carriers.ts';
import { PASTED_CHARS_MAX } from '../kernel/numbers/check-digit.ts';
import { readConfig } from '../platform/settings/config.ts';

export interface DetectArgs {
  /** `-` alone: one number per line from `input`; blank lines are skipped. */
  readonly numbers: readonly string[];
  readonly json: boolean;
}

/**
 * Runs `waybill detect`, which lists the carriers to which a number may belong, best first. Starts
 * no server and no database.
 */
export async function detect(
  args: DetectArgs,
  env: NodeJS.ProcessEnv,
  input: Readable,
  write: (line: string) => void,
  writeError: (line: string) => void,
): Promise<number> {
  const registry = await installedAdapters(readConfig(env), writeError);
  if (registry === null) return 1;
  const isList = args.numbers.length === 1 && args.numbers[0] === '-';
  const show = (text: string) => {
    const number = text.trim();
    if (number === '' && isList) return;
    const candidates = detectCarriers(registry, number);
    if (args.json) write(jsonLine(number, candidates));
    else for (const line of linesFor(number, candidates)) write(line);
  };
  if (isList) {
    for await (const line of createInterface({ input })) show(line);
  } else for (const number of args.numbers) show(number);
  return 0;
}

function jsonLine(number: string, candidates: readonly DetectedCarrier[]): string {
  const isLong = number.length > PASTED_CHARS_MAX;
  return JSON.stringify({
    number: isLong ? number.slice(0, PASTED_CHARS_MAX) : number,
    candidates: candidates.map(
      ({ carrier, displayName, reach, format, certainty, checkDigit, trackingNumber, why }) => ({
        carrier,
        name: displayName,
        reach,
        format,
        certainty,
        check_digit: checkDigit,
        tracking_number: trackingNumber,
        why,
      }),
    ),
    ...(isLong ? { note: TOO_LONG } : {}),
    ...(number === '' ? { note: BLANK } : {}),
  });
}

const TOO_LONG = `Longer than ${PASTED_CHARS_MAX} characters: cut, and no carrier's number.`;

const BLANK = "Blank: nobody's number.";

function linesFor(number: string, candidates: readonly DetectedCarrier[]): readonly string[] {
  const heading = printable(number.slice(0, PASTED_CHARS_MAX));
  if (number.length > PASTED_CHARS_MAX) return [`${heading}…`, `  ${TOO_LONG}`];
  if (number === '') return ['""', `  ${BLANK}`];
  if (candidates.length === 0) return [heading, '  no carrier here uses numbers of this form'];
  return [
    heading,
    ...candidates.flatMap(({ carrier, format, certainty, checkDigit, trackingNumber, why }) => [
      `  ${carrier}  ${format}  certainty ${certainty}  check digit ${checkDigit}  ${trackingNumber}`,
      ...why.map((sentence) => `    ${sentence}`),
    ]),
  ];
}

/** Removes control characters, which a terminal obeys; pasted text may come from anybody. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd');
}
