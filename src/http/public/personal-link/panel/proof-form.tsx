import { PROOF_DOCUMENT } from '../schema.ts';
import { PanelForm, type PanelProps, TroubleNote } from './panel-form.tsx';

/**
 * Proofs show names and front doors, so readers must first confirm that they are the recipient or
 * act for them. A proof opens in a new tab, so this page stays open.
 */
export function ProofForm(props: PanelProps) {
  const { context, panel } = props;
  const texts = context.language.page.proof;
  const { proofs } = panel;
  return (
    <section class="panel card" aria-labelledby="proof-title">
      <h2 id="proof-title">{texts.title}</h2>
      {panel.trouble?.form === 'proof' && <TroubleNote {...props} />}
      <PanelForm {...props} to="proof" id="proof" newTab>
        <p class="word">{texts.lead}</p>
        <label class="consent">
          <input type="checkbox" name="consent" value="yes" required />
          <span>{texts.consent}</span>
        </label>
        <div class="line">
          {proofs.map(({ id, kind }) => (
            <button key={id} type="submit" name="proof" value={id} class="second">
              {labelOf(texts, kind)}
              {ordinalSuffix(proofs, id)}
            </button>
          ))}
          {panel.hasProofDocument && (
            <button type="submit" name="proof" value={PROOF_DOCUMENT} class="second">
              {texts.download_proof_document}
            </button>
          )}
        </div>
        {proofs.length > 0 && <p class="hint">{texts.new_tab}</p>}
      </PanelForm>
    </section>
  );
}

function labelOf(
  { kinds, submit }: PanelProps['context']['language']['page']['proof'],
  kind: string,
): string {
  const known: Readonly<Record<string, string>> = kinds;
  return (Object.hasOwn(known, kind) ? known[kind] : undefined) ?? submit;
}

/** The number of a proof, such as ` (2)`, when there are several of one kind. */
function ordinalSuffix(proofs: PanelProps['panel']['proofs'], id: string): string {
  const kind = proofs.find((each) => each.id === id)?.kind;
  const alike = proofs.filter((each) => each.kind === kind);
  return alike.length === 1 ? '' : ` (${alike.findIndex((each) => each.id === id) + 1})`;
}
