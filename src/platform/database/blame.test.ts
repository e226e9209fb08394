import { describe, expect, it } from 'vitest';
import { type Blame, blameOf, isDatabaseUnavailable } from './database-errors.ts';

const failed = (code: string, more: object = {}): Error =>
  Object.assign(new Error('it failed'), { code, ...more });

/** At least one SQLSTATE of each class that can occur, then errors with other codes or none. */
const TABLE: readonly (readonly [string, unknown, Blame])[] = [
  ['08000 connection', failed('08000'), 'unavailable'],
  ['08006 connection broke', failed('08006'), 'unavailable'],
  ['08P01 protocol', failed('08P01'), 'unavailable'],
  ['0A000 a plan of columns that are others now', failed('0A000'), 'machine'],
  ['21000 more rows than one', failed('21000'), 'entry'],
  ['22001 too long', failed('22001'), 'entry'],
  ['22P02 value that does not fit', failed('22P02'), 'entry'],
  ['22P05 character without a place', failed('22P05'), 'entry'],
  ['23502 not null', failed('23502'), 'entry'],
  ['23505 there already', failed('23505'), 'entry'],
  ['23514 broken constraint', failed('23514'), 'entry'],
  ['25006 read-only: a standby', failed('25006'), 'unavailable'],
  ['25P02 after a failure', failed('25P02'), 'machine'],
  ['26000 no such prepared statement', failed('26000'), 'machine'],
  ['28P01 login', failed('28P01'), 'machine'],
  ['3D000 no such database', failed('3D000'), 'machine'],
  ['40001 serialization', failed('40001'), 'conflict'],
  ['40P01 deadlock', failed('40P01'), 'conflict'],
  ['42501 not allowed', failed('42501'), 'entry'],
  ['42601 syntax', failed('42601'), 'entry'],
  ['42P01 no such table', failed('42P01'), 'entry'],
  ['44000 check option', failed('44000'), 'entry'],
  ['53100 disk full', failed('53100'), 'unavailable'],
  ['53200 out of memory', failed('53200'), 'unavailable'],
  ['53300 too many connections', failed('53300'), 'unavailable'],
  ['54000 beyond a limit', failed('54000'), 'entry'],
  ['54001 too complex', failed('54001'), 'entry'],
  ['55006 in use', failed('55006'), 'conflict'],
  ['55P03 lock not to be had', failed('55P03'), 'conflict'],
  ['57014 cancelled', failed('57014'), 'machine'],
  ['an answer that did not come', new Error('Query read timeout'), 'unavailable'],
  ['57P01 shut down', failed('57P01'), 'unavailable'],
  ['57P02 crashed', failed('57P02'), 'unavailable'],
  ['57P03 starting', failed('57P03'), 'unavailable'],
  ['57P04 database dropped', failed('57P04'), 'machine'],
  ['58030 I/O', failed('58030'), 'machine'],
  ['58P01 file not there', failed('58P01'), 'machine'],
  ['F0000 configuration', failed('F0000'), 'machine'],
  ['P0001 raised by a function', failed('P0001'), 'entry'],
  ['XX000 internal', failed('XX000'), 'machine'],
  ['XX001 corrupted', failed('XX001'), 'machine'],
  ['ECONNREFUSED', failed('ECONNREFUSED'), 'unavailable'],
  ['ECONNRESET', failed('ECONNRESET'), 'unavailable'],
  ['EPIPE', failed('EPIPE'), 'unavailable'],
  ['ETIMEDOUT', failed('ETIMEDOUT'), 'unavailable'],
  ['EAI_AGAIN', failed('EAI_AGAIN'), 'unavailable'],
  ['no socket', failed('ENOENT', { syscall: 'connect' }), 'unavailable'],
  ['no file that an entry names', failed('ENOENT', { syscall: 'open' }), 'entry'],
  ['a disk that is full', failed('ENOSPC'), 'machine'],
  ['too many open files', failed('EMFILE'), 'machine'],
  ['a connection that ended', new Error('Connection terminated unexpectedly'), 'unavailable'],
  ['no connection in time', new Error('timeout exceeded when trying to connect'), 'unavailable'],
  ['a code of somebody else', failed('ERR_INVALID_ARG_TYPE'), 'entry'],
  ['a code that is not text', Object.assign(new Error('odd'), { code: 23_505 }), 'entry'],
  ['a bug', new TypeError('x is not a function'), 'entry'],
  ['a text', '57P01', 'entry'],
  ['nothing', undefined, 'entry'],
];

describe('blame', () => {
  it.each(TABLE)('for %s', (_, error, blame) => {
    expect(blameOf(error)).toBe(blame);
  });

  it('decides whether the database is available', () => {
    for (const [, error, blame] of TABLE) {
      expect(isDatabaseUnavailable(error)).toBe(blame === 'unavailable');
    }
  });
});
