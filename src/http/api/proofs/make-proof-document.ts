import type { Proofs } from '../../../intake/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { dateFormat, numberFormat } from '../../../kernel/time/formatters.ts';
import { type Language, languageOf } from '../../../platform/messages/languages.ts';
import { PDF_FONTS, type Pdf, renderPdf } from '../../../platform/pdf.ts';
import {
  type ProofDeps,
  type ProofsOfShipment,
  proofsOfShipment,
  type ShownProof,
  type Signature,
} from '../../../tracking/ports/proofs.ts';
import { openPersonal, viewShipment } from '../../../tracking/ports/shipments.ts';
import { type PageTexts, textsIn } from '../../public/tracking/pages/texts.ts';

export interface ProofDocumentDeps extends Pick<ProofDeps, 'tracking'> {
  readonly proofs: Proofs;
}

type MadeProofDocument =
  | { readonly kind: 'made'; readonly bytes: Uint8Array; readonly fileName: string }
  | { readonly kind: 'no_such_shipment' }
  /** There is no proof yet. */
  | { readonly kind: 'no_proof' };

/** More would make the document too long; the API has all of them. */
const PICTURES_MAX = 8;

/** The language: as requested, else the recipient's own, else the reader's, else English. */
interface ProofDocumentLanguage {
  readonly wanted: Language | null;
  /** The reader's language. */
  readonly fallback?: Language;
}

/** Whether there is anything to put on a proof document. */
export async function hasProofDocument(
  deps: ProofDocumentDeps,
  tenant: Tenant,
  shipmentId: string,
): Promise<boolean> {
  const found = await proofsOfShipment(deps, tenant, shipmentId);
  return found?.proofs.some(hasKinds) ?? false;
}

const hasKinds = ({ kinds }: ShownProof): boolean => kinds.length > 0;

/** Makes the proof document for a recipient or an insurer. */
export async function makeProofDocument(
  deps: ProofDocumentDeps,
  tenant: Tenant,
  shipmentId: string,
  { wanted, fallback = 'en' }: ProofDocumentLanguage,
): Promise<MadeProofDocument> {
  const { tracking } = deps;
  const [found, view] = [
    await proofsOfShipment(deps, tenant, shipmentId),
    await viewShipment(tracking, tenant, shipmentId),
  ];
  if (found === null || view === null) return { kind: 'no_such_shipment' };
  const shownProofs = found.proofs.filter(hasKinds);
  if (shownProofs.length === 0) return { kind: 'no_proof' };
  const { recipient } = openPersonal(found.shipment.sealedPersonal, tracking.sealer);
  const locale = recipient?.['locale'];
  const language = wanted ?? languageOf(typeof locale === 'string' ? locale : null) ?? fallback;
  const { page: texts } = textsIn(language);
  const pictures = await loadPictures(shownProofs, texts, async (fileId) => {
    const read = await deps.proofs.read(tenant, view.proofs, fileId);
    return read?.bytes ?? null;
  });
  const printedAtMs = tracking.clock.nowMs();
  const bytes = await proofDocumentPdf(
    toProofDocument(found, shownProofs, texts, pictures, printedAtMs),
  );
  const fileName = `proof-${found.shipment.trackingNumber.replace(/[^A-Za-z0-9]/g, '')}`;
  return { kind: 'made', bytes, fileName };
}

function toProofDocument(
  { shipment }: ProofsOfShipment,
  shownProofs: readonly ShownProof[],
  { language, locale, proof: { proof_document: proofDocument } }: PageTexts,
  pictures: ProofDocument['pictures'],
  printedAtMs: number,
): ProofDocument {
  const zone = shipment.destinationZone ?? shipment.state.eventZone ?? 'UTC';
  const when = (ms: number) => instantWords(ms, zone, locale);
  const number = numberFormat(locale, { maximumFractionDigits: 5 });
  const { deliveredAtMs } = shipment.state;
  return {
    language,
    title: proofDocument.title,
    lines: [
      [proofDocument.number, shipment.trackingNumber],
      ...(shipment.orderIds.length === 0
        ? []
        : [[proofDocument.order, shipment.orderIds.join(', ')] as const]),
      ...(deliveredAtMs === null ? [] : [[proofDocument.delivered, when(deliveredAtMs)] as const]),
      ...shownProofs.flatMap((proof) => proofLines(proof, proofDocument, { when, number })),
    ],
    pictures,
    footer: proofDocument.footer({ time: when(printedAtMs) }),
    printedAtMs,
  };
}

type Line = readonly [label: string, value: string];

function proofLines(
  { capturedAtMs, receivedBy, place, pinOutcome, isErased }: ShownProof,
  proofDocument: PageTexts['proof']['proof_document'],
  { when, number }: { when: (ms: number) => string; number: Intl.NumberFormat },
): readonly Line[] {
  const lines: Line[] = [[proofDocument.recorded, when(capturedAtMs)]];
  if (receivedBy !== null) lines.push([proofDocument.received_by, receivedBy]);
  if (pinOutcome === 'matched') lines.push([proofDocument.pin, proofDocument.pin_matched]);
  if (place !== null) {
    const { lat, lng, accuracyM, distanceM } = place;
    const at = `${number.format(lat)}, ${number.format(lng)}`;
    const around = accuracyM === null ? '' : ` (± ${Math.round(accuracyM)} m)`;
    const far =
      distanceM === null
        ? proofDocument.no_distance
        : proofDocument.distance({ metres: number.format(distanceM) });
    lines.push([proofDocument.place, `${at}${around}\n${far}`]);
  }
  if (isErased) lines.push(['', proofDocument.erased]);
  return lines;
}

async function loadPictures(
  shownProofs: readonly ShownProof[],
  { proof: { proof_document: proofDocument } }: PageTexts,
  read: (fileId: string) => Promise<Uint8Array | null>,
): Promise<ProofDocument['pictures']> {
  const pictures: { label: string; picture: ProofDocument['pictures'][number]['picture'] }[] = [];
  for (const { files, signature } of shownProofs) {
    for (const { id, kind } of files) {
      if (pictures.length >= PICTURES_MAX) return pictures;
      const label = kind === 'signature' ? proofDocument.signature : proofDocument.photo;
      const picture = kind === 'signature' && signature !== null ? signature : await read(id);
      if (picture !== null) pictures.push({ label, picture });
    }
  }
  return pictures;
}

/** Local day and time at the place, with offset and zone name, so that nobody has to guess. */
function instantWords(ms: number, timeZone: string, locale: string): string {
  const format = dateFormat(locale, {
    dateStyle: 'long',
    timeStyle: 'long',
    timeZone,
  });
  return `${format.format(ms)} (${timeZone})`;
}

/** A proof document's texts and pictures for printing. */
interface ProofDocument {
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
function proofDocumentPdf(proofDocument: ProofDocument): Promise<Uint8Array> {
  const { title, language, printedAtMs } = proofDocument;
  return renderPdf(
    { title, createdAtMs: printedAtMs, size: 'A4', margin: MARGIN_PT, lang: language },
    (pdf) => writePages(pdf, proofDocument),
  );
}

function writePages(pdf: Pdf, { title, lines, pictures, footer }: ProofDocument): void {
  pdf.font(PDF_FONTS.bold).fontSize(20).fillColor(INK).text(title);
  pdf.moveDown(1);
  for (const [label, value] of lines) writeLine(pdf, label, value);
  pdf.moveDown(1);
  for (const { label, picture } of pictures) drawPicture(pdf, label, picture);
  pdf.moveDown(1);
  pdf.font(PDF_FONTS.regular).fontSize(8).fillColor(GREY).text(footer, MARGIN_PT);
}

function writeLine(pdf: Pdf, label: string, value: string): void {
  const widthPt = pdf.page.width - 2 * MARGIN_PT - LABEL_PT;
  pdf.font(PDF_FONTS.regular).fontSize(10);
  const heightPt = Math.max(
    pdf.heightOfString(value, { width: widthPt }),
    pdf.heightOfString(label, { width: LABEL_PT - 10 }),
  );
  ensureRoom(pdf, heightPt);
  const { y } = pdf;
  pdf.fillColor(GREY).text(label, MARGIN_PT, y, { width: LABEL_PT - 10 });
  pdf.fillColor(INK).text(value, MARGIN_PT + LABEL_PT, y, { width: widthPt });
  pdf.y = y + heightPt + 5;
}

function drawPicture(pdf: Pdf, label: string, picture: Uint8Array | Signature): void {
  ensureRoom(pdf, PICTURE_PT.height + 30);
  pdf.font(PDF_FONTS.bold).fontSize(10).fillColor(INK).text(label, MARGIN_PT, pdf.y);
  const top = pdf.y + 4;
  if (picture instanceof Uint8Array) {
    const fit: [number, number] = [PICTURE_PT.width, PICTURE_PT.height];
    pdf.image(Buffer.from(picture), MARGIN_PT, top, { fit });
    pdf.y = top + PICTURE_PT.height + 8;
  } else pdf.y = top + drawSignature(pdf, picture, top) + 8;
}

/** Draws the signature as vector lines, so it prints sharply. Returns their height. */
function drawSignature(
  pdf: Pdf,
  { width, height, strokes: drawn }: Signature,
  top: number,
): number {
  const scale = Math.min(PICTURE_PT.width / width, PICTURE_PT.height / height);
  pdf.save().lineWidth(1.2).lineCap('round').lineJoin('round').strokeColor(INK);
  for (const points of drawn) {
    for (const [index, [x, y]] of points.entries()) {
      const [atX, atY] = [MARGIN_PT + x * scale, top + y * scale];
      if (index === 0) pdf.moveTo(atX, atY);
      if (index > 0 || points.length === 1) pdf.lineTo(atX, atY);
    }
  }
  pdf.stroke().restore();
  return height * scale;
}

/** Begins a new page unless this height is left on the current one. */
function ensureRoom(pdf: Pdf, heightPt: number): void {
  if (pdf.y + heightPt > pdf.page.height - MARGIN_PT) pdf.addPage();
}
