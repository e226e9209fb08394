import { carrierTerms } from '../../../adapters/index.ts';
import { periodsOf } from '../../../platform/settings/retention.ts';
import type { Route } from '../../kit/route.ts';
import { deskPage } from '../kit/desk-route.ts';
import { DeskLayout } from '../kit/layout.tsx';
import { Table } from '../kit/pieces.tsx';
import { messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { nameOfCarrier } from './carrier-form.ts';

const DAY_MS = 86_400_000;

/** Retention periods, set by the installation. */
export function retentionRoutes(deps: DeskDeps): readonly Route[] {
  return [deskPage(deps, 'readDeskRetention', async (call) => RetentionPage({ deps, call }))];
}

function RetentionPage({ deps, call }: { readonly deps: DeskDeps; readonly call: DeskCall }) {
  const words = messagesFor(call).desk.retention;
  const { retention, adapters } = deps.parts;
  const terms = carrierTerms(adapters.list(), retention);
  const inDays = (ms: number) => words.days({ days: Math.round(ms / DAY_MS) });
  return (
    <DeskLayout {...{ deps, visitor: call.visitor }} title={words.title} at="/console/retention">
      <h1>{words.title}</h1>
      <p class="lead">{words.lead}</p>
      <Table label={words.title} head={[words.what, words.howLong]}>
        {periodsOf(retention).map(([kind, ms]) => (
          <tr key={kind}>
            <td class="wrap">{words.kinds[kind]}</td>
            <td>{inDays(ms)}</td>
          </tr>
        ))}
        {terms.map(({ carrier, retentionMs }) => (
          <tr key={carrier}>
            <td class="wrap">{words.ofCarrier({ carrier: nameOfCarrier(deps, carrier) })}</td>
            <td>{inDays(retentionMs)}</td>
          </tr>
        ))}
      </Table>
    </DeskLayout>
  );
}
