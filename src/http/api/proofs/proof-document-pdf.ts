import { PDF_FONTS, type Pdf, renderPdf } from '../../../platform/pdf.ts';
import type { Signature } from '../../../tracking/index.ts';

/** A proof document's texts and pictures for printing. */
export interface ProofDocument {
  readonly language: string;
  readonly title: string;
  /** Labels and values, in order. */
  readonly lines: readonly (readonly [label: string, value: string])[];
  readonly pictures: readonly {
    readonly label: string;
    /** A JPEG or PNG of ours, or the strokes of a signature. */
    readonly picture: Uint8Array | Signature;
  }[];
  readonly footer: string;
  readonly printedAtMs: number;
}

const MARGIN_PT = 50;
const LABEL_PT = 150;
/** Pictures are placed side by side or stacked, none large enough to fill the page. */
const PICTURE_PT = { width: 240, height: 240 };
const INK = '#1a1a1a';
const GREY = '#5f6368';

/** The proof document as a PDF of A4 pages. The same proof document gives the same bytes. */
export function proofDocumentPdf(proofDocument: ProofDocument): Promise<Uint8Array> {
  const { title, language, printedAtMs } = proofDocument;
  return renderPdf(
    { title, createdAtMs: printedAtMs, size: 'A4', margin: MARGIN_PT, lang: language },
    (pdf) => write(pdf, proofDocument),
  );
}

function write(pdf: Pdf, { title, lines, pictures, footer }: ProofDocument): void {
  pdf.font(PDF_FONTS.bold).fontSize(20).fillColor(INK).text(title);
  pdf.moveDown(1);
  for (const [label, value] of lines) line(pdf, label, value);
  pdf.moveDown(1);
  for (const { label, picture } of pictures) draw(pdf, label, picture);
  pdf.moveDown(1);
  pdf.font(PDF_FONTS.regular).fontSize(8).fillColor(GREY).text(footer, MARGIN_PT);
}

function line(pdf: Pdf, label: string, value: string): void {
  const widthPt = pdf.page.width - 2 * MARGIN_PT - LABEL_PT;
  pdf.font(PDF_FONTS.regular).fontSize(10);
  const heightPt = Math.max(
    pdf.heightOfString(value, { width: widthPt }),
    pdf.heightOfString(label, { width: LABEL_PT - 10 }),
  );
  roomFor(pdf, heightPt);
  const { y } = pdf;
  pdf.fillColor(GREY).text(label, MARGIN_PT, y, { width: LABEL_PT - 10 });
  pdf.fillColor(INK).text(value, MARGIN_PT + LABEL_PT, y, { width: widthPt });
  pdf.y = y + heightPt + 5;
}

function draw(pdf: Pdf, label: string, picture: Uint8Array | Signature): void {
  roomFor(pdf, PICTURE_PT.height + 30);
  pdf.font(PDF_FONTS.bold).fontSize(10).fillColor(INK).text(label, MARGIN_PT, pdf.y);
  const top = pdf.y + 4;
  if (picture instanceof Uint8Array) {
    const fit: [number, number] = [PICTURE_PT.width, PICTURE_PT.height];
    pdf.image(Buffer.from(picture), MARGIN_PT, top, { fit });
    pdf.y = top + PICTURE_PT.height + 8;
  } else pdf.y = top + strokes(pdf, picture, top) + 8;
}

/** Draws the signature as vector lines, so it prints sharply. Returns their height. */
function strokes(pdf: Pdf, { width, height, strokes: drawn }: Signature, top: number): number {
  const scale = Math.min(PICTURE_PT.width / width, PICTURE_PT.height / height);
  pdf.save().lineWidth(1.2).lineCap('round').lineJoin('round').strokeColor(INK);
  for (const points of drawn) {
    for (const [nr, [x, y]] of points.entries()) {
      const [atX, atY] = [MARGIN_PT + x * scale, top + y * scale];
      if (nr === 0) pdf.moveTo(atX, atY);
      if (nr > 0 || points.length === 1) pdf.lineTo(atX, atY);
    }
  }
  pdf.stroke().restore();
  return height * scale;
}

function roomFor(pdf: Pdf, heightPt: number): void {
  if (pdf.y + heightPt > pdf.page.height - MARGIN_PT) pdf.addPage();
}
