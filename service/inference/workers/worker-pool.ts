import { setTimeout } from 'node:timers/promises';
import { StartupError } from '../../domain/errors.ts';
import { BusyMeter } from './busy-meter.ts';
import { messageOf } from './message-of.ts';
import { InferenceWorker, type Job } from './worker-handle.ts';
import type { WorkerSettings } from './worker-protocol.ts';

/** A job is tried on a second worker when the first one dies of it, or of something else. */
const ATTEMPTS = 2;

/** More deaths than this within a minute, and the process had better be replaced. */
const RESTARTS_PER_MINUTE = 5;

/** Checks within the hang timeout. Counting them, not time, forgives a process that was frozen. */
const HANG_CHECKS = 4;

/** Longer than any batch. */
const CLOSE_TIMEOUT_MS = 5_000;

export interface WorkerPoolOptions {
  readonly workerUrl: URL;
  readonly workers: number;
  readonly settings: WorkerSettings;
  readonly hangTimeoutMs: number;
  /** A worker is free: `run` may be called. */
  readonly onIdle: () => void;
  /** A dead worker is being replaced. */
  readonly onRestart: (error: Error) => void;
  /** Called once: the pool answers no more. */
  readonly onFatal: (reason: string) => void;
}

interface Run {
  readonly job: Job;
  readonly resolve: (logits: Float32Array) => void;
  readonly reject: (error: Error) => void;
  attempts: number;
}

interface Member {
  worker: InferenceWorker;
  /** The first load is for whoever started the process to bound; no one else sees a later one. */
  state: 'first load' | 'reload' | 'idle' | 'busy';
  run: Run | null;
  /** Of its silence, since its state has changed. */
  checks: number;
}

/** A fixed number of workers; one that dies is replaced and its job retried once. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #members = new Set<Member>();
  readonly #retries: Run[] = [];
  readonly #meter: BusyMeter;
  readonly #hangTimer: NodeJS.Timeout;
  #restartsMs: number[] = [];
  #isOver = false;

  private constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#meter = new BusyMeter(options.workers, performance.now());
    this.#hangTimer = setInterval(() => this.#checkHangs(), options.hangTimeoutMs / HANG_CHECKS);
    this.#hangTimer.unref();
  }

  /**
   * Resolves when every worker has loaded the model and warmed up.
   *
   * @throws StartupError when one cannot
   */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    const starts = Array.from({ length: options.workers }, () => pool.#add('first load'));
    try {
      await Promise.all(starts);
    } catch (error) {
      await pool.close();
      throw new StartupError(`An inference worker cannot start: ${messageOf(error)}`, {
        cause: error,
      });
    }
    return pool;
  }

  get hasIdle(): boolean {
    return this.#idle() !== undefined;
  }

  /**
   * Runs a job on a free worker. Resolves with the logits of all texts one after another.
   *
   * @throws Error when no worker is free, when the job's second worker died too, or when the
   * pool has ended
   */
  run(job: Job): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      const member = this.#idle();
      if (member === undefined) throw new Error('No inference worker is free');
      this.#assign(member, { job, resolve, reject, attempts: 0 });
    });
  }

  /** Busy share of the workers over the last ten seconds, 0 to 1. */
  busyShare(): number {
    return this.#meter.share(performance.now());
  }

  /**
   * Ends the workers, each after the job it is at. A worker that hangs is left to whoever ends
   * the process; `process.exit` would wait for it.
   */
  async close(): Promise<void> {
    this.#end('The inference workers have been closed');
    const closed = Promise.all([...this.#members].map(({ worker }) => worker.close()));
    await Promise.race([closed, setTimeout(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
  }

  /** Starts a worker; rejects when it ends before it is ready. */
  #add(state: 'first load' | 'reload'): Promise<void> {
    return new Promise((resolve, reject) => {
      const { workerUrl, settings } = this.#options;
      const member: Member = {
        worker: new InferenceWorker(workerUrl, settings, {
          onReady: () => {
            this.#free(member);
            resolve();
          },
          onLogits: (logits) => {
            const { run } = member;
            this.#meter.end(member, performance.now());
            // The worker gets its next job before anyone looks at this one's answer.
            this.#free(member);
            run?.resolve(logits);
          },
          onExit: (error) => {
            this.#meter.end(member, performance.now());
            this.#members.delete(member);
            if (member.state === 'first load' || member.state === 'reload') reject(error);
            else this.#replace(member, error);
          },
        }),
        state,
        run: null,
        checks: 0,
      };
      this.#members.add(member);
    });
  }

  #idle(): Member | undefined {
    if (this.#isOver) return undefined;
    for (const member of this.#members) if (member.state === 'idle') return member;
    return undefined;
  }

  #assign(member: Member, run: Run): void {
    run.attempts++;
    member.state = 'busy';
    member.run = run;
    member.checks = 0;
    this.#meter.begin(member, performance.now());
    member.worker.run(run.job);
  }

  #free(member: Member): void {
    member.state = 'idle';
    member.run = null;
    const retry = this.#retries.shift();
    if (retry !== undefined) this.#assign(member, retry);
    else if (!this.#isOver) this.#options.onIdle();
  }

  #replace(dead: Member, error: Error): void {
    const { run } = dead;
    if (this.#isOver) return;
    if (run !== null && run.attempts >= ATTEMPTS) {
      run.reject(new Error('Two inference workers died on the same batch', { cause: error }));
    } else if (run !== null) {
      const other = this.#idle();
      if (other === undefined) this.#retries.push(run);
      else this.#assign(other, run);
    }

    const nowMs = performance.now();
    this.#restartsMs = [...this.#restartsMs.filter((ms) => ms > nowMs - 60_000), nowMs];
    if (this.#restartsMs.length > RESTARTS_PER_MINUTE) {
      this.#fail(`${this.#restartsMs.length} inference workers died within a minute`);
      return;
    }
    this.#options.onRestart(error);
    this.#add('reload').catch((cause) => {
      this.#fail(`A dead inference worker cannot be replaced: ${messageOf(cause)}`);
    });
  }

  #checkHangs(): void {
    for (const member of this.#members) {
      if (member.state === 'idle' || member.state === 'first load') continue;
      member.checks++;
      if (member.checks > HANG_CHECKS) {
        const within = member.state === 'busy' ? 'one batch' : 'its start';
        this.#fail(
          `An inference worker has been silent for more than ${this.#options.hangTimeoutMs} ms within ${within}`,
        );
        return;
      }
    }
  }

  #fail(reason: string): void {
    if (this.#isOver) return;
    this.#end(reason);
    this.#options.onFatal(reason);
  }

  #end(reason: string): void {
    this.#isOver = true;
    clearInterval(this.#hangTimer);
    const runs = [...this.#members].flatMap(({ run }) => run ?? []);
    for (const run of [...runs, ...this.#retries]) run.reject(new Error(reason));
    this.#retries.length = 0;
  }
}
