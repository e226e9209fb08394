import { readFile, writeFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import {
  type ParcelHistory,
  type PolicyName,
  readCsv,
  readJsonLines,
  simulate,
  simulationJson,
  simulationPlot,
  simulationTable,
} from '../poller/index.ts';

export interface PollerSimulateArgs {
  /** Histories to learn from; null: the shipped prior. */
  readonly train: string | null;
  readonly history: string;
  readonly callsOf: PolicyName | number;
  readonly budget: number;
  readonly relearnDays: number | null;
  readonly policies: readonly PolicyName[];
  readonly ceilingS: number;
  readonly floorS: number;
  /** The file to which the plot is written; null: none. */
  readonly svg: string | null;
  readonly json: boolean;
}

/**
 * Runs `waybill poller simulate`: the hub's policies over parcels whose history is known, on a
 * virtual clock. Starts no server and no database. Resolves with the exit code: 2 for input that
 * cannot be read, with the file, the line and how to fix it.
 */
export async function pollerSimulate(
  args: PollerSimulateArgs,
  write: (line: string) => void,
  writeError: (line: string) => void,
): Promise<number> {
  try {
    const histories = await readHistories(args.history);
    const train = args.train === null ? [] : await readHistories(args.train);
    if (args.relearnDays !== null) checkSpan(args.history, histories, args.relearnDays);
    const simulation = simulate({ ...args, histories, train });
    if (args.svg !== null) {
      await writeFile(args.svg, simulationPlot(simulation)).catch(unusable(args.svg));
    }
    write(args.json ? JSON.stringify(simulationJson(simulation)) : simulationTable(simulation));
    return 0;
  } catch (error) {
    if (!(error instanceof UnreadableHistory) && !isFileError(error)) throw error;
    writeError(error.message);
    return 2;
  }
}

/** The message says where, what was found and how to fix it. */
class UnreadableHistory extends Error {}

async function readHistories(file: string): Promise<readonly ParcelHistory[]> {
  const bytes = await readFile(file).catch(unusable(file));
  const text = (isGzip(bytes) ? unzipped(file, bytes) : bytes).toString('utf8');
  if (text.trim() === '') {
    throw new UnreadableHistory(`${file}:1: is empty; pass histories as CSV or as JSON lines`);
  }
  const read = /^\s*[{[]/.test(text) ? readJsonLines(text, file) : readCsv(text, file);
  if (!read.ok) throw new UnreadableHistory(read.message);
  return read.histories;
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function unzipped(file: string, bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes);
  } catch {
    throw new UnreadableHistory(`${file}:1: is a damaged gzip file; copy it again`);
  }
}

/** Relearning needs parcels before and after it. */
function checkSpan(file: string, histories: readonly ParcelHistory[], days: number): void {
  const created = histories.map(({ createdAtMs }) => createdAtMs).sort((a, b) => a - b);
  const spanDays = ((created.at(-1) ?? 0) - (created[0] ?? 0)) / 86_400_000;
  if (spanDays > days) return;
  throw new UnreadableHistory(
    `${file}:1: all parcels were registered within ${spanDays.toFixed(1)} days, so none is left after ${days} days of relearning; pass a longer history or fewer --relearn-days`,
  );
}

/** Writes the system's file error in our words: which file, what was found, how to fix it. */
function unusable(file: string) {
  return (error: unknown): never => {
    const words = isFileError(error) ? FILE_COMPLAINTS[error.code ?? ''] : undefined;
    throw words === undefined ? error : new UnreadableHistory(`${file}: ${words}`);
  };
}

const FILE_COMPLAINTS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder; check the path',
  ENOTDIR: 'part of the path is not a folder; check the path',
  EISDIR: 'is a folder; pass a file',
  EACCES: 'permission denied; check its permissions',
};

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
