import {
  isRecord,
  looseCode,
  looseList,
  looseText,
  looseWritten,
  parseJsonOrNull,
} from '../../../kernel/wire/loose.ts';
import type { ShopParcel } from '../../contract.ts';
import { type Meta, trackingItem, type WooOrder } from './schema.ts';

/**
 * Where plug-ins write numbers, in the order in which they are believed. `items` is a list, also as
 * JSON, of an order or of one of its items; `number` is one number, with its carrier beside it. Their
 * public sources are in docs/shops-research.md (read 2026-12-01).
 */
const PLACES: readonly Place[] = [
  // Shipment Tracking, Advanced Shipment Tracking.
  { items: '_wc_shipment_tracking_items' },
  // AfterShip, and what its older versions wrote.
  { items: '_aftership_tracking_items' },
  { number: '_aftership_tracking_number', carriers: ['_aftership_tracking_provider_name'] },
  // Order Shipment Tracking.
  { items: '_ost_tracking_items' },
  // Orders Tracking by VillaTheme.
  { items: '_vi_wot_order_item_tracking_data' },
  { items: '_vi_wot_order_item_tracking_data_by_quantity' },
  // YITH Order Tracking.
  { number: 'ywot_tracking_code', carriers: ['ywot_carrier_name', 'ywot_carrier_id'] },
  // Labels of WooCommerce Shipping, and of WooCommerce Shipping & Tax before it.
  { items: 'wcshipping_labels' },
  { items: 'wc_connect_labels' },
  // Themes, and small plug-ins without a list.
  { number: '_tracking_number', carriers: ['_tracking_provider', '_shipping_provider'] },
];

type Place =
  | { readonly items: string }
  | { readonly number: string; readonly carriers: readonly string[] };

/** The language of the customer: WPML, Weglot, TranslatePress; Polylang writes it as `lang`. */
const LANGUAGES = ['wpml_language', 'weglot_language', 'trp_language'];

const PARCELS_MAX = 200;
const trackingItems = looseList(trackingItem, PARCELS_MAX);

/** Returns the parcels that plug-ins wrote beside an order, each number once. Pure and total. */
export function pluginParcels({ meta_data, line_items }: WooOrder): ShopParcel[] {
  const lists = [meta_data, ...line_items.map((item) => item?.meta_data ?? [])];
  const places = [...PLACES, ...lists.flat().flatMap(likePlaces)];
  const parcels = new Map<string, ShopParcel>();
  for (const place of places) {
    for (const parcel of lists.flatMap((metas) => parcelsAt(place, metas))) {
      const same = parcel.trackingNumber.replace(/[\s-]/g, '').toUpperCase();
      // The first place that names the carrier decides: plug-ins copy each other's numbers.
      if (parcels.get(same)?.carrier == null) {
        parcels.set(same, { ...parcel, ...known(parcels.get(same)), carrier: parcel.carrier });
      }
    }
  }
  return [...parcels.values()].slice(0, PARCELS_MAX);
}

export function customerLanguage({ lang, meta_data }: WooOrder): string | null {
  const written = LANGUAGES.map((key) => metaValue(meta_data, key));
  return [lang, ...written].map((each) => looseCode.parse(each)).find(Boolean) ?? null;
}

function known(parcel: ShopParcel | undefined): Partial<ShopParcel> {
  if (parcel === undefined) return {};
  return parcel.shippedAtMs === null ? { trackingNumber: parcel.trackingNumber } : parcel;
}

function parcelsAt(place: Place, metas: readonly (Meta | null)[]): ShopParcel[] {
  if ('items' in place) return listed(metaValue(metas, place.items));
  const trackingNumber = looseWritten.parse(metaValue(metas, place.number));
  if (trackingNumber === undefined) return [];
  const carriers = place.carriers.map((key) => looseText.parse(metaValue(metas, key)));
  return [{ trackingNumber, carrier: carriers.find(Boolean) ?? null, shippedAtMs: null }];
}

/** After a deletion, older plug-ins leave gaps in the list, and JSON then shows an object. */
function listed(written: unknown): ShopParcel[] {
  const value = typeof written === 'string' ? parseJsonOrNull(written)?.value : written;
  const isOne = isRecord(value) && Object.values(value).every((each) => !isRecord(each));
  const list = isRecord(value) && !isOne ? Object.values(value) : value;
  return trackingItems.parse(list).flatMap((item) => {
    const trackingNumber = item?.tracking_number ?? item?.tracking ?? item?.tracking_code;
    // A label that failed, or whose price was paid back, is on no parcel.
    if (!item || trackingNumber === undefined || item.error || item.refund) return [];
    const carrier =
      item.tracking_provider ??
      item.custom_tracking_provider ??
      item.carrier_name ??
      item.slug ??
      item.carrier_slug ??
      item.carrier_id ??
      item.carrier ??
      null;
    return [{ trackingNumber, carrier, shippedAtMs: instantOf(item.date_shipped ?? item.time) }];
  });
}

/** Unix seconds, or a day. */
function instantOf(written: string | undefined): number | null {
  const atMs = /^\d+$/.test(written ?? '') ? Number(written) * 1_000 : Date.parse(written ?? '');
  return atMs > 0 ? atMs : null;
}

const LISTED = new Set(PLACES.map((place) => ('items' in place ? place.items : place.number)));
/** Keys of plug-ins that no table lists; a link, or the number of a return, is another matter. */
const LIKE_ITEMS = /track(?:ing)?(?:_|-)?(?:items|data|info|details|numbers|codes)$/i;
const LIKE_NUMBER = /^(.*?)(?:tracking|consignment|shipment|awb)[_-]?(?:number|no|nr|code)$/i;
const NO_DELIVERY = /return|refund|rma|cancel/i;
/** What such a key may hold: at least eight characters, five of them digits. */
const LIKE_VALUE = /^(?=(?:\D*\d){5})[A-Z\d](?:[\s,;|/-]*[A-Z\d]){7,200}$/i;

function likePlaces(meta: Meta | null): Place[] {
  if (meta === null || LISTED.has(meta.key) || NO_DELIVERY.test(meta.key)) return [];
  if (LIKE_ITEMS.test(meta.key)) return [{ items: meta.key }];
  const prefix = LIKE_NUMBER.exec(meta.key)?.[1];
  if (prefix === undefined || !LIKE_VALUE.test(looseText.parse(meta.value) ?? '')) return [];
  const words = ['provider', 'carrier', 'courier', 'company'];
  const names = ['', 'tracking_', 'shipping_'].flatMap((before) =>
    words.flatMap((word) => [`${before}${word}_name`, `${before}${word}`, `${before}${word}_id`]),
  );
  return [{ number: meta.key, carriers: names.map((name) => `${prefix}${name}`) }];
}

function metaValue(metas: readonly (Meta | null)[], key: string): unknown {
  return metas.find((meta) => meta?.key === key)?.value;
}
