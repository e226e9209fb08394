import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { detectCarriers, loadAdapters } from '../adapters/index.ts';
import { readConfig } from '../platform/config.ts';

export interface DetectArgs {
  /** `-` alone: one number a line from `input`. Blank ones are skipped. */
  readonly numbers: readonly string[];
  readonly json: boolean;
}

/** `waybill detect`: whose number this may be, best first. Starts no server and no database. */
export async function detect(
  args: DetectArgs,
  env: NodeJS.ProcessEnv,
  input: Readable,
  write: (line: string) => void,
): Promise<number> {
  const registry = await loadAdapters({ packages: readConfig(env).adapters });
  const show = (text: string) => {
    const number = text.trim();
    if (number === '') return;
    const candidates = detectCarriers(registry, number);
    if (args.json) {
      const shown = candidates.map(({ carrier, format, certainty, checkDigit }) => ({
        carrier,
        format,
        certainty,
        check_digit: checkDigit,
      }));
      write(JSON.stringify({ number, candidates: shown }));
      return;
    }
    write(number);
    if (candidates.length === 0) write('  no carrier here uses numbers of this form');
    for (const { carrier, format, certainty, checkDigit } of candidates) {
      write(`  ${carrier}  ${format}  certainty ${certainty}  check digit ${checkDigit}`);
    }
  };
  if (args.numbers.length === 1 && args.numbers[0] === '-') {
    for await (const line of createInterface({ input })) show(line);
  } else for (const number of args.numbers) show(number);
  return 0;
}
