import { readFile } from 'node:fs/promises';
import { inflateSync } from 'node:zlib';
import { vendoredFile } from './shipped.ts';

/**
 * Names of the fonts in a document: DejaVu Sans, with Latin, Greek and Cyrillic letters. The fonts
 * built into PDF readers lack letters such as ł.
 */
export const PDF_FONTS = { regular: 'DejaVu', bold: 'DejaVu Bold' } as const;

/** Read for the first document, and kept for all others: 1.4 MB. */
let fonts: Promise<ReadonlyMap<string, Buffer>> | null = null;

async function readFonts(): Promise<ReadonlyMap<string, Buffer>> {
  const font = async (weight: number) =>
    trueTypeOf(
      await readFile(
        vendoredFile(`@fontsource/dejavu-sans/files/dejavu-sans-latin-${weight}-normal.woff`),
      ),
    );
  return new Map([
    [PDF_FONTS.regular, await font(400)],
    [PDF_FONTS.bold, await font(700)],
  ]);
}

export type Pdf = PDFKit.PDFDocument;

/** Renders a PDF. The same options and content give the same bytes. */
export async function renderPdf(
  options: PDFKit.PDFDocumentOptions & { readonly title: string; readonly createdAtMs: number },
  write: (pdf: Pdf) => void,
): Promise<Uint8Array> {
  const { title, createdAtMs, ...rest } = options;
  // With its fonts and compression, 2 MB of code: loaded for the first document.
  const { default: PDFDocument } = await import('pdfkit');
  fonts ??= readFonts();
  const pdf = new PDFDocument({
    ...rest,
    displayTitle: true,
    // No font yet: the default is one that we do not use.
    font: '',
    info: { Title: title, Creator: 'Waybill', CreationDate: new Date(createdAtMs) },
  });
  for (const [name, bytes] of await fonts) pdf.registerFont(name, bytes);
  pdf.font(PDF_FONTS.regular);
  const chunks: Buffer[] = [];
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((done, failed) => {
    pdf.on('end', done);
    pdf.on('error', failed);
  });
  write(pdf);
  pdf.end();
  await ended;
  return Buffer.concat(chunks);
}

const WOFF_HEADER_BYTES = 44;
const WOFF_ENTRY_BYTES = 20;
const SFNT_HEADER_BYTES = 12;
const SFNT_ENTRY_BYTES = 16;

/**
 * Unpacks a font from WOFF 1.0 (https://www.w3.org/TR/WOFF/) to TrueType. PDFKit reads WOFF too,
 * but decompresses a whole table for every glyph.
 */
export function trueTypeOf(woff: Buffer): Buffer {
  if (woff.toString('latin1', 0, 4) !== 'wOFF') throw new Error('This is not a WOFF font.');
  const count = woff.readUInt16BE(12);
  const header = Buffer.alloc(SFNT_HEADER_BYTES + count * SFNT_ENTRY_BYTES);
  woff.copy(header, 0, 4, 8);
  writeSearchHints(header, count);
  const tables: Buffer[] = [];
  let offset = header.length;
  for (let index = 0; index < count; index += 1) {
    const entry = WOFF_HEADER_BYTES + index * WOFF_ENTRY_BYTES;
    const [start, packed, length] = [4, 8, 12].map((at) => woff.readUInt32BE(entry + at));
    const bytes = woff.subarray(start, (start ?? 0) + (packed ?? 0));
    const table = packed === length ? bytes : inflateSync(bytes);
    const to = SFNT_HEADER_BYTES + index * SFNT_ENTRY_BYTES;
    woff.copy(header, to, entry, entry + 4);
    woff.copy(header, to + 4, entry + 16, entry + 20);
    header.writeUInt32BE(offset, to + 8);
    header.writeUInt32BE(table.length, to + 12);
    const padding = Buffer.alloc(-table.length & 3);
    tables.push(table, padding);
    offset += table.length + padding.length;
  }
  return Buffer.concat([header, ...tables]);
}

/** Writes the number of tables, and the starting values of a binary search in them. */
function writeSearchHints(header: Buffer, count: number): void {
  const steps = Math.floor(Math.log2(count));
  const range = 2 ** steps * SFNT_ENTRY_BYTES;
  header.writeUInt16BE(count, 4);
  header.writeUInt16BE(range, 6);
  header.writeUInt16BE(steps, 8);
  header.writeUInt16BE(count * SFNT_ENTRY_BYTES - range, 10);
}
