import type { Mistake } from './mistake.ts';

/** An API request that is wrong in one place. */
export interface ApiMistake extends Mistake {
  /** `POST /v1/shipments`. `{id}` is a shipment's. */
  readonly to: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: a key with all scopes. */
  readonly as?: 'reader' | 'nobody';
  readonly status: number;
}

const SHIPMENTS = 'POST /v1/shipments';
const ups = { tracking_number: '1Z999AA10123456784', carrier: 'ups' };
const hook = { url: 'https://shop.example/hooks' };

/** Bodies: what a program sends. */
const BODIES: readonly ApiMistake[] = [
  {
    ...{ what: 'a body that ends too early', to: SHIPMENTS, body: '{"tracking_number": "1Z' },
    ...{ status: 400, where: /JSON/, mend: /one UTF-8 encoded JSON value/ },
  },
  {
    ...{ what: 'a comma too many', to: SHIPMENTS, body: '{"tracking_number": "1Z9",}' },
    ...{ status: 400, where: /JSON/, mend: /one UTF-8 encoded JSON value/ },
  },
  {
    ...{ what: 'no body', to: SHIPMENTS, body: '' },
    ...{ status: 400, where: /JSON|body/, mend: /JSON/ },
  },
  {
    ...{ what: 'a list where an object belongs', to: SHIPMENTS, body: [ups] },
    ...{ status: 422, where: /^$|list/, mend: /an object/ },
  },
  {
    ...{ what: 'a body of a megabyte more', to: SHIPMENTS, body: `"${'x'.repeat(2_097_152)}"` },
    ...{ status: 413, where: /\d/, mend: /at most/ },
  },
  {
    ...{ what: 'a form as a body', to: SHIPMENTS, body: 'tracking_number=1' },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    ...{ status: 415, where: /content.type|form/i, mend: /application\/json/ },
  },
  {
    ...{ what: 'a body that is squeezed', to: SHIPMENTS, body: '{}' },
    headers: { 'content-encoding': 'gzip' },
    ...{ status: 415, where: /encoding|gzip/i, mend: /without content encoding/ },
  },
  {
    ...{ what: 'no number', to: SHIPMENTS, body: { carrier: 'ups' } },
    ...{ status: 422, where: /tracking_number/, mend: /Send|number/ },
  },
  {
    ...{ what: 'a number as a number', to: SHIPMENTS, body: { ...ups, tracking_number: 12345 } },
    ...{ status: 422, where: /^\/tracking_number/, mend: /a text/ },
  },
  {
    ...{ what: 'a blank number', to: SHIPMENTS, body: { ...ups, tracking_number: '  ' } },
    ...{ status: 422, where: /^\/tracking_number/, mend: /[Ss]end/ },
  },
  {
    ...{ what: 'a misspelt member', to: SHIPMENTS, body: { ...ups, trackingNumber: '1' } },
    ...{ status: 422, where: /^\/trackingNumber/, mend: /Correct its name or remove it/ },
  },
  {
    ...{ what: 'a misspelt carrier', to: SHIPMENTS, body: { ...ups, carrier: 'usp' } },
    ...{ status: 422, where: /carrier/, mend: /GET \/v1\/carriers|one of/ },
  },
  {
    ...{ what: 'a number of no carrier', to: SHIPMENTS, body: { tracking_number: '?!' } },
    ...{ status: 422, where: /number/, mend: /Check the number|Send/ },
  },
  {
    ...{ what: 'an address that is not an address', to: SHIPMENTS },
    body: { ...ups, recipient: { email: 'ada at example' } },
    ...{ status: 422, where: /^\/recipient\/email/, mend: /[Ss]end|address/ },
  },
  {
    ...{ what: 'a country in full', to: SHIPMENTS },
    body: { ...ups, destination: { country: 'Germany' } },
    ...{ status: 422, where: /^\/destination\/country/, mend: /ISO|two/ },
  },
  {
    ...{ what: 'a latitude of 123', to: SHIPMENTS },
    body: { ...ups, destination: { country: 'DE', lat: 123, lng: 1 } },
    ...{ status: 422, where: /^\/destination\/lat/, mend: /90/ },
  },
  {
    ...{ what: 'a date as it is written at home', to: SHIPMENTS },
    body: { ...ups, promised_date: '24.12.2026' },
    ...{ status: 422, where: /^\/promised_date/, mend: /\d{4}-\d{2}-\d{2}|YYYY/ },
  },
  {
    ...{ what: 'a day that does not exist', to: SHIPMENTS },
    body: { ...ups, promised_date: '2026-02-30' },
    ...{ status: 422, where: /^\/promised_date/, mend: /\d{4}-\d{2}-\d{2}|YYYY/ },
  },
  {
    ...{ what: 'a weight with its unit', to: SHIPMENTS, body: { ...ups, weight_g: '2 kg' } },
    ...{ status: 422, where: /^\/weight_g/, mend: /number/ },
  },
  {
    ...{ what: 'a weight below nothing', to: SHIPMENTS, body: { ...ups, weight_g: -5 } },
    ...{ status: 422, where: /^\/weight_g/, mend: /Send (?:0|1|more than 0)/ },
  },
  {
    ...{ what: 'one tag as a text', to: SHIPMENTS, body: { ...ups, tags: 'gift' } },
    ...{ status: 422, where: /^\/tags/, mend: /a list/ },
  },
  {
    ...{ what: 'metadata within metadata', to: SHIPMENTS },
    body: { ...ups, metadata: { shop: { city: 'berlin' } } },
    ...{ status: 422, where: /^\/metadata\/shop/, mend: /text|number/ },
  },
  {
    ...{ what: 'an order id with a line break', to: SHIPMENTS, body: { ...ups, order_id: 'a\nb' } },
    ...{ status: 422, where: /^\/order_id/, mend: /one line|line break|control/ },
  },
  {
    ...{ what: 'one of a batch that is wrong', to: 'POST /v1/shipments/batch' },
    body: { shipments: 'none' },
    ...{ status: 422, where: /an object/, mend: /shipments is a list/ },
  },
  {
    ...{ what: 'a status that there is not', to: 'POST /v1/shipments/{id}/status' },
    body: { status: 'shipped' },
    ...{ status: 422, where: /^\/status/, mend: /in_transit/ },
  },
  {
    ...{ what: 'a change of what cannot be changed', to: 'PATCH /v1/shipments/{id}' },
    body: { status: 'delivered' },
    ...{ status: 422, where: /^\/status/, mend: /remove it/ },
  },
  {
    ...{ what: 'a webhook to the office', to: 'POST /v1/webhook-endpoints' },
    body: { url: 'https://192.168.1.20/hooks' },
    ...{ status: 422, where: /^\/url/, mend: /public|internet|allow/i },
  },
  {
    ...{ what: 'a webhook without https', to: 'POST /v1/webhook-endpoints' },
    body: { url: 'shop.example/hooks' },
    ...{ status: 422, where: /^\/url/, mend: /https/ },
  },
  {
    ...{ what: 'an event that there is not', to: 'POST /v1/webhook-endpoints' },
    body: { ...hook, events: ['parcel.delivered'] },
    ...{ status: 422, where: /^\/events\/0/, mend: /shipment/ },
  },
  {
    ...{ what: 'a scope that there is not', to: 'POST /v1/api-keys' },
    body: { name: 'shop', scopes: ['shipments:all'] },
    ...{ status: 422, where: /^\/scopes\/0/, mend: /shipments:read/ },
  },
  {
    ...{ what: 'a colour by its name', to: 'PUT /v1/branding', body: { color: 'dark blue' } },
    ...{ status: 422, where: /^\/color/, mend: /#/ },
  },
  {
    ...{ what: 'an account of a carrier that there is not', to: 'POST /v1/carrier-accounts' },
    body: { carrier: 'usp', label: 'main', credentials: { key: 'x' } },
    ...{ status: 422, where: /carrier/, mend: /GET \/v1\/carriers|one of/ },
  },
  {
    ...{ what: 'a vehicle that there is not', to: 'POST /v1/couriers' },
    body: { name: 'Ada', vehicle: 'rocket' },
    ...{ status: 422, where: /^\/vehicle/, mend: /van/ },
  },
];

/** Addresses and queries. */
const QUERIES: readonly ApiMistake[] = [
  {
    ...{ what: 'a page of nothing', to: 'GET /v1/shipments?limit=0' },
    ...{ status: 422, where: /^\?limit/, mend: /1/ },
  },
  {
    ...{ what: 'a page of too much', to: 'GET /v1/shipments?limit=100000' },
    ...{ status: 422, where: /^\?limit/, mend: /200/ },
  },
  {
    ...{ what: 'a word for a number', to: 'GET /v1/shipments?limit=all' },
    ...{ status: 422, where: /^\?limit/, mend: /number/ },
  },
  {
    ...{ what: 'a cursor of somebody’s own', to: 'GET /v1/shipments?cursor=2' },
    ...{ status: 422, where: /^\?cursor/, mend: /next_cursor/ },
  },
  {
    ...{ what: 'a misspelt filter', to: 'GET /v1/shipments?statuss=delivered' },
    ...{ status: 422, where: /^\?statuss/, mend: /Correct its name or remove it/ },
  },
  {
    ...{ what: 'a filter by a status that there is not', to: 'GET /v1/shipments?status=lost' },
    ...{ status: 422, where: /^\?status/, mend: /in_transit/ },
  },
  {
    ...{ what: 'an order that there is not', to: 'GET /v1/shipments?sort=status' },
    ...{ status: 422, where: /^\?sort/, mend: /-updated_at/ },
  },
  {
    ...{ what: 'a time in words', to: 'GET /v1/shipments?updated_after=yesterday' },
    ...{ status: 422, where: /^\?updated_after/, mend: /\d{4}-\d{2}-\d{2}T|RFC 3339|ISO/ },
  },
  {
    ...{
      what: 'a time without its zone',
      to: 'GET /v1/shipments?updated_after=2026-03-01T10:00:00',
    },
    ...{ status: 422, where: /^\?updated_after/, mend: /Z|offset|zone/ },
  },
  {
    ...{ what: 'the same filter twice', to: 'GET /v1/shipments?tag=a&tag=b' },
    ...{ status: 422, where: /tag/, mend: /once|one/ },
  },
  {
    ...{ what: 'a filter by a carrier that there is not', to: 'GET /v1/shipments?carrier=usp' },
    ...{ status: 422, where: /carrier/, mend: /GET \/v1\/carriers|one of/ },
  },
  {
    ...{
      what: 'days in the wrong order',
      to: 'GET /v1/edd/accuracy?from=2026-03-02&to=2026-03-01',
    },
    ...{ status: 422, where: /^\?(?:from|to)/, mend: /from|to|before|after/ },
  },
  {
    ...{ what: 'a number where an id belongs', to: 'GET /v1/shipments/1Z999AA10123456784' },
    ...{ status: 404, where: /shipment/, mend: /id/ },
  },
  {
    ...{ what: 'a path that leads to nothing', to: 'GET /v1/shipment' },
    ...{ status: 404, where: /path/, mend: /openapi\.json|\/docs/ },
  },
  {
    ...{ what: 'a path that takes another method', to: 'DELETE /v1/shipments' },
    ...{ status: 405, where: /DELETE|method/i, mend: /Allow/ },
  },
  {
    ...{ what: 'an escape that is none', to: 'GET /v1/shipments/%E0%A4%A' },
    ...{ status: 400, where: /path|address|escape/i, mend: /encoding/ },
  },
];

/** Headers and keys. */
const HEADERS: readonly ApiMistake[] = [
  {
    ...{ what: 'no key', to: 'GET /v1/shipments', as: 'nobody' },
    ...{ status: 401, where: /key/i, mend: /Authorization: Bearer/ },
  },
  {
    ...{ what: 'a key without the word Bearer', to: 'GET /v1/shipments', as: 'nobody' },
    headers: { authorization: 'wb_test_abc' },
    ...{ status: 401, where: /key|Authorization/i, mend: /Authorization: Bearer/ },
  },
  {
    ...{ what: 'a key with a letter too few', to: 'GET /v1/shipments', as: 'nobody' },
    headers: { authorization: 'Bearer wb_test_abcdefghijklmnopqrstuvwxyz0123456789' },
    ...{ status: 401, where: /key/i, mend: /Bearer/ },
  },
  {
    ...{ what: 'a key that may only read', to: SHIPMENTS, body: ups, as: 'reader' },
    ...{ status: 403, where: /shipments:write/, mend: /scope/ },
  },
  {
    ...{ what: 'an idempotency key as long as a letter', to: SHIPMENTS, body: ups },
    headers: { 'idempotency-key': 'x'.repeat(2_000) },
    ...{ status: 422, where: /Idempotency-Key/i, mend: /UUID/ },
  },
  {
    ...{ what: 'an idempotency key of another request', to: SHIPMENTS },
    ...{ body: { ...ups, tracking_number: '1Z999AA10123456793' } },
    headers: { 'idempotency-key': 'used-before' },
    ...{ status: 409, where: /Idempotency-Key/i, mend: /fresh key/ },
  },
  {
    ...{ what: 'a version that is not the newest', to: 'PUT /v1/branding', body: { name: 'Shop' } },
    headers: { 'if-match': '"stale"' },
    ...{ status: 412, where: /changed since.*If-Match/, mend: /ETag|If-Match/ },
  },
  {
    ...{ what: 'an import as JSON', to: 'POST /v1/shipments/import', body: { rows: [] } },
    ...{ status: 415, where: /content.type|json/i, mend: /text\/csv/ },
  },
];

export const API_MISTAKES: readonly ApiMistake[] = [...BODIES, ...QUERIES, ...HEADERS];
