import { z } from 'zod';
import { Problem } from '../../../kernel/errors.ts';
import {
  findShipment,
  openPersonal,
  type Personal,
  type Shipment,
  type TrackingDeps,
} from '../../../tracking/index.ts';
import { resource } from '../../kit/resource.ts';
import { barsOf, squaresOf } from './code-image.ts';
import { labelPdf } from './label-pdf.ts';

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
        pieces: z.coerce.number().int().min(1).max(PIECES_MAX).default(1).meta({
          description: 'A page for each piece, numbered, where the number is for several.',
        }),
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
        ...{ number, recipient, pieces: query.pieces },
        sender: partyLines(personal.origin, null),
        facts: factsOf(shipment, personal),
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

/** In the order of an envelope: name, company, street, place, country name. */
function partyLines(address: Party, name: string | null): readonly string[] {
  const own = name ?? textOf(address, 'name');
  const place = [textOf(address, 'postal_code'), textOf(address, 'city')];
  const placeLine = place.filter((part) => part !== null).join(' ');
  return [
    own,
    textOf(address, 'company'),
    textOf(address, 'line1'),
    textOf(address, 'line2'),
    placeLine,
    textOf(address, 'region'),
    textOf(address, 'country'),
  ].filter((line): line is string => line !== null && line !== '');
}

function factsOf({ orderIds, weightG }: Shipment, { recipient }: Personal): readonly string[] {
  const locale = textOf(recipient, 'locale') ?? 'en';
  const weight = new Intl.NumberFormat(supported(locale), {
    ...{ style: 'unit', unit: 'kilogram', maximumFractionDigits: 3 },
  });
  return [
    ...orderIds.slice(0, 1).map((id) => `# ${id}`),
    ...(weightG === null ? [] : [weight.format(weightG / 1_000)]),
  ];
}

/** A well-formed tag may name no supported language. */
function supported(locale: string): string {
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
