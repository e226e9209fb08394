// Shipments and history that come from elsewhere: files, and other services.

export type { ImportDraft, ImportRow, ReadImportRow, ShipmentImport } from '../imports/import.ts';
export {
  beginImport,
  IMPORT_PART_ROWS,
  importPart,
  OPEN_IMPORTS_MAX,
  showDraft,
  showImport,
  startDraft,
} from '../imports/imports.ts';
export {
  type ImportedReport,
  recordImported,
  withoutNotifications,
} from '../record/record-imported.ts';
