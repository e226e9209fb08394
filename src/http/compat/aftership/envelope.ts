import type { Answer } from '../../kit/answer.ts';
import { AFTERSHIP, AFTERSHIP_PATH } from './refusal.ts';

/** The path below which AfterShip's API 2026-07 is offered. */
export const BASE = `${AFTERSHIP}${AFTERSHIP_PATH}`;

/** A response as AfterShip wraps it. */
export function envelope(status: 200 | 201, data: unknown): Answer {
  return { status, body: { meta: { code: status }, data } };
}

/** AfterShip's part of a list that says how to go on. */
export function pagination(total: number, nextCursor: string | null) {
  return { total, next_cursor: nextCursor, has_next_page: nextCursor !== null };
}
