import { byId } from './dom.ts';
import { count, duration } from './format.ts';

/** Progress of the scoring of a file. Screen readers hear the start, pauses and the end. */
export class FileProgress {
  readonly #box = byId('file-progress', HTMLDivElement);
  readonly #bar = byId('file-bar', HTMLProgressElement);
  readonly #count = byId('file-count', HTMLParagraphElement);
  readonly #said = byId('file-said', HTMLParagraphElement);
  #before = 0;
  #startedMs = 0;

  hide(): void {
    this.#box.hidden = true;
    this.#said.textContent = '';
  }

  begin(total: number, done: number): void {
    this.#box.hidden = false;
    this.#bar.hidden = false;
    this.#bar.max = total;
    this.#before = done;
    this.#startedMs = performance.now();
    this.#said.textContent = 'Scoring.';
    this.show(done, 0);
  }

  show(done: number, pauseMs: number): void {
    const total = this.#bar.max;
    this.#bar.value = done;
    const seconds = (performance.now() - this.#startedMs) / 1_000;
    const left = (seconds / Math.max(1, done - this.#before)) * (total - done);
    const rest =
      pauseMs > 0 ? waiting(pauseMs) : done > this.#before ? ` · about ${duration(left)} left` : '';
    this.#count.textContent = `${count(done)} of ${count(total)} rows${rest}`;
    if (pauseMs > 0) this.#said.textContent = `The service is busy${waiting(pauseMs)}.`;
  }

  end(message: string): void {
    this.#bar.hidden = true;
    this.#count.textContent = message;
    this.#said.textContent = message;
  }
}

function waiting(pauseMs: number): string {
  return ` · waiting ${duration(Math.ceil(pauseMs / 1_000))} for the service`;
}
