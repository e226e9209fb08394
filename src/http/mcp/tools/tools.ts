import { carrierPerformance, listExceptions } from './read-figures.ts';
import { estimateDelivery, explainStatus, findParcels, getParcel } from './read-parcels.ts';
import type { Tool } from './tool.ts';
import { draftMessage, registerParcel, workCase } from './write.ts';

/** Every tool, in the order in which assistants see them. */
export const TOOLS: readonly Tool[] = [
  findParcels,
  getParcel,
  explainStatus,
  listExceptions,
  estimateDelivery,
  carrierPerformance,
  registerParcel,
  draftMessage,
  workCase,
];
