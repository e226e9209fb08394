import { type ParcelsRead, readParcelsOf } from '../../prediction/index.ts';
import { readText, UnusableFile } from '../input-file.ts';

/** How many faulty lines are listed; the others are only counted. */
const FAULTS_LISTED_MAX = 20;

/**
 * Reads the parcels of a file. Bad rows are reported with line and reason, and do not stop the
 * import.
 */
export async function readParcelFile(
  file: string,
  writeError: (line: string) => void,
): Promise<ParcelsRead> {
  const read = readParcelsOf(await readText(file));
  if (!read.ok) {
    throw new UnusableFile(`${file}:${read.line}: ${read.reason}; see docs/predictions.md`);
  }
  for (const { line, fate, reason } of read.faults.slice(0, FAULTS_LISTED_MAX)) {
    writeError(`${file}:${line}: ${FATES[fate]}: ${reason}`);
  }
  const { refused, mended } = read;
  if (refused + mended > 0) {
    writeError(
      `${file}: ${refused} rows left out, ${mended} cells left out, of ${read.parcels.length + refused} rows`,
    );
  }
  return read;
}

const FATES = { refused: 'row left out', mended: 'cell left out' } as const;
