import { createRequire } from 'node:module';
import { PROJECT_ROOT } from './settings/defaults.ts';

const { resolve } = createRequire(`${PROJECT_ROOT}package.json`);

/** Has Latin, Greek and Cyrillic letters; the fonts built into PDF readers lack letters such as ł. */
export const PDF_FONTS = {
  regular: resolve('@fontsource/dejavu-sans/files/dejavu-sans-latin-400-normal.woff'),
  bold: resolve('@fontsource/dejavu-sans/files/dejavu-sans-latin-700-normal.woff'),
};

export type Pdf = PDFKit.PDFDocument;

/** Renders a PDF. The same options and content give the same bytes. */
export async function renderPdf(
  options: PDFKit.PDFDocumentOptions & { readonly title: string; readonly createdAtMs: number },
  write: (pdf: Pdf) => void,
): Promise<Uint8Array> {
  const { title, createdAtMs, ...rest } = options;
  // With its fonts and compression, 2 MB of code: loaded for the first document.
  const { default: PDFDocument } = await import('pdfkit');
  const pdf = new PDFDocument({
    ...rest,
    displayTitle: true,
    font: PDF_FONTS.regular,
    info: { Title: title, Creator: 'Waybill', CreationDate: new Date(createdAtMs) },
  });
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
