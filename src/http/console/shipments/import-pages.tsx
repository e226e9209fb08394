import { type CarrierAdapter, detectCarriers } from '../../../adapters/index.ts';
import { numberFormat } from '../../../kernel/time/formatters.ts';
import { localeOf } from '../../../platform/messages/catalogue.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import type { ShipmentImport } from '../../../tracking/ports/imports.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { FileField, PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { Instant, Table, Tag } from '../kit/pieces.tsx';
import { languageFor, messagesFor } from '../kit/spoken.tsx';
import type { DeskPageProps } from '../kit/visit.ts';
import { nameOfCarrier } from '../settings/carrier-form.tsx';
import { shipmentPathOf } from './list-page.tsx';

export const IMPORT_AT = '/console/import';

/** The one column that every file has: the carrier can be recognised by the number. */
const REQUIRED = 'tracking_number';

const NUMBER = '1Z12345E0205271688';

/**
 * The most common columns: what they hold, and a value of each, as in the sample file. Pure.
 *
 * @param carrier of the number.
 */
function columnsIn(
  { fields, parties, members, metadata }: Messages['desk']['import'],
  carrier: string,
) {
  return [
    [REQUIRED, fields.tracking_number, NUMBER],
    ['carrier', fields.carrier, carrier],
    ['order_id', fields.order_id, '1001'],
    ['promised_date', fields.promised_date, '2026-12-24'],
    ['tags', fields.tags, 'gift|fragile'],
    ['recipient_name', `${parties.recipient}: ${members.name}`, 'Anna Schmidt'],
    ['recipient_email', `${parties.recipient}: ${members.email}`, 'anna@example.com'],
    ['recipient_phone', `${parties.recipient}: ${members.phone}`, '+4930901820'],
    ['recipient_locale', `${parties.recipient}: ${members.locale}`, 'de'],
    ['destination_country', `${parties.destination}: ${members.country}`, 'DE'],
    ['destination_postal_code', `${parties.destination}: ${members.postal_code}`, '10115'],
    ['metadata_shop', metadata({ key: 'shop' }), 'berlin'],
  ] as const;
}

/** A text with the signs of a file set as code. */
const withCode = (text: string) =>
  text
    .split(/(metadata_…|\|)/)
    .map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part));

export function ImportPage({ deps, call }: DeskPageProps) {
  const words = messagesFor(call).desk.import;
  const { ownCouriers, parcels } = messagesFor(call).desk.frame;
  const [detected] = detectCarriers(deps.parts.adapters, NUMBER);
  const columns = columnsIn(words, detected?.carrier ?? '');
  const sample = [columns.map(([name]) => name), columns.map(([, , value]) => value)].join('\n');
  const ids = deps.parts.adapters.list().filter(({ bridge }) => bridge === undefined);
  const named = ({ manifest: { name, role } }: CarrierAdapter) =>
    role === 'own' ? `${name} (${ownCouriers})` : name;
  const notes: Readonly<Record<string, string>> = {
    ...words.notes,
    carrier: words.notes.carrier({ ids: ids.map(named).join(', ') }),
  };
  return (
    <DeskLayout deps={deps} title={words.title} visitor={call.visitor} at={IMPORT_AT}>
      <PageHead title={words.heading} lead={words.lead({ parcels: parcels[call.tenant.mode] })} />
      <PostForm to={IMPORT_AT} enctype="multipart/form-data" class="stack narrow card">
        <label for="file">{words.file}</label>
        <FileField accept=".csv,text/csv" />
        <div class="row">
          <button type="submit" class="primary">
            {words.send}
          </button>
          <a href={`data:text/csv,${encodeURIComponent(`${sample}\n`)}`} download="parcels.csv">
            {words.sample}
          </a>
        </div>
      </PostForm>
      <div class="text">
        <h2>{words.knownColumns}</h2>
        <p class="explains lead">{withCode(words.alsoKnown)}</p>
        <Table
          label={words.knownColumns}
          head={[words.column, words.field, words.values]}
          stacks="bare"
        >
          {columns.map(([column, holds, value]) => (
            <tr key={column}>
              <td>
                <code>{column}</code>{' '}
                {column === REQUIRED && <Tag tone="info">{words.required}</Tag>}
              </td>
              <td class="wrap">{withCode(holds)}</td>
              <td class="wrap">
                {column !== 'carrier' && <code class="wrap">{value}</code>}{' '}
                <span class="soft">{notes[column]}</span>
              </td>
            </tr>
          ))}
        </Table>
      </div>
    </DeskLayout>
  );
}

interface ReportProps extends DeskPageProps {
  readonly found: ShipmentImport;
  /** The file of a dry run, which can still be imported; null: none. */
  readonly draftId: string | null;
}

export function ImportReportPage({ deps, call, found, draftId }: ReportProps) {
  const { counts, errors, warnings, imported, ignoredColumns, rows, dryRun, finishedAtMs, id } =
    found;
  const isDone = finishedAtMs !== null;
  const words = messagesFor(call).desk.import;
  const language = languageFor(call.request);
  const numbers = numberFormat(localeOf(language));
  return (
    <DeskLayout deps={deps} title={words.title} visitor={call.visitor} at={IMPORT_AT}>
      <PageHead
        title={dryRun ? words.wouldHappen : words.happened}
        above={[[IMPORT_AT, words.title]]}
      />
      {!isDone && (
        <p class="notice" role="status" data-waits="">
          {words.stillRead}{' '}
          <a href={`${IMPORT_AT}/${id}${draftId === null ? '' : `?draft=${draftId}`}`}>
            {words.refresh}
          </a>
        </p>
      )}
      {isDone && draftId !== null && (
        <p>
          <a class="button primary" href={`${IMPORT_AT}/${draftId}`}>
            {words.goOn}
          </a>
        </p>
      )}
      <dl class="facts">
        <dt>{words.rows}</dt>
        <dd>{numbers.format(rows)}</dd>
        <dt>{dryRun ? words.wouldRegister : words.registered}</dt>
        <dd>{numbers.format(counts.created)}</dd>
        <dt>{words.known}</dt>
        <dd>{numbers.format(counts.existing)}</dd>
        <dt>{words.rejected}</dt>
        <dd>{numbers.format(counts.rejected)}</dd>
        {ignoredColumns.length > 0 && (
          <>
            <dt>{words.notRead}</dt>
            <dd class="wrap">{ignoredColumns.join(', ')}</dd>
          </>
        )}
        <dt>{words.sent}</dt>
        <dd>
          <Instant at={iso(found.requestedAtMs)} />
        </dd>
      </dl>
      {imported.length > 0 && (
        <>
          <h2>
            {imported.length < counts.created + counts.existing
              ? words.firstParcels({
                  named: imported.length,
                  all: counts.created + counts.existing,
                })
              : words.allParcels}
          </h2>
          <Table
            label={words.imported}
            head={[words.line, words.number, words.carrier, words.outcome]}
            stacks
          >
            {imported.map(({ line, shipmentId, carrier, trackingNumber, created }) => (
              <tr key={`${line} ${shipmentId}`}>
                <td>{line}</td>
                <td class="wrap">
                  <a href={shipmentPathOf(shipmentId)}>
                    <code>{trackingNumber}</code>
                  </a>
                </td>
                <td>{nameOfCarrier(deps, carrier)}</td>
                <td>{created ? words.registered : words.known}</td>
              </tr>
            ))}
          </Table>
        </>
      )}
      <Rows label={words.rejectedRows} rows={errors} />
      <Rows label={words.warnedRows} rows={warnings} />
    </DeskLayout>
  );
}

function Rows({
  label,
  rows,
}: {
  readonly label: string;
  readonly rows: ShipmentImport['errors'];
}) {
  const words = useMessages().desk.import;
  if (rows.length === 0) return null;
  return (
    <Table label={label} head={[words.line, words.wrong]}>
      {rows.map(({ line, reason }) => (
        <tr key={line}>
          <td>{line}</td>
          <td class="wrap" lang="en">
            {reason}
          </td>
        </tr>
      ))}
    </Table>
  );
}
