import { HEX_COLOR } from '../../../kernel/color-contrast.ts';
import { useFaultAt } from '../kit/faults.tsx';
import { useMessages } from '../kit/language.ts';
import { contrastOnWhite } from './color-check.ts';

/** The merchant's colour, as text, by a picker where scripts run, and whether text in it is readable. */
export function ColorField({ value }: { readonly value: string }) {
  const words = useMessages().desk.branding;
  const { marks, said } = useFaultAt('color', 'color-contrast');
  const found = HEX_COLOR.test(value) ? contrastOnWhite(value) : null;
  const good = words.contrastGood({ ratio: '{ratio}' });
  const low = words.contrastLow({ ratio: '{ratio}' });
  return (
    <p data-color>
      <label for="color">{words.fields.color}</label>
      {said}
      <span class="row">
        <input
          {...{ id: 'color', name: 'color', type: 'text', value, spellcheck: false, ...marks }}
          autocomplete="off"
        />
        {/* Without a color, the button of the recipient’s page. */}
        <input type="color" hidden aria-label={words.pick} value={found ? value : '#1d3fb8'} />
      </span>
      <output id="color-contrast" class="soft" data-good={good} data-low={low}>
        {found && (found.isReadable ? good : low).replace('{ratio}', found.ratio)}
      </output>
    </p>
  );
}
