import { ANY_LANGUAGE } from '../../service/contract/languages.ts';
import type { Bundle } from '../../service/inference/bundle/manifest.ts';
import type { Trial } from './trial.ts';

/** Text of the README.md beside an added model: where it is from, and what the trial has measured. */
export function bundleReadme(bundle: Bundle, { batchDifference, comparison }: Trial): string {
  const {
    name,
    revision,
    source,
    licence,
    conversion,
    languages = [],
    preprocessing = [],
  } = bundle;
  const origin =
    source.revision === null ? source.repository : `${source.repository} at ${source.revision}`;
  const bytes = bundle.files.reduce((sum, file) => sum + file.bytes, 0);
  const form =
    conversion === undefined
      ? `${bundle.graph}, as the source has it`
      : `${bundle.graph}, converted from the weights of the source (${conversion.precision})`;
  const rows = [
    ['source', origin],
    ['license', licence],
    ['revision', revision],
    ['graph', form],
    ['size', `${(bytes / 1e6).toFixed(1)} MB`],
    ['labels, in the order of the logits', bundle.labels.join(', ')],
    ['languages', languages.filter((each) => each !== ANY_LANGUAGE).join(', ') || 'unknown'],
    ['window', `${bundle.maxTokens} tokens`],
    ['preprocessing', preprocessing.join(', ') || 'none'],
    ['largest change of a probability in a batch', batchDifference.toPrecision(2)],
  ];
  if (comparison !== undefined) {
    const { texts, agreement, difference } = comparison;
    rows.push(
      [`labels as in FP32, of ${texts} texts`, `${(100 * agreement).toFixed(1)} %`],
      ['largest difference of a probability from FP32', difference.toFixed(4)],
    );
  }
  return [
    `# ${name}`,
    '',
    'Written by `tss models add`. models/manifest.json has the size and hash of every file.',
    '',
    '| | |',
    '| --- | --- |',
    ...rows.map((cells) => `| ${cells.map(cell).join(' | ')} |`),
    '',
    'The quality on tweets is not measured: `tss evaluate` does. golden.jsonl holds what the model answered when',
    'it was added; a service that computes something else does not start.',
    '',
  ].join('\n');
}

/** Text of the source is kept from being read as Markdown. */
function cell(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').replaceAll(/[|<>`\\]/g, '\\$&');
}
