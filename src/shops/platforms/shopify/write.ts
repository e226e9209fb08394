import type { CallableShop, ShopWrite, WrittenParcel } from '../../contract.ts';
import { readAs } from '../../json-answer.ts';
import { plainNumber } from '../../plain-number.ts';
import { ShopFailure } from '../../shop-failure.ts';
import { mutate, query } from './graphql.ts';
import { mergeStatus } from './merge-status.ts';
import { numbersOf } from './parse.ts';
import { fulfillmentsOfOrder, type ShopifyFulfillment } from './schema.ts';

/** More than are written between two tries. */
const FULFILLMENTS = `query ($id: ID!) {
  order(id: $id) {
    fulfillments {
      id status createdAt trackingInfo { company number url }
      events(first: 10, sortKey: ID, reverse: true) {
        nodes { status happenedAt estimatedDeliveryAt }
      }
    }
  }
}`;

/**
 * Writes the status of the fulfilments that have the parcel's number, and the links to tracking
 * pages. What they have already is not written again, so that a repetition changes nothing.
 */
export async function writeStatus(shop: CallableShop, write: ShopWrite): Promise<void> {
  const id = `gid://shopify/Order/${write.orderId}`;
  const { order } = await query(shop, FULFILLMENTS, { id });
  const fulfillments = order === null ? [] : readAs(fulfillmentsOfOrder, order).fulfillments;
  const parcels = new Map(write.parcels.map((each) => [plainNumber(each.tracking_number), each]));
  const wanted = plainNumber(write.trackingNumber);
  let isFound = false;
  for (const fulfillment of fulfillments) {
    const numbers = numbersOf(fulfillment);
    if (fulfillment === null || !numbers.some(({ number }) => plainNumber(number) === wanted)) {
      continue;
    }
    isFound = true;
    await writeLinks(shop, { fulfillment, numbers, parcels });
    const known = numbers.map(({ number }) => parcels.get(plainNumber(number)) ?? null);
    await writeEvent(shop, fulfillment, { write, known });
  }
  if (!isFound) throw new ShopFailure('refused', 'shops.numberRemoved');
}

interface Links {
  readonly fulfillment: ShopifyFulfillment;
  readonly numbers: ReturnType<typeof numbersOf>;
  readonly parcels: ReadonlyMap<string, WrittenParcel>;
}

/** A list replaces the list, and has one company for all of its numbers. */
async function writeLinks(
  shop: CallableShop,
  { fulfillment, numbers, parcels }: Links,
): Promise<void> {
  const urls = numbers.map(({ number, url }) => parcels.get(plainNumber(number))?.url ?? url ?? '');
  const isWritten = numbers.every(({ url }, index) => (url ?? '') === urls[index]);
  const companies = new Set(numbers.map(({ company }) => company));
  if (isWritten || companies.size > 1) return;
  const [company] = companies;
  await mutate(
    shop,
    `mutation ($id: ID!, $info: FulfillmentTrackingInput!) {
      fulfillmentTrackingInfoUpdate(
        fulfillmentId: $id, trackingInfoInput: $info, notifyCustomer: false
      ) { userErrors { message } }
    }`,
    {
      id: fulfillment.id,
      info: { numbers: numbers.map(({ number }) => number), urls, ...(company && { company }) },
    },
  );
}

/** Writes an event, unless it is the last one, or an earlier try has written it. */
async function writeEvent(
  shop: CallableShop,
  { id, events }: ShopifyFulfillment,
  { write, known }: { write: ShopWrite; known: readonly (WrittenParcel | null)[] },
): Promise<void> {
  const { status, estimatedDelivery } = mergeStatus(known);
  const happenedAt = new Date(write.occurredAtMs).toISOString().replace(/\.\d+/, '');
  const isWritten = (events?.nodes ?? []).some(
    (event, index) =>
      event?.status === status &&
      (event.estimatedDeliveryAt?.slice(0, 10) ?? null) === estimatedDelivery &&
      (index === 0 || Date.parse(event.happenedAt ?? '') === Date.parse(happenedAt)),
  );
  if (isWritten) return;
  await mutate(
    shop,
    `mutation ($event: FulfillmentEventInput!) {
      fulfillmentEventCreate(fulfillmentEvent: $event) { userErrors { message } }
    }`,
    {
      event: {
        ...{ fulfillmentId: id, status, happenedAt },
        // Noon is the same date in most time zones.
        ...(estimatedDelivery !== null && {
          estimatedDeliveryAt: `${estimatedDelivery}T12:00:00Z`,
        }),
      },
    },
  );
}
