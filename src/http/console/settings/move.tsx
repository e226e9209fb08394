import { numberFormat } from '../../../kernel/time/formatters.ts';
import { localeOf } from '../../../platform/messages/catalogue.ts';
import type { MoveProgress } from '../../compat/move/move-in.ts';
import type { ShownMove } from '../../compat/move/moves.ts';
import { READABLE_SERVICES, type ReadableService, SERVICE_NAMES } from '../../compat/services.ts';
import type { Route } from '../../kit/route.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import { Fault, Field, PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { Table } from '../kit/pieces.tsx';
import { languageFor, messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskPageProps } from '../kit/visit.ts';

const AT = '/console/move';

/** Moves a merchant's parcels here from another service, as `waybill move from` does. */
export function moveRoutes(deps: DeskDeps): readonly Route[] {
  const { moves } = deps;
  const render = async (call: DeskCall, fault: string | null = null) => {
    const move = await moves.find(call.tenant);
    return MovePage({ deps, call, move, fault });
  };
  return [
    deskPage(deps, 'readDeskMove', (call) => render(call)),
    deskForm(deps, 'moveFromDesk', async (call) => {
      const { form, note, tenant } = call;
      const words = messagesFor(call).desk.move;
      const service = READABLE_SERVICES.find((each) => each === form.get('service'));
      const key = (form.get('key') ?? '').trim();
      if (service === undefined || !KEY.test(key)) {
        return { invalid: await render(call, words.unfit) };
      }
      const isDryRun = form.get('dry_run') === 'on';
      if (!(await moves.start(tenant, { service, key, isDryRun }))) {
        return { invalid: await render(call, words.busy) };
      }
      await note(isDryRun ? `${service}, dry run` : service);
      return { seeOther: AT };
    }),
  ];
}

/** It is sent in a header. */
const KEY = /^[\x21-\x7e]{1,254}$/;

interface Props extends DeskPageProps {
  readonly move: ShownMove | null;
  readonly fault: string | null;
}

function MovePage({ deps, call, move, fault }: Props) {
  const words = messagesFor(call).desk.move;
  const { parcels } = messagesFor(call).desk.frame;
  return (
    <DeskLayout deps={deps} title={words.title} visitor={call.visitor} at={AT}>
      <PageHead title={words.title} lead={words.lead({ parcels: parcels[call.tenant.mode] })} />
      {move !== null && <Progress call={call} move={move} />}
      {fault !== null && <Fault>{fault}</Fault>}
      {move?.isRunning !== true && <StartForm of={move?.service ?? 'easypost'} />}
    </DeskLayout>
  );
}

function StartForm({ of: chosen }: { readonly of: ReadableService }) {
  const words = useMessages().desk.move;
  return (
    <PostForm to={AT} class="stack narrow card">
      <fieldset>
        <legend>{words.service}</legend>
        <div class="row">
          {READABLE_SERVICES.map((service) => (
            <label key={service} class="check">
              <input type="radio" name="service" value={service} checked={service === chosen} />{' '}
              {SERVICE_NAMES[service]}
            </label>
          ))}
        </div>
      </fieldset>
      <Field name="key" label={words.key} type="password" autocomplete="off" hint={words.keyHint} />
      <label class="check">
        <input type="checkbox" name="dry_run" /> {words.dryRun}
      </label>
      <button type="submit" class="primary">
        {words.start}
      </button>
    </PostForm>
  );
}

function Progress({ call, move }: { readonly call: DeskCall; readonly move: ShownMove }) {
  const { progress, isRunning, isDryRun, fault } = move;
  const words = messagesFor(call).desk.move;
  const numbers = numberFormat(localeOf(languageFor(call.request)));
  return (
    <section>
      <p class="notice" role="status" data-waits={isRunning ? '' : undefined}>
        {stateOf(move, words)} {fault !== null && words.faults[fault]}{' '}
        {isRunning && <a href={AT}>{words.refresh}</a>}
      </p>
      <dl class="facts">
        <dt>{isDryRun ? words.wouldMove : words.moved}</dt>
        <dd>{numbers.format(progress.moved)}</dd>
        <dt>{words.known}</dt>
        <dd>{numbers.format(progress.alreadyThere)}</dd>
        <dt>{words.refused}</dt>
        <dd>{numbers.format(progress.refusedCount)}</dd>
      </dl>
      <Named
        label={words.refusedParcels}
        of={progress.refused}
        count={progress.refusedCount}
        numbers={numbers}
      />
      <Named label={words.warnedParcels} of={progress.warnings} numbers={numbers} />
    </section>
  );
}

type Words = ReturnType<typeof messagesFor>['desk']['move'];

function stateOf({ service: id, isRunning, isDryRun, progress }: ShownMove, words: Words): string {
  const service = SERVICE_NAMES[id];
  if (isRunning) return isDryRun ? words.counting({ service }) : words.running({ service });
  if (!progress.isFinished) return words.cut({ service });
  return isDryRun ? words.counted({ service }) : words.finished({ service });
}

/** More rows than anybody reads make the page slow; `waybill move from --dry-run` lists them. */
const PARCELS_SHOWN = 100;

interface NamedProps {
  readonly label: string;
  readonly of: MoveProgress['refused'];
  /** Absent: all are in the list. */
  readonly count?: number;
  readonly numbers: Intl.NumberFormat;
}

function Named({ label, of, count: all = of.length, numbers }: NamedProps) {
  const words = useMessages().desk.move;
  if (of.length === 0) return null;
  const rows = of.slice(0, PARCELS_SHOWN);
  const [shown, count] = [numbers.format(rows.length), numbers.format(all)];
  return (
    <>
      <Table label={label} head={[words.id, words.reason]} stacks>
        {rows.map(({ id, reason }) => (
          <tr key={id}>
            <td class="wrap">
              <code>{id}</code>
            </td>
            <td class="wrap" lang="en">
              {reason}
            </td>
          </tr>
        ))}
      </Table>
      {rows.length < all && <p class="soft">{words.firstRefused({ shown, count })}</p>}
    </>
  );
}
