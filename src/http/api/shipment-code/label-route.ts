import { z } from 'zod';
import { Problem } from '../../../kernel/errors.ts';
import { numberFormat } from '../../../kernel/time/formatters.ts';
import { PDF_FONTS, type Pdf, renderPdf } from '../../../platform/pdf.ts';
import {
  findShipment,
  openPersonal,
  type Personal,
  type Shipment,
  type TrackingDeps,
} from '../../../tracking/ports/shipments.ts';
import { resource } from '../../kit/resource.ts';
import { barsOf, type CodeShapes, QUIET_BARS, QUIET_SQUARES, squaresOf } from './code-image.ts';

/** The content of a label. It contains no text of ours, so it needs no language. */
interface Label {
  readonly number: string;
  /** Small, at the top; empty: none. */
  readonly sender: readonly string[];
  /** The first line is bold. */
  readonly recipient: readonly string[];
  /** Such as an order number and a weight. */
  readonly facts: readonly string[];
  /** Null: the number has characters that Code 128 cannot encode. */
  readonly bars: CodeShapes | null;
  readonly squares: CodeShapes;
  /** Number of pages: each names its piece. */
  readonly pieces: number;
  readonly printedAtMs: number;
}

/** A6, the paper size of label printers. */
const SIZE_PT: [number, number] = [297.64, 419.53];
const MARGIN_PT = 20;
const WIDTH_PT = SIZE_PT[0] - 2 * MARGIN_PT;
const QR_PT = 78;
/** Positions of the page's parts: sender, recipient, facts, bars. */
const RECIPIENT_Y = 78;
const FACTS_Y = 218;
const BARS_Y = 292;
const BARS_PT = 70;
const INK = '#000000';

/** The label as a PDF of A6 pages, one per piece. The same label gives the same bytes. */
function labelPdf(label: Label): Promise<Uint8Array> {
  const { number, pieces, printedAtMs } = label;
  return renderPdf(
    {
      title: number,
      createdAtMs: printedAtMs,
      size: SIZE_PT,
      margin: 0,
      autoFirstPage: false,
    },
    (pdf) => {
      for (let piece = 1; piece <= pieces; piece += 1) writePage(pdf, label, piece);
    },
  );
}

function writePage(pdf: Pdf, label: Label, piece: number): void {
  const { number, sender, recipient, facts, bars, squares, pieces } = label;
  pdf.addPage();
  writeLines(pdf, sender, { y: MARGIN_PT, sizePt: 8, heightPt: RECIPIENT_Y - MARGIN_PT - 14 });
  drawRule(pdf, RECIPIENT_Y - 8);
  const [name = '', ...address] = recipient;
  const textPt = { sizePt: 14, heightPt: FACTS_Y - RECIPIENT_Y - 12 };
  const usedPt = writeLines(pdf, [name], { y: RECIPIENT_Y, ...textPt, isBold: true, rowsMax: 2 });
  writeLines(pdf, address, {
    ...textPt,
    y: RECIPIENT_Y + usedPt,
    heightPt: textPt.heightPt - usedPt,
  });
  drawRule(pdf, FACTS_Y - 6);
  const shown = pieces > 1 ? [...facts, `${piece} / ${pieces}`] : facts;
  const besidePt = WIDTH_PT - QR_PT - 8;
  writeLines(pdf, shown, { y: FACTS_Y + 2, sizePt: 10, heightPt: QR_PT - 12, widthPt: besidePt });
  drawSquares(pdf, squares, SIZE_PT[0] - MARGIN_PT - QR_PT, FACTS_Y - 4);
  if (bars !== null) drawBars(pdf, bars, BARS_Y + 8);
  pdf.font(PDF_FONTS.bold).fontSize(13).fillColor(INK);
  pdf.text(number, MARGIN_PT, BARS_Y + BARS_PT + 18, {
    width: WIDTH_PT,
    height: 34,
    align: 'center',
    ellipsis: true,
  });
}

/** Writes lines of text, shrunk to fit. Returns the height used. */
function writeLines(
  pdf: Pdf,
  texts: readonly string[],
  layout: {
    readonly y: number;
    readonly sizePt: number;
    readonly heightPt: number;
    readonly widthPt?: number;
    readonly isBold?: boolean;
    readonly rowsMax?: number;
  },
): number {
  if (texts.length === 0 || layout.heightPt <= 0) return 0;
  const width = layout.widthPt ?? WIDTH_PT;
  const text = texts.join('\n');
  pdf.font(layout.isBold === true ? PDF_FONTS.bold : PDF_FONTS.regular).fillColor(INK);
  let sizePt = layout.sizePt;
  const tooHigh = () => pdf.fontSize(sizePt).heightOfString(text, { width }) > layout.heightPt;
  while (sizePt > 5 && tooHigh()) sizePt -= 0.5;
  const rowPt = pdf.fontSize(sizePt).currentLineHeight(true);
  const mostPt = Math.min(layout.heightPt, rowPt * (layout.rowsMax ?? 99));
  const height = Math.min(pdf.heightOfString(text, { width }), mostPt);
  pdf.text(text, MARGIN_PT, layout.y, { width, height, ellipsis: true });
  return height;
}

function drawRule(pdf: Pdf, y: number): void {
  pdf.save().lineWidth(0.75).strokeColor(INK);
  pdf
    .moveTo(MARGIN_PT, y)
    .lineTo(SIZE_PT[0] - MARGIN_PT, y)
    .stroke()
    .restore();
}

function drawBars(pdf: Pdf, { width, bars }: CodeShapes, y: number): void {
  const modulePt = WIDTH_PT / (width + 2 * QUIET_BARS);
  const leftPt = MARGIN_PT + QUIET_BARS * modulePt;
  pdf.save().fillColor(INK);
  for (const bar of bars) {
    pdf.rect(leftPt + bar.x * modulePt, y, bar.width * modulePt, BARS_PT);
  }
  pdf.fill().restore();
}

/** All squares are one path, so that no gaps appear between rows. */
function drawSquares(pdf: Pdf, { width, bars }: CodeShapes, x: number, y: number): void {
  const modulePt = QR_PT / (width + 2 * QUIET_SQUARES);
  const atX = (modules: number) => x + (QUIET_SQUARES + modules) * modulePt;
  const atY = (modules: number) => y + (QUIET_SQUARES + modules) * modulePt;
  pdf.save().fillColor(INK);
  for (const bar of bars) {
    const [left, top] = [atX(bar.x), atY(bar.y)];
    const [right, bottom] = [atX(bar.x + bar.width), atY(bar.y + bar.height)];
    pdf.moveTo(left, top).lineTo(right, top).lineTo(right, bottom).lineTo(left, bottom).closePath();
  }
  pdf.fill('even-odd').restore();
}

const PIECES_MAX = 99;

/**
 * The label of a parcel of own couriers.
 *
 * @param ownCarrier the carrier whose labels are printed here; other carriers print their own.
 */
export const shipmentLabel = resource(
  { noun: 'shipment', tag: 'Own couriers' },
  {
    get: {
      id: 'getShipmentLabel',
      method: 'GET',
      path: '/shipments/:id/label',
      summary: 'Get a shipping label',
      description:
        'A PDF of A6 pages with the address of the recipient, the number as Code 128 and QR, order and weight, for parcels of own couriers. The sender is the `origin` of the shipment.',
      scope: 'shipments:read',
      query: z.strictObject({
        pieces: z.coerce
          .number()
          .int()
          .min(1)
          .max(PIECES_MAX)
          .default(1)
          .describe('A page for each piece, numbered, where the number is for several.'),
      }),
      answers: { 200: { description: 'The label.', mediaType: 'application/pdf' } },
      errors: ['not_offered', 'conflict'],
    },
  },
  ({
    tracking,
    ownCarrier,
  }: {
    readonly tracking: TrackingDeps;
    readonly ownCarrier: string | null;
  }) => ({
    get: async ({ tenant, query, id, found }) => {
      const shipment = found(await findShipment(tracking, tenant, id));
      if (shipment.carrier !== ownCarrier) {
        throw new Problem('not_offered', 'shipments.labelsForOwnCouriers', {
          fix: 'shipments.printCarrierLabel',
        });
      }
      const personal = openPersonal(shipment.sealedPersonal, tracking.sealer);
      const recipient = recipientLines(personal);
      if (recipient.length === 0) {
        throw new Problem('conflict', 'shipments.recipientAndDestinationMissing', {
          fix: 'shipments.addRecipientAndDestination',
        });
      }
      const { trackingNumber: number } = shipment;
      const bytes = await labelPdf({
        number,
        recipient,
        pieces: query.pieces,
        sender: partyLines(personal.origin, null),
        facts: factLines(shipment, personal),
        bars: barsOf(number),
        squares: squaresOf(number),
        printedAtMs: tracking.clock.nowMs(),
      });
      const filename = `label-${number.replace(/[^A-Za-z0-9]/g, '')}.pdf`;
      return {
        status: 200,
        bytes,
        headers: {
          'content-type': 'application/pdf',
          'content-disposition': `inline; filename="${filename}"`,
          'content-security-policy': "default-src 'none'; sandbox",
        },
      };
    },
  }),
);

type Party = Personal['recipient'];

function recipientLines({ recipient, destination }: Personal): readonly string[] {
  return partyLines(destination, textOf(recipient, 'name') ?? textOf(destination, 'name'));
}

/**
 * In the order of an envelope: name, company, street, postal code and city, region, country code.
 */
function partyLines(address: Party, name: string | null): readonly string[] {
  const shownName = name ?? textOf(address, 'name');
  const place = [textOf(address, 'postal_code'), textOf(address, 'city')];
  const placeLine = place.filter((part) => part !== null).join(' ');
  return [
    shownName,
    textOf(address, 'company'),
    textOf(address, 'line1'),
    textOf(address, 'line2'),
    placeLine,
    textOf(address, 'region'),
    textOf(address, 'country'),
  ].filter((line): line is string => line !== null && line !== '');
}

function factLines({ orderIds, weightG }: Shipment, { recipient }: Personal): readonly string[] {
  const locale = textOf(recipient, 'locale') ?? 'en';
  const weight = numberFormat(supportedLocale(locale), {
    style: 'unit',
    unit: 'kilogram',
    maximumFractionDigits: 3,
  });
  return [
    ...orderIds.slice(0, 1).map((id) => `# ${id}`),
    ...(weightG === null ? [] : [weight.format(weightG / 1_000)]),
  ];
}

/** Returns the locale if numbers can be formatted for it, otherwise `en`. */
function supportedLocale(locale: string): string {
  try {
    return Intl.NumberFormat.supportedLocalesOf(locale)[0] ?? 'en';
  } catch {
    return 'en';
  }
}

function textOf(party: Party, name: string): string | null {
  const value = party?.[name];
  // One line each: line breaks become spaces.
  return typeof value === 'string' && value.trim() !== ''
    ? value.trim().replaceAll(/\s+/g, ' ')
    : null;
}
