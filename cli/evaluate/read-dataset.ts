import { UsageError } from '../kit/errors.ts';
import { readCsv } from './csv-dataset.ts';
import { type Dataset, readLineAligned } from './dataset.ts';

/** Options of the command that name the data. */
export interface DataOptions {
  readonly data?: string;
  readonly textColumn?: string;
  readonly labelColumn?: string;
  readonly texts?: string;
  readonly labels?: string;
}

/**
 * Reads the dataset that the options name.
 *
 * @throws UsageError when they name none, or more than one
 * @throws CliError when it cannot be read
 */
export async function readDataset(options: DataOptions): Promise<Dataset> {
  const { data, textColumn, labelColumn, texts, labels } = options;
  const namesLines = texts !== undefined || labels !== undefined;
  if (data !== undefined && !namesLines) {
    return readCsv(data, { text: textColumn ?? 'text', label: labelColumn ?? 'label' });
  }
  const namesColumns = textColumn !== undefined || labelColumn !== undefined;
  if (data !== undefined || namesColumns || texts === undefined || labels === undefined) {
    throw new UsageError(
      'give either --data FILE, with --text-column and --label-column where its columns are named ' +
        'otherwise, or --texts FILE and --labels FILE',
    );
  }
  return readLineAligned(texts, labels);
}
