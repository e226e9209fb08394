import type { Proofs } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { languageOf } from '../../../kernel/language.ts';
import {
  openPersonal,
  type ProofDeps,
  type ProofsOfShipment,
  proofsOfShipment,
  type ShownProof,
  viewShipment,
} from '../../../tracking/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import { fill, loadLanguages, type PageTexts } from '../public-tracking/pages/texts.ts';
import { noSuchShipment, shipmentId } from '../shipments/routes.ts';
import { getReceiptOperation } from './operations.ts';
import { type Receipt, receiptPdf } from './receipt-pdf.ts';

export interface ReceiptDeps extends Pick<ProofDeps, 'tracking'> {
  readonly proofs: Proofs;
  readonly messagesFolder: string;
}

/** More would make a book of it; all of them are in the API. */
const PICTURES_MAX = 8;

/** What a recipient or an insurer is given on paper. */
export function receiptRoute(api: MerchantApi, deps: ReceiptDeps): Route {
  const { tracking } = deps;
  return merchantRoute(api, getReceiptOperation, async ({ tenant, param, query }) => {
    const id = shipmentId(param('id'));
    const [found, view] = [
      await proofsOfShipment(deps, tenant, id),
      await viewShipment(tracking, tenant, id),
    ];
    if (found === null || view === null) throw noSuchShipment();
    const given = found.proofs.filter(({ kinds }) => kinds.length > 0);
    if (given.length === 0) {
      throw new Problem('not_found', 'No proof of this delivery has been given.', {
        fix: 'See missing in GET /v1/shipments/{id}/proof for what is still needed.',
      });
    }
    const { recipient } = openPersonal(found.shipment.sealedPersonal, tracking.sealer);
    const locale = recipient?.['locale'];
    const language = query.language ?? languageOf(typeof locale === 'string' ? locale : null);
    const texts = loadLanguages(deps.messagesFolder).get(language ?? 'en')?.page;
    if (texts === undefined) throw new Error(`there are no texts for ${language}`);
    const pictures = await picturesOf(given, texts, async (fileId) => {
      const read = await deps.proofs.read(tenant, view.proofs, fileId);
      return read?.bytes ?? null;
    });
    const printedAtMs = tracking.clock.nowMs();
    const bytes = await receiptPdf(receiptOf(found, given, texts, pictures, printedAtMs));
    return {
      status: 200,
      bytes,
      headers: {
        'content-type': 'application/pdf',
        'content-disposition': `attachment; filename="proof-${found.shipment.trackingNumber.replace(/[^A-Za-z0-9]/g, '')}.pdf"`,
        'content-security-policy': "default-src 'none'; sandbox",
        'cache-control': 'private, no-store',
      },
    };
  });
}

function receiptOf(
  { shipment }: ProofsOfShipment,
  given: readonly ShownProof[],
  { language, locale, proof: { receipt } }: PageTexts,
  pictures: Receipt['pictures'],
  printedAtMs: number,
): Receipt {
  const zone = shipment.destinationZone ?? shipment.state.eventZone ?? 'UTC';
  const when = (ms: number) => instantWords(ms, zone, locale);
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 5 });
  const { deliveredAtMs } = shipment.state;
  return {
    language,
    title: receipt.title,
    lines: [
      [receipt.number, shipment.trackingNumber],
      ...(shipment.orderIds.length === 0
        ? []
        : [[receipt.order, shipment.orderIds.join(', ')] as const]),
      ...(deliveredAtMs === null ? [] : [[receipt.delivered, when(deliveredAtMs)] as const]),
      ...given.flatMap((proof) => proofLines(proof, receipt, { when, number })),
    ],
    pictures,
    footer: fill(receipt.footer, { time: when(printedAtMs) }),
    printedAtMs,
  };
}

type Line = readonly [label: string, value: string];

function proofLines(
  { capturedAtMs, receivedBy, place, pinOutcome, isErased }: ShownProof,
  receipt: PageTexts['proof']['receipt'],
  { when, number }: { when: (ms: number) => string; number: Intl.NumberFormat },
): readonly Line[] {
  const lines: Line[] = [[receipt.recorded, when(capturedAtMs)]];
  if (receivedBy !== null) lines.push([receipt.received_by, receivedBy]);
  if (pinOutcome === 'matched') lines.push([receipt.pin, receipt.pin_matched]);
  if (place !== null) {
    const { lat, lng, accuracyM, distanceM } = place;
    const at = `${number.format(lat)}, ${number.format(lng)}`;
    const around = accuracyM === null ? '' : ` (± ${Math.round(accuracyM)} m)`;
    const far =
      distanceM === null
        ? receipt.no_distance
        : fill(receipt.distance, { metres: number.format(distanceM) });
    lines.push([receipt.place, `${at}${around}\n${far}`]);
  }
  if (isErased) lines.push(['', receipt.erased]);
  return lines;
}

async function picturesOf(
  given: readonly ShownProof[],
  { proof: { receipt } }: PageTexts,
  read: (fileId: string) => Promise<Uint8Array | null>,
): Promise<Receipt['pictures']> {
  const pictures: { label: string; picture: Receipt['pictures'][number]['picture'] }[] = [];
  for (const { files, signature } of given) {
    for (const { id, kind } of files) {
      if (pictures.length >= PICTURES_MAX) return pictures;
      const label = kind === 'signature' ? receipt.signature : receipt.photo;
      const picture = kind === 'signature' && signature !== null ? signature : await read(id);
      if (picture !== null) pictures.push({ label, picture });
    }
  }
  return pictures;
}

/** Day and time at the place, with the offset and the zone's name: nobody has to guess. */
function instantWords(ms: number, timeZone: string, locale: string): string {
  const format = new Intl.DateTimeFormat(locale, {
    dateStyle: 'long',
    timeStyle: 'long',
    timeZone,
  });
  return `${format.format(ms)} (${timeZone})`;
}
