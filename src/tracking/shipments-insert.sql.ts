import { ATTRIBUTES, type AttributeSqlType } from '../events/shipment-attributes.ts';
import { type Queryable, together } from '../platform/database/database.ts';
import { arrayText, joinedJson, jsonArray, plainArray } from '../platform/database/plain-array.ts';
import { indexPeople } from './search/people-index.sql.ts';
import type { Shipment } from './shipment.ts';
import { dueOn } from './views/shown-estimate.ts';

type Column = readonly [
  name: string,
  /** Returns the SQL type of a parameter, given its place (`$7`). */
  type: (place: string) => string,
  values: (shipments: readonly Shipment[]) => unknown,
  /** Returns the SQL of the stored form of the value; absent if it is the value itself. */
  stored?: (value: string) => string,
];

const array = (type: string) => (place: string) => `${place}::${type}[]`;

/** A column for values that are never free text: an id, a number, a word of a closed set. */
function plain(
  name: string,
  type: string,
  of: (shipment: Shipment) => string | number | boolean | null,
): Column {
  return [name, array(type), (shipments) => plainArray(shipments, of)];
}

/** A column for a text from outside. */
function text(name: string, of: (shipment: Shipment) => string | null): Column {
  return [name, array('text'), (shipments) => shipments.map(of)];
}

/** A column of arrays, each sent as one text, because PostgreSQL would flatten nested arrays. */
function texts(name: string, of: (shipment: Shipment) => readonly string[] | null): Column {
  return [
    name,
    array('text'),
    (shipments) => shipments.map((each) => textOrNull(of(each))),
    (value) => `${value}::text[]`,
  ];
}

function textOrNull(items: readonly string[] | null): string | null {
  return items === null ? null : arrayText(items);
}

function json(name: string, of: (shipment: Shipment) => unknown): Column {
  return [name, jsonArray, (shipments) => joinedJson(shipments, of)];
}

function instant(name: string, of: (shipment: Shipment) => number | null): Column {
  return [
    name,
    array('float8'),
    (shipments) => plainArray(shipments, of),
    (value) => `to_timestamp(${value} / 1000.0)`,
  ];
}

function bytes(name: string, of: (shipment: Shipment) => Uint8Array | undefined): Column {
  return [
    name,
    array('text'),
    (shipments) =>
      shipments.map((each) => {
        const some = of(each);
        return some === undefined ? null : Buffer.from(some).toString('hex');
      }),
    (value) => `decode(${value}, 'hex')`,
  ];
}

const COLUMN_OF: Readonly<
  Record<AttributeSqlType, (name: string, of: (shipment: Shipment) => never) => Column>
> = {
  text,
  'text[]': texts,
  jsonb: json,
  integer: (name, of) => plain(name, 'int', of),
  date: (name, of) => [
    name,
    array('text'),
    (shipments) => shipments.map(of),
    (value) => `${value}::date`,
  ],
};

const COLUMNS: readonly Column[] = [
  plain('id', 'uuid', ({ id }) => id),
  plain('merchant_id', 'uuid', ({ merchantId }) => merchantId),
  plain('mode', 'text', ({ mode }) => mode),
  plain('shard', 'smallint', ({ shard }) => shard),
  text('carrier', ({ carrier }) => carrier),
  text('tracking_number', ({ trackingNumber }) => trackingNumber),
  text('carrier_piece_id', ({ carrierPieceId }) => carrierPieceId),
  instant('facts_from', ({ factsFromMs }) => factsFromMs),
  instant('facts_until', ({ factsUntilMs }) => factsUntilMs),
  ...ATTRIBUTES.map(({ name, column, sqlType }) =>
    COLUMN_OF[sqlType](column, (shipment) => shipment[name] as never),
  ),
  bytes('personal', ({ sealedPersonal }) => sealedPersonal?.content),
  bytes('data_key', ({ sealedPersonal }) => sealedPersonal?.dataKey),
  plain(
    'indexed',
    'bool',
    ({ sealedPersonal }) => sealedPersonal === null || sealedPersonal.hashes !== undefined,
  ),
  plain('status', 'text', ({ state }) => state.status),
  text('sub_status', ({ state }) => state.subStatus),
  plain('confirmed', 'bool', ({ state }) => state.confirmed),
  plain('steering', 'text', ({ state }) => state.steering),
  plain('is_returning', 'bool', ({ state }) => state.returning),
  json('estimated_delivery', ({ state }) => state.estimatedDelivery),
  json('predicted_delivery', ({ predicted }) => predicted),
  json('pieces', ({ state }) => state.pieces),
  instant('delivered_at', ({ state }) => state.deliveredAtMs),
  instant('last_event_at', ({ state }) => state.lastEventAtMs),
  text('event_zone', ({ state }) => state.eventZone),
  text('destination_zone', ({ destinationZone }) => destinationZone),
  text('destination_country', ({ destinationCountry }) => destinationCountry),
  [
    'due_on',
    array('text'),
    (shipments) => plainArray(shipments, dueOn),
    (value) => `${value}::date`,
  ],
  plain('expired', 'bool', ({ state }) => state.expired),
  plain('linked_from', 'uuid', ({ linkedFrom }) => linkedFrom),
  plain('link_depth', 'smallint', ({ linkDepth }) => linkDepth),
  plain('sequence', 'int', ({ sequence }) => sequence),
  instant('created_at', ({ createdAtMs }) => createdAtMs),
  instant('updated_at', ({ updatedAtMs }) => updatedAtMs),
];

const asItIs = (value: string): string => value;
/** The columns that `insertShipments` writes. */
export const INSERTED = COLUMNS.map(([name]) => name);

const TEXT = `
  insert into shipments (${INSERTED.join(', ')})
  select ${COLUMNS.map(([name, , , stored = asItIs]) => stored(`n.${name}`)).join(', ')}
  from unnest(${COLUMNS.map(([, type], index) => type(`$${index + 1}`)).join(', ')})
    as n(${INSERTED.join(', ')})`;

/** Inserts new shipments in their current state. */
export async function insertShipments(
  db: Queryable,
  shipments: readonly Shipment[],
): Promise<void> {
  if (shipments.length === 0) return;
  const values = COLUMNS.map(([, , of]) => of(shipments));
  await together([
    db.query({ name: 'insert_shipments', text: TEXT, values }),
    indexPeople(db, shipments),
  ]);
}
