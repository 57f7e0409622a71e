import type { TextsResponse } from '../http/routes/texts/schemas.ts';
import { call } from './api.ts';
import { allowAsking } from './api-key.ts';
import { byId, element } from './dom.ts';
import { FileProgress } from './file-progress.ts';
import { FileResults } from './file-results.ts';
import { FileScoring } from './file-scoring.ts';
import {
  emptyFault,
  type FileTable,
  fileTable,
  rowFaults,
  scoredCsv,
  textOf,
} from './file-table.ts';
import { foreignFormat } from './foreign-format.ts';
import { count } from './format.ts';
import { showProblem } from './panel.ts';
import { CsvFault } from './parse-csv.ts';

const MAX_BYTES = 10_000_000;

/** Scores the texts of a CSV file in the browser's own batches; the service keeps nothing. */
export function startFilePanel(): void {
  const file = byId('file-input', HTMLInputElement);
  const paste = byId('file-paste', HTMLTextAreaElement);
  const options = byId('file-options', HTMLDivElement);
  const column = byId('file-column', HTMLSelectElement);
  const header = byId('file-header', HTMLInputElement);
  const start = byId('file-start', HTMLButtonElement);
  const cancel = byId('file-cancel', HTMLButtonElement);
  const problem = byId('file-problem', HTMLDivElement);
  const progress = new FileProgress();
  const results = new FileResults(byId('file-results', HTMLDivElement));
  let text = '';
  let latest = 0;
  /** The file whose name the input showed before its dialog opened. */
  let before: File | undefined;
  let table: FileTable | undefined;
  let scoring: FileScoring | undefined;

  const read = () => {
    table = undefined;
    forget();
    try {
      if (text.trim() !== '') table = fileTable(text, header.checked);
    } catch (error) {
      if (!(error instanceof CsvFault)) throw error;
      say(error.message);
    }
    options.hidden = table === undefined;
    if (table) column.replaceChildren(...columnOptions(table));
    allowStart();
  };
  const forget = () => {
    scoring = undefined;
    start.textContent = 'Score';
    problem.replaceChildren();
    results.clear();
    progress.hide();
  };
  const allowStart = () => {
    start.disabled = !table || table.rows.length === 0 || column.value === '';
  };
  const say = (message: string) => {
    const note = element('div', { class: 'problem', role: 'alert' }, element('p', {}, message));
    problem.replaceChildren(note);
  };

  const run = async () => {
    if (!table) return;
    const [shown, at] = [table, Number(column.value)];
    scoring ??= scoringOf(shown, at, progress);
    const running = scoring;
    const controller = new AbortController();
    cancel.onclick = () => controller.abort();
    problem.replaceChildren();
    setBusy(true);
    progress.begin(running.results.length, running.done);
    try {
      await running.run(controller.signal);
      const total = running.results.length;
      progress.end(`Done: ${count(total)} ${total === 1 ? 'row' : 'rows'}.`);
    } catch (error) {
      progress.end(
        `Stopped after ${count(running.done)} of ${count(running.results.length)} rows.`,
      );
      if (!controller.signal.aborted) showProblem(problem, error, () => void run());
    }
    setBusy(false);
    const isDone = running.done === running.results.length;
    start.textContent = isDone ? 'Score again' : 'Continue';
    if (isDone) scoring = undefined;
    results.show({
      table: shown,
      column: at,
      results: running.results,
      csv: () => scoredCsv(shown, running.results),
    });
  };
  const setBusy = (isBusy: boolean) => {
    // The visitor may have gone elsewhere during the scoring.
    const hadFocus = document.activeElement === cancel;
    for (const control of [file, paste, column, header, start]) control.disabled = isBusy;
    cancel.hidden = !isBusy;
    if (isBusy) cancel.focus();
    else if (hadFocus) start.focus();
  };

  // Browsers report no change when the same file is chosen again, also if it was saved since then.
  file.addEventListener('click', () => {
    before = file.files?.[0];
    file.value = '';
  });
  file.addEventListener('cancel', () => {
    if (!before) return;
    const transfer = new DataTransfer();
    transfer.items.add(before);
    file.files = transfer.files;
  });
  file.addEventListener('change', async () => {
    const [chosen] = file.files ?? [];
    if (!chosen) return;
    const mine = ++latest;
    paste.value = '';
    text = '';
    read();
    const content = await decoded(chosen);
    // A file that was chosen or lines that were pasted since then replace this file.
    if (mine !== latest) return;
    text = content.text;
    read();
    const { fault = emptyFault(text, table) } = content;
    if (fault !== undefined) say(fault);
  });
  paste.addEventListener('input', () => {
    latest++;
    file.value = '';
    text = paste.value;
    read();
  });
  header.addEventListener('change', read);
  column.addEventListener('change', () => {
    forget();
    allowStart();
  });
  start.addEventListener('click', () => {
    allowAsking();
    void run();
  });
  // Firefox restores disabled controls of a page that is reloaded during the scoring.
  for (const control of [file, paste, column, header]) control.disabled = false;
  allowStart();
}

function scoringOf(table: FileTable, column: number, progress: FileProgress): FileScoring {
  return new FileScoring(
    {
      texts: table.rows.map((row) => textOf(table, column, row)),
      send: (texts, signal) => call<TextsResponse>('/v1/inference', { texts }, signal),
      pause,
      onProgress: ({ done, pauseMs }) => progress.show(done, pauseMs),
    },
    rowFaults(table, column),
  );
}

function columnOptions({ names, suggested }: FileTable): HTMLOptionElement[] {
  const all = names.map((name, index) => {
    const option = element('option', { value: String(index) }, name);
    option.selected = index === suggested;
    return option;
  });
  return suggested >= 0 ? all : [element('option', { value: '' }, 'Choose…'), ...all];
}

async function decoded(file: File): Promise<{ text: string; fault?: string }> {
  if (file.size > MAX_BYTES) return { text: '', fault: 'The file is larger than 10 MB.' };
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    // It was removed or changed after it was chosen.
    return { text: '', fault: 'The file cannot be read. Choose it again.' };
  }
  const format = foreignFormat(bytes);
  if (format !== undefined) return { text: '', fault: format };
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  try {
    return { text: new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { text: '', fault: 'The file is not in UTF-8. Save it as “CSV UTF-8”.' };
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      window.clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = window.setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
