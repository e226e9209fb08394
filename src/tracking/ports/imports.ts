// Imports of shipments from files: begin one, and show how far it is.

export type { ImportRow, ReadImportRow, ShipmentImport } from '../imports/import.ts';
export {
  beginImport,
  IMPORT_PART_ROWS,
  importPart,
  OPEN_IMPORTS_MAX,
  showImport,
} from '../imports/imports.ts';
