import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PROJECT_ROOT } from './settings/defaults.ts';
import { trueTypeOf } from './woff.ts';

/**
 * Names of the fonts in a document: DejaVu Sans, with Latin, Greek and Cyrillic letters. The fonts
 * built into PDF readers lack letters such as ł.
 */
export const PDF_FONTS = { regular: 'DejaVu', bold: 'DejaVu Bold' } as const;

/** Read for the first document, and kept for all others: 1.4 MB. */
let fonts: Promise<ReadonlyMap<string, Buffer>> | null = null;

async function readFonts(): Promise<ReadonlyMap<string, Buffer>> {
  const { resolve } = createRequire(`${PROJECT_ROOT}package.json`);
  const font = async (weight: number) =>
    trueTypeOf(
      await readFile(
        resolve(`@fontsource/dejavu-sans/files/dejavu-sans-latin-${weight}-normal.woff`),
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
