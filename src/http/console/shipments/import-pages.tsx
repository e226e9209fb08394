import { localeOf } from '../../../platform/messages/catalogue.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import type { ShipmentImport } from '../../../tracking/ports/imports.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { FileField, PostForm } from '../kit/fields.tsx';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { Instant, Table, Tag } from '../kit/pieces.tsx';
import { languageFor, messagesFor } from '../kit/spoken.tsx';
import type { DeskPageProps } from '../kit/visit.ts';
import { nameOfCarrier } from '../settings/carrier-form.tsx';
import { shipmentPathOf } from './list-page.tsx';

export const IMPORT_AT = '/console/import';

/** The one column that every file has: the carrier can be recognised by the number. */
const REQUIRED = 'tracking_number';
const SAMPLE = `tracking_number,order_id,recipient_name,recipient_email,destination_country
1Z12345E0205271688,1001,Anna Schmidt,anna@example.com,DE
1Z999AA10123456784,1002,Juan Pérez,juan@example.com,ES
`;

/** The most common columns, and what they hold. Pure. */
function columnsIn({ fields, parties, members, metadata }: Messages['desk']['import']) {
  return [
    [REQUIRED, fields.tracking_number],
    ['carrier', fields.carrier],
    ['order_id', fields.order_id],
    ['tags', fields.tags],
    ['recipient_name', `${parties.recipient}: ${members.name}`],
    ['recipient_email', `${parties.recipient}: ${members.email}`],
    ['recipient_phone', `${parties.recipient}: ${members.phone}`],
    ['destination_country', `${parties.destination}: ${members.country}`],
    ['destination_postal_code', `${parties.destination}: ${members.postal_code}`],
    ['metadata_…', metadata({ key: '…' })],
  ] as const;
}

export function ImportPage({ deps, call }: DeskPageProps) {
  const words = messagesFor(call).desk.import;
  const { parcels } = messagesFor(call).desk.frame;
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
          <a href={`data:text/csv,${encodeURIComponent(SAMPLE)}`} download="parcels.csv">
            {words.sample}
          </a>
        </div>
      </PostForm>
      <div class="text">
        <h2>{words.knownColumns}</h2>
        <p class="explains lead">{words.alsoKnown}</p>
        <Table label={words.knownColumns} head={[words.column, words.field]} stacks="bare">
          {columnsIn(words).map(([column, holds]) => (
            <tr key={column}>
              <td>
                <code>{column}</code>{' '}
                {column === REQUIRED && <Tag tone="info">{words.required}</Tag>}
              </td>
              <td class="wrap">{holds}</td>
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
  const { counts, errors, imported, ignoredColumns, rows, dryRun, finishedAtMs, id } = found;
  const isDone = finishedAtMs !== null;
  const words = messagesFor(call).desk.import;
  const language = languageFor(call.request);
  const numbers = new Intl.NumberFormat(localeOf(language));
  return (
    <DeskLayout deps={deps} title={words.title} visitor={call.visitor} at={IMPORT_AT}>
      <PageHead
        title={dryRun ? words.wouldHappen : words.happened}
        above={[[IMPORT_AT, words.title]]}
      />
      {!isDone && (
        <p class="notice" role="status">
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
              <tr key={line}>
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
      {errors.length > 0 && (
        <Table label={words.rejectedRows} head={[words.line, words.wrong]}>
          {errors.map(({ line, reason }) => (
            <tr key={line}>
              <td>{line}</td>
              <td class="wrap" lang="en">
                {reason}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </DeskLayout>
  );
}
