import { iso, type ShipmentImport } from '../../../tracking/index.ts';
import { Instant, Table } from '../../console/parts/pieces.tsx';
import { DeskLayout } from '../parts/layout.tsx';
import type { DeskCall, DeskDeps } from '../visit.ts';

export const IMPORT_AT = '/console/import';

interface FormProps {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
}

export function ImportPage({ deps, call }: FormProps) {
  const { csrf } = call.visitor;
  return (
    <DeskLayout deps={deps} title="Import" visitor={call.visitor} at={IMPORT_AT}>
      <div class="narrow card">
        <h1>Import shipments</h1>
        <p class="lead">
          A CSV file of up to 100,000 rows, for {call.tenant.mode} parcels. Its first line names the
          columns; one of them holds the tracking number.
        </p>
        <form method="post" action={IMPORT_AT} enctype="multipart/form-data" class="stack">
          <input type="hidden" name="csrf" value={csrf} />
          <label for="file">File</label>
          <input id="file" name="file" type="file" accept=".csv,text/csv" required />
          <label class="check">
            <input type="checkbox" name="dry_run" value="yes" checked /> Dry run: check the file
            without registering anything
          </label>
          <button type="submit" class="primary">
            Send
          </button>
        </form>
        <p class="soft">
          Known columns: tracking_number, carrier, order_id, tags, recipient_name, recipient_email,
          recipient_phone, destination_country, destination_postal_code, metadata_… and the names
          that shops give them. A row with a mistake is rejected; the others are still imported.
        </p>
      </div>
    </DeskLayout>
  );
}

interface ReportProps extends FormProps {
  readonly found: ShipmentImport;
}

export function ImportReportPage({ deps, call, found }: ReportProps) {
  const { counts, errors, ignoredColumns, rows, dryRun, finishedAtMs, id } = found;
  const isDone = finishedAtMs !== null;
  return (
    <DeskLayout deps={deps} title="Import" visitor={call.visitor} at={IMPORT_AT}>
      <p class="crumbs">
        <a href={IMPORT_AT}>Import</a>
      </p>
      <h1>{dryRun ? 'What would happen' : 'What happened'}</h1>
      {!isDone && (
        <p class="notice" role="status">
          The file is still being read. <a href={`${IMPORT_AT}/${id}`}>Refresh</a>
        </p>
      )}
      <dl class="facts">
        <dt>Rows</dt>
        <dd>{rows}</dd>
        <dt>{dryRun ? 'Would be registered' : 'Registered'}</dt>
        <dd>{counts.created}</dd>
        <dt>Already known</dt>
        <dd>{counts.existing}</dd>
        <dt>Rejected</dt>
        <dd>{counts.rejected}</dd>
        {ignoredColumns.length > 0 && (
          <>
            <dt>Columns that were not read</dt>
            <dd class="wrap">{ignoredColumns.join(', ')}</dd>
          </>
        )}
        <dt>Sent</dt>
        <dd>
          <Instant at={iso(found.askedAtMs)} />
        </dd>
      </dl>
      {errors.length > 0 && (
        <Table label="Rejected rows" head={['Line', 'What is wrong and how to fix it']}>
          {errors.map(({ line, reason }) => (
            <tr key={line}>
              <td>{line}</td>
              <td class="wrap">{reason}</td>
            </tr>
          ))}
        </Table>
      )}
    </DeskLayout>
  );
}
